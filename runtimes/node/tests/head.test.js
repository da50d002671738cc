'use strict';

// Which heads are let in.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { admit, authorise } = require('../server.js');

const status = (act) => {
  try {
    act();
    return undefined;
  } catch (error) {
    return error.answer.status;
  }
};

test('the key is asked for, once', () => {
  const configuration = { key: Buffer.from('secret') };
  const sent = (challenge, challenges = 1) => status(() => authorise({ challenge, challenges }, configuration));
  assert.equal(sent('secret'), undefined);
  for (const wrong of ['', 'secre', 'secrets', 'Secret', 'secretsecret', 'secret, secret']) {
    assert.equal(sent(wrong), 401, wrong);
  }
  assert.equal(sent('', 0), 401);
  assert.equal(sent('secret', 2), 401);
});

test('another method', () => {
  for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'post']) {
    assert.equal(status(() => admit({ method })), 405, method);
    assert.throws(() => admit({ method }), ({ answer }) => answer.headers.join(': ').endsWith('Allow: POST'));
  }
});
