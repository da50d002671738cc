// The fields of a request's body, and the rules of a file.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "../server.ts";
import { normalize, staysInside } from "../server/path.ts";
import { RuntimeError } from "../server/runtime-error.ts";
import { cases, joined, type Piece } from "./cases.ts";
import { configured } from "./conversation.ts";

const configuration = configured({ entrypoint: "ENTRYPOINT" });

interface Case {
  name: string;
  body: Piece[];
  message?: string;
  invocation?: Record<string, unknown>;
}

for (const { name, body, message, invocation } of cases<Case>("bodies")) {
  test(`body: ${name}`, () => {
    if (message === undefined) {
      const { path, file, input } = parse(joined(body), configuration);
      assert.deepEqual({ path, file, ...input }, invocation);
      return;
    }
    assert.throws(() => parse(joined(body), configuration), (error) => {
      assert.ok(error instanceof RuntimeError);
      assert.equal(error.answer.status, 400);
      assert.match(error.answer.headers, /^X-Internal-Error: bad-request\r$/m);
      assert.deepEqual(JSON.parse(error.answer.body as string), { code: 400, message });
      return true;
    });
  });
}

test("no two requests share a default", () => {
  const [one, other] = [1, 2].map(() => parse(new Uint8Array(0), configuration).input);
  for (const name of ["env", "headers", "payload"] as const) assert.notEqual(one[name], other[name]);
});

for (const { file, inside } of cases<{ file: string; inside: boolean }>("files")) {
  test(`file: ${JSON.stringify(file)}`, () => assert.equal(staysInside(file), inside));
}

test("a file has one name", () => {
  for (const path of ["/a/b/c", "/a//./b//c", "//a/d/../b/c", "/x/../a/b/./c/", "/../a/b/c/."]) {
    assert.equal(normalize(path), "/a/b/c", path);
  }
  assert.equal(normalize("/a/..b/.c"), "/a/..b/.c");
});
