// Requests out of bytes: what is whole, what is refused, and what more is waited for.

import assert from "node:assert/strict";
import { test } from "node:test";
import { admit } from "../server.ts";
import { readBody } from "../server/body.ts";
import { type Head, Malformed, takeHead } from "../server/head.ts";
import { Input } from "../server/input.ts";
import { RuntimeError } from "../server/runtime-error.ts";
import { bytesOf, cases, joined, type Piece, piecesOf, textOf } from "./cases.ts";
import { configured } from "./conversation.ts";

const LIMIT = 1_000_000;
const configuration = configured({ maxBody: LIMIT });

interface Reading {
  is: "whole" | "part" | "refused";
  body?: string;
  status?: number;
  head?: Head;
}

/** What comes of bytes that a client sends, some at a time, before it ends its side. No key is asked for. */
async function read(data: Uint8Array, size?: number): Promise<Reading> {
  const pieces = piecesOf(data, size);
  const input: Input = new Input((wanted = 0) => {
    const { value } = pieces.next();
    if (value) input.append(value, wanted);
    return Promise.resolve(value !== undefined);
  });
  try {
    let head: Head | undefined;
    for (let seen = 0; !(head = takeHead(input, seen));) {
      seen = input.size;
      if (!await input.fill()) return { is: "part" };
    }
    admit(head, configuration);
    const body = await readBody(input, head.length, LIMIT, () => new RuntimeError("too-large", ""));
    return body ? { is: "whole", body: textOf(body), head } : { is: "part", head };
  } catch (error) {
    if (error instanceof RuntimeError) return { is: "refused", status: error.answer.status };
    if (error instanceof Malformed) return { is: "refused", status: error.status };
    throw error;
  }
}

interface Case {
  name: string;
  is: Reading["is"];
  body?: string;
  request: Piece[];
}

for (const { name, is, body, request } of cases<Case>("http")) {
  test(`HTTP: ${name}`, async () => {
    for (const size of [undefined, 1024, 7, 1]) {
      const reading = await read(joined(request), size);
      assert.equal(reading.is, is, `${size} bytes at a time`);
      if (is === "whole") assert.equal(reading.body, body);
      if (is === "refused") assert.match(String(reading.status), /^4..$/);
    }
  });
}

const POST = "POST / HTTP/1.1\r\nHost: a\r\n";
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`;

test("a body over the limit", async () => {
  const million = "a".repeat(LIMIT);
  const status = async (text: string) => (await read(bytesOf(text))).status;
  assert.equal(await status(`${POST}Content-Length: ${LIMIT}\r\n\r\n`), undefined);
  assert.equal(await status(`${POST}Content-Length: ${LIMIT + 1}\r\n\r\n`), 413);
  assert.equal(await status(`${CHUNKED}f4240\r\n${million}\r\n0\r\n\r\n`), undefined);
  assert.equal(await status(`${CHUNKED}f4240\r\n${million}\r\n1\r\nb`), 413);
});

test("another method", async () => {
  for (const method of ["GET", "HEAD", "PUT", "DELETE", "post", "POSTS"]) {
    assert.equal((await read(bytesOf(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`))).status, 405, method);
  }
});

test("what a head says of its connection", async () => {
  const of = async (text: string) => (await read(bytesOf(text))).head;
  assert.equal((await of(`${POST}\r\n`))?.isLast, false);
  assert.equal((await of(`${POST}Connection: close\r\n\r\n`))?.isLast, true);
  assert.equal((await of(`${POST}Connection: Keep-Alive, Close\r\n\r\n`))?.isLast, true);
  assert.equal((await of(`${POST}Connection: keep-alive\r\n\r\n`))?.isLast, false);
  assert.equal((await of("POST / HTTP/1.0\r\n\r\n"))?.isLast, true);
  assert.equal((await of(`${POST}Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n`))?.waits, true);
  assert.equal((await of(`${POST}Content-Length: 2\r\n\r\n`))?.waits, false);
});
