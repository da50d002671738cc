import { expect, test } from "bun:test";
import handler from "./index.ts";

const greet = (payload: { name?: string }) => new Promise((json) => handler({ payload }, { json }));

test("greets by name", async () => {
  expect(await greet({ name: "Ada" })).toEqual({ message: "Hello, Ada!" });
});

test("greets the world without one", async () => {
  expect(await greet({})).toEqual({ message: "Hello, world!" });
});
