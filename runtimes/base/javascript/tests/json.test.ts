// What counts as JSON.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson } from "../server/json.ts";
import { RuntimeError } from "../server/runtime-error.ts";
import { cases, joined, type Piece } from "./cases.ts";

function verdict(bytes: Uint8Array): string {
  try {
    parseJson(bytes);
    return "valid";
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    return error.message.includes("nested deeper") ? "too-deep" : "invalid";
  }
}

for (const { name, is, body } of cases<{ name: string; is: string; body: Piece[] }>("json")) {
  test(`JSON: ${name}`, () => {
    const found = verdict(joined(body));
    assert.ok(found === is || (is === "either" && found !== "too-deep"), `it is ${found}`);
  });
}
