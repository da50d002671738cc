'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const handler = require('./index.js');

const body = '{"action":"opened"}';
const signature = 'sha256=49718fbc4de7fcea51e68935108aff32bde7c071c9195122c671ee1edd44eafe';

/** The status for a webhook that came with this signature. */
const status = (payload, signature, env = { WEBHOOK_SECRET: 'example-secret' }) =>
  new Promise((resolve) => {
    const headers = { 'X-Hub-Signature-256': signature };
    handler({ payload, headers, env }, { json: (_, status = 200) => resolve(status) });
  });

test('only the right signature is let in', async () => {
  assert.equal(await status(body, signature), 200);
  assert.equal(await status('{}', signature), 401);
  for (const wrong of ['', signature.slice(0, -1), signature.slice(7), signature.toUpperCase(), 'sha256=é']) {
    assert.equal(await status(body, wrong), 401, wrong);
  }
});

test('what cannot be verified is refused', async () => {
  assert.equal(await status(body, signature, {}), 500);
  for (const payload of [null, {}, 1]) assert.equal(await status(payload, signature), 400);
});
