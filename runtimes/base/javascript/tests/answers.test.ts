// What an answer is made of: a function's, and the runtime's own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeAnswer } from "../server/answer.ts";
import { createResponse, type Response } from "../server/response.ts";
import { type Answer, describe, RuntimeError } from "../server/runtime-error.ts";
import { textOf } from "./cases.ts";

/** The answer that comes of calling `act` with a response; undefined if it is refused. */
function answered(act: (res: Response) => void): Answer | undefined {
  const outcomes: [Answer | undefined, unknown][] = [];
  act(createResponse((answer, refused) => outcomes.push([answer, refused])));
  assert.equal(outcomes.length, 1);
  const [[answer, refused]] = outcomes;
  assert.notEqual(answer === undefined, refused === undefined);
  return answer;
}

// A function is not held to types.
// deno-lint-ignore no-explicit-any
type Anything = any;

const TEXT = "Content-Type: text/plain; charset=utf-8\r\n";
const linesOf = (headers: Anything) => answered((res) => res.send("", 200, headers))?.headers;

test("each kind has its type", () => {
  assert.deepEqual(answered((res) => res.send("é\0")), { status: 200, headers: TEXT, body: "é\0" });
  assert.deepEqual(answered((res) => res.send("")), { status: 200, headers: TEXT, body: "" });
  assert.deepEqual(answered((res) => res.json({ a: [1, "b"] }, 201)), {
    status: 201,
    headers: "Content-Type: application/json\r\n",
    body: '{"a":[1,"b"]}',
  });
  assert.deepEqual(answered((res) => res.bytes(new Uint8Array([0, 255]))), {
    status: 200,
    headers: "Content-Type: application/octet-stream\r\n",
    body: new Uint8Array([0, 255]),
  });
});

test("bytes are copied, from any view of them", () => {
  const views: ((buffer: ArrayBuffer) => ArrayBuffer | ArrayBufferView)[] = [
    (buffer) => buffer,
    (buffer) => new Uint8Array(buffer),
    (buffer) => new DataView(buffer),
  ];
  for (const view of views) {
    const mine = new Uint8Array([1, 2, 3]);
    const body = answered((res) => res.bytes(view(mine.buffer)))?.body;
    mine.fill(9);
    assert.deepEqual(body, new Uint8Array([1, 2, 3]));
  }
  assert.deepEqual(answered((res) => res.bytes(new Uint8Array([1, 2, 3]).subarray(1)))?.body, new Uint8Array([2, 3]));
});

test("headers", () => {
  assert.equal(linesOf(undefined), TEXT);
  assert.equal(linesOf({}), TEXT);
  assert.equal(linesOf({ "X-A": "1" }), `${TEXT}X-A: 1\r\n`);
  assert.equal(linesOf({ "content-TYPE": "text/html" }), "content-TYPE: text/html\r\n");
  assert.equal(linesOf({ "Set-Cookie": ["a=1", "b=2"] }), `${TEXT}Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n`);
});

test("headers that are refused", () => {
  const forbidden = ["Content-Length", "transfer-encoding", "CONNECTION", "Date", "X-Internal-Error", "x-internal-a"];
  for (const name of [...forbidden, "", "a b", "a:", "a\r\n", "é", "a\0"]) {
    assert.equal(linesOf({ [name]: "1" }), undefined, name);
  }
  for (const value of ["a\rb", "a\nb", "a\0b", "漢", 1, null, undefined, [1], ["a\n"], {}]) {
    assert.equal(linesOf({ "X-A": value }), undefined, String(value));
  }
  for (const headers of [null, "X-A: 1", ["X-A", "1"], 1]) assert.equal(linesOf(headers), undefined);
});

test("status", () => {
  const of = (status: Anything) => answered((res) => res.send("a", status));
  for (const status of [200, 418, 599]) assert.equal(of(status)?.status, status);
  for (const status of [204, 205, 304]) assert.deepEqual(of(status), { status, headers: "", body: "" });
  for (const status of [199, 600, 0, -200, 200.5, "200", null, true, NaN, Infinity, 200n]) {
    assert.equal(of(status), undefined, String(status));
  }
});

