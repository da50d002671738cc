'use strict';

// The fields of a request's body, and the rules of a file.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { parse, staysInside } = require('../server.js');
const { RuntimeError } = require('../server/runtime-error.js');
const { cases, joined } = require('./cases.js');

const configuration = { entrypoint: 'ENTRYPOINT' };

for (const { name, body, message, invocation } of cases('bodies')) {
  test(`body: ${name}`, () => {
    if (message === undefined) {
      const { path, file, input } = parse(joined(body), configuration);
      assert.deepEqual({ path, file, ...input }, invocation);
      return;
    }
    assert.throws(() => parse(joined(body), configuration), (error) => {
      assert.ok(error instanceof RuntimeError);
      assert.equal(error.answer.status, 400);
      assert.ok(error.answer.headers.includes('bad-request'));
      assert.deepEqual(JSON.parse(error.answer.body), { code: 400, message });
      return true;
    });
  });
}

test('no two requests share a default', () => {
  const [one, other] = [1, 2].map(() => parse(Buffer.alloc(0), configuration).input);
  for (const name of ['env', 'headers', 'payload']) assert.notEqual(one[name], other[name]);
});

for (const { file, inside } of cases('files')) {
  test(`file: ${JSON.stringify(file)}`, () => assert.equal(staysInside(file), inside));
}
