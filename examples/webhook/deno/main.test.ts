import assert from "node:assert/strict";
import handler from "./main.ts";

const body = '{"action":"opened"}';
const signature = "sha256=49718fbc4de7fcea51e68935108aff32bde7c071c9195122c671ee1edd44eafe";

/** The status for a webhook that came with this signature. */
const status = (payload: unknown, signature: string, secret = "example-secret") =>
  new Promise((resolve) => {
    const headers = { "X-Hub-Signature-256": signature };
    handler({ payload, headers, env: { WEBHOOK_SECRET: secret } }, { json: (_, status = 200) => resolve(status) });
  });

Deno.test("only the right signature is let in", async () => {
  assert.deepEqual(await status(body, signature), 200);
  assert.deepEqual(await status("{}", signature), 401);
  for (const wrong of ["", signature.slice(0, -1), signature.slice(7), signature.toUpperCase(), "sha256=é"]) {
    assert.deepEqual(await status(body, wrong), 401);
  }
});

Deno.test("what cannot be verified is refused", async () => {
  assert.deepEqual(await status(body, signature, ""), 500);
  for (const payload of [null, {}, 1]) assert.deepEqual(await status(payload, signature), 400);
});
