interface Request {
  payload: unknown;
  env: Record<string, string>;
  headers: Record<string, string>;
}

const load = crypto.randomUUID();
let count = 0;

export default ({ payload, env, headers }: Request, res: { json(value: unknown): void }) => {
  count += 1;
  res.json({ file: "index.ts", load, count, payload, env, headers });
};