test("values that are refused", () => {
  const circle: Anything = {};
  circle.circle = circle;
  for (const value of [circle, undefined, () => 1, Symbol("a"), 1n]) {
    assert.equal(answered((res) => res.json(value)), undefined, typeof value);
  }
  assert.equal(answered((res) => res.json(NaN))?.body, "null");
  assert.equal(answered((res) => res.send(1 as Anything)), undefined);
  assert.equal(answered((res) => res.bytes("a" as Anything)), undefined);
});

const room = new Uint8Array(4_096);
const sent = (answer: Answer, isLast = false, isBodiless = false) =>
  encodeAnswer(answer, isLast, isBodiless, room).map(textOf).join("").replace(/Date: [^\r]* GMT\r\n/, "");

test("an answer as it goes out", () => {
  const answer = { status: 200, headers: "X-A: 1\r\n", body: "é" };
  assert.equal(sent(answer), "HTTP/1.1 200 \r\nX-A: 1\r\nContent-Length: 2\r\n\r\né");
  assert.equal(sent(answer, true), "HTTP/1.1 200 \r\nX-A: 1\r\nContent-Length: 2\r\nConnection: close\r\n\r\né");
  assert.equal(sent(answer, false, true), "HTTP/1.1 200 \r\nX-A: 1\r\nContent-Length: 2\r\n\r\n");
  assert.equal(sent({ status: 204, headers: "", body: "" }), "HTTP/1.1 204 \r\n\r\n");
  assert.equal(sent({ status: 205, headers: "", body: "" }), "HTTP/1.1 205 \r\nContent-Length: 0\r\n\r\n");
});

test("an answer has one length, whatever its size", () => {
  for (const letter of ["a", "é", "漢"]) {
    for (const count of [1, 1_000, 1_024, 1_025, 4_096, 30_000, 70_000]) {
      const body = letter.repeat(count);
      const length = new TextEncoder().encode(body).length;
      const text = `HTTP/1.1 200 \r\nContent-Length: ${length}\r\n\r\n${body}`;
      assert.equal(sent({ status: 200, headers: "", body }), text);
      assert.equal(sent({ status: 200, headers: "", body: new TextEncoder().encode(body) }), text);
    }
  }
});

test("each kind of runtime error", () => {
  const kinds = {
    "unauthorized": 401,
    "method-not-allowed": 405,
    "too-large": 413,
    "bad-request": 400,
    "code-not-found": 404,
    "load-failed": 500,
    "function-error": 500,
    "no-response": 500,
    "invalid-response": 500,
  } as const;
  for (const [kind, code] of Object.entries(kinds)) {
    const { status, headers, body } = new RuntimeError(kind as keyof typeof kinds, "Why.").answer;
    assert.deepEqual([status, JSON.parse(body as string)], [code, { code, message: "Why." }]);
    assert.equal(headers, `Content-Type: application/json\r\nX-Internal-Error: ${kind}\r\n`);
  }
  const { headers, body } = new RuntimeError("load-failed", "Why.", "at a\nat b", "Allow: POST\r\n").answer;
  assert.equal(JSON.parse(body as string).stack, "at a\nat b");
  assert.match(headers, /\r\nAllow: POST\r\n$/);
});

test("what is said of an error", () => {
  const { text, message, stack } = describe(new TypeError("first\nsecond"));
  assert.deepEqual([text, message], ["TypeError: first", "first"]);
  assert.match(stack, /TypeError/);
  assert.equal(describe("only\ntext").message, "only");
  assert.equal(describe(undefined).message, "undefined");
  const awkward = {
    toString: () => {
      throw awkward;
    },
  };
  assert.equal(describe(awkward).message, "A value was thrown that cannot be shown.");
});
