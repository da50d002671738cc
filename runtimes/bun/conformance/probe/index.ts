// The handler itself asynchronous.
import createProbe, { type Value } from "./actions.ts";

const probe = createProbe("index.ts");

export default async (req: Value, res: Value): Promise<void> => {
  await probe(req, res);
};
