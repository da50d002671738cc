import assert from "node:assert/strict";
import handler from "./main.ts";

const greet = (payload: { name?: string }) => new Promise((json) => handler({ payload }, { json }));

Deno.test("greets by name", async () => {
  assert.deepEqual(await greet({ name: "Ada" }), { message: "Hello, Ada!" });
});

Deno.test("greets the world without one", async () => {
  assert.deepEqual(await greet({}), { message: "Hello, world!" });
});
