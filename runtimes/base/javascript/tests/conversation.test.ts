// What a client is sent: answers in their order, refusals, and the one outcome of a call.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Handler } from "../server/code.ts";
import { conversation, request } from "./conversation.ts";

const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map((found) => Number(found[1]));
const errorOf = (text: string) => /^X-Internal-Error: (.*)\r$/m.exec(text)?.[1];

/** Runs something, and gives back what was written to the log meanwhile. */
async function logged(act: () => Promise<unknown>): Promise<string[]> {
  const lines: string[] = [];
  const error = console.error;
  console.error = (line: unknown) => void lines.push(String(line)); // Bun 1.3 has no mock.method
  try {
    await act();
  } finally {
    console.error = error;
  }
  return lines;
}

test("one request after another on one connection", async () => {
  const echo: Handler = (req, res) => res.json(req.payload);
  const payloads = ["1", "[2]", '"é"'];
  const text = await conversation(payloads.map((payload) => request(`{"payload":${payload}}`)).join(""), echo);
  assert.deepEqual(statuses(text), [200, 200, 200]);
  assert.deepEqual([...text.matchAll(/\r\n\r\n([^H]*)/g)].map((found) => found[1]), payloads);
  assert.equal(/Connection: close/.test(text), false);
});

test("the last of its connection", async () => {
  const text = await conversation(request("{}", "Connection: close\r\n") + request("{}"));
  assert.deepEqual(statuses(text), [200]);
  assert.match(text, /\r\nConnection: close\r\n/);
});

test("half a request is not answered, and runs nothing", async () => {
  let runs = 0;
  const count: Handler = (_, res) => {
    runs += 1;
    res.send("");
  };
  assert.equal(await conversation(request('{"payload":1}').slice(0, -1), count), "");
  assert.equal(runs, 0);
});

test("the key is asked for first, and once", async () => {
  const challenged = (fields: string) => conversation(`GET / HTTP/1.1\r\nHost: a b\r\n${fields}\r\n`);
  const key = "X-Internal-Challenge: ";
  for (const value of ["", "secre", "secrets", "Secret", "secretsecret"]) {
    assert.deepEqual(statuses(await challenged(`${key}${value}\r\n`)), [401], value);
  }
  for (const fields of ["", `${key}secret\r\n${key}secret\r\n`, `${key}wrong\r\n${key}secret\r\n`]) {
    const text = await challenged(fields);
    assert.deepEqual([statuses(text), errorOf(text)], [[401], "unauthorized"], fields);
    assert.match(text, /\r\nConnection: close\r\n/);
  }
  assert.deepEqual(statuses(await challenged("x-INTERNAL-challenge:secret\r\n")), [405]);
});

test("nothing is answered after a refusal", async () => {
  const text = await conversation("POST / HTTP/1.1\r\n\r\n" + request("{}"));
  assert.deepEqual(statuses(text), [401]);
});

test("an answer to HEAD has no body", async () => {
  const text = await conversation("HEAD / HTTP/1.1\r\nHost: a\r\nX-Internal-Challenge: secret\r\n\r\n");
  assert.match(text, /^HTTP\/1\.1 405 [^]*\r\nAllow: POST\r\n[^]*\r\n\r\n$/);
});

test("a held back body is asked for, if the key is right", async () => {
  const expecting = request("{}", "Expect: 100-continue\r\n");
  const held = (text: string) => conversation(text, undefined, expecting.length - 2); // the body comes by itself
  assert.deepEqual(statuses(await held(expecting)), [100, 200]);
  assert.deepEqual(statuses(await held(expecting.replace("secret", "wrong!"))), [401]);
});

test("a body that is there is not asked for, nor one that is empty", async () => {
  assert.deepEqual(statuses(await conversation(request("{}", "Expect: 100-continue\r\n"))), [200]);
  assert.deepEqual(statuses(await conversation(request("", "Expect: 100-continue\r\n"))), [200]);
});

test("the first outcome wins, and later ones are told", async () => {
  let text = "";
  const told = await logged(async () => {
    text = await conversation(request("{}"), (_, res) => {
      res.send("first");
      res.send("second");
      throw new Error("third");
    });
  });
  assert.match(text, /\r\n\r\nfirst$/);
  assert.equal(told.filter((line) => line.includes("had already answered or failed")).length, 2);
});

test("a handler that fails, at once or later", async () => {
  const fail = () => {
    throw new Error("the reason");
  };
  const handlers: Handler[] = [fail, () => Promise.resolve().then(fail)];
  for (const handler of handlers) {
    let text = "";
    const told = await logged(async () => {
      text = await conversation(request("{}"), handler);
    });
    assert.deepEqual([statuses(text), errorOf(text)], [[500], "function-error"]);
    assert.match(text, /"message":"the reason"/);
    assert.match(told.join("\n"), /the reason/);
  }
});

test("a handler that does not answer, or answers wrongly", async () => {
  assert.equal(errorOf(await conversation(request("{}"), () => "ignored")), "no-response");
  await logged(async () => {
    const text = await conversation(request("{}"), (_, res) => res.send("", 600));
    assert.equal(errorOf(text), "invalid-response");
  });
});
