'use strict';

// Verifies a signed webhook: lets in only what was signed with the secret that both sides know.

const { createHmac, timingSafeEqual } = require('node:crypto');

module.exports = (req, res) => {
  const secret = req.env.WEBHOOK_SECRET;
  if (!secret) return res.json({ error: 'WEBHOOK_SECRET is not set' }, 500);
  if (typeof req.payload !== 'string') return res.json({ error: 'payload must be the raw body, a string' }, 400);
  const headers = new Map(Object.entries(req.headers).map(([name, value]) => [name.toLowerCase(), value]));
  if (!isSigned(req.payload, secret, headers.get('x-hub-signature-256') ?? '')) {
    return res.json({ error: 'signature does not match' }, 401);
  }
  res.json({ verified: true, event: headers.get('x-github-event') ?? null });
};

/** The signature is over the bytes of the body, so it must come as it was received. */
function isSigned(body, secret, signature) {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  const sent = Buffer.from(signature);
  return sent.length === expected.length && timingSafeEqual(sent, expected); // which takes equal lengths only
}
