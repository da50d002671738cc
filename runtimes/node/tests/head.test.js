'use strict';

// What of a head is looked at here. node:http reads it: a field that is sent twice has both values with ", " between.

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
  const sent = (challenge) =>
    status(() => authorise({ headers: { 'x-internal-challenge': challenge } }, configuration));
  assert.equal(sent('secret'), undefined);
  const keys = [undefined, '', 'secre', 'secrets', 'Secret', 'secretsecret', 'secret, secret', 'wrong, secret'];
  for (const wrong of keys) {
    assert.equal(sent(wrong), 401, wrong);
  }
});

test('another method', () => {
  for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'post']) {
    const request = { method, headers: { host: 'a' } };
    assert.equal(status(() => admit(request)), 405, method);
    assert.throws(() => admit(request), ({ answer }) => answer.headers.join(': ').endsWith('Allow: POST'));
  }
});

test('a host is one name, with or without a port', () => {
  const sent = (host) => status(() => admit({ method: 'POST', headers: { host } }));
  for (const host of ['a', 'a.b-c:3000', '127.0.0.1:80', '[::1]', '[::1]:3000', '', undefined]) {
    assert.equal(sent(host), undefined, host);
  }
  for (const host of ['a b', 'a/b', 'a\x01', 'a, a', 'a@b', 'a:b', '::1', '[::1', '[]', 'a\n']) {
    assert.equal(sent(host), 400, host);
  }
});
