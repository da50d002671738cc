// The handler itself asynchronous.
import createProbe from "./interpreter.ts";
import type { Value } from "./portable.ts";

const probe = createProbe("main.ts");

export default async (req: Value, res: Value): Promise<void> => {
  await probe(req, res);
};
