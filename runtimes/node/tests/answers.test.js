'use strict';

// What an answer is made of: a function's, and the runtime's own.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { createResponse } = require('../server/response.js');
const { RuntimeError, describe } = require('../server/runtime-error.js');

/** The answer that comes of calling `act` with a response; undefined if it is refused. */
function answered(act) {
  const outcomes = [];
  act(createResponse((answer, refused) => outcomes.push({ answer, refused })));
  assert.equal(outcomes.length, 1);
  assert.notEqual(outcomes[0].answer === undefined, outcomes[0].refused === undefined);
  return outcomes[0].answer;
}

const TEXT = ['Content-Type', 'text/plain; charset=utf-8'];
const fieldsOf = (headers) => answered((res) => res.send('', 200, headers))?.headers;

test('each kind has its type', () => {
  assert.deepEqual(answered((res) => res.send('é\0')), { status: 200, headers: TEXT, body: 'é\0' });
  assert.deepEqual(answered((res) => res.send('')), { status: 200, headers: TEXT, body: '' });
  assert.deepEqual(answered((res) => res.json({ a: [1, 'b'] }, 201)), {
    status: 201,
    headers: ['Content-Type', 'application/json'],
    body: '{"a":[1,"b"]}',
  });
  assert.deepEqual(answered((res) => res.bytes(Buffer.from([0, 255]))), {
    status: 200,
    headers: ['Content-Type', 'application/octet-stream'],
    body: Buffer.from([0, 255]),
  });
});

test('bytes are copied, from any view of them', () => {
  for (const of of [(all) => all, (all) => all.buffer, ({ buffer }) => new DataView(buffer)]) {
    const mine = new Uint8Array([1, 2, 3]);
    const { body } = answered((res) => res.bytes(of(mine)));
    mine.fill(9);
    assert.deepEqual([...body], [1, 2, 3]);
  }
  assert.deepEqual([...answered((res) => res.bytes(new Uint8Array([1, 2, 3]).subarray(1))).body], [2, 3]);
});

test('headers', () => {
  assert.deepEqual(fieldsOf(undefined), TEXT);
  assert.deepEqual(fieldsOf({}), TEXT);
  assert.deepEqual(fieldsOf({ 'X-A': '1' }), [...TEXT, 'X-A', '1']);
  assert.deepEqual(fieldsOf({ 'content-TYPE': 'text/html' }), ['content-TYPE', 'text/html']);
  assert.deepEqual(fieldsOf({ 'Set-Cookie': ['a=1', 'b=2'] }), [...TEXT, 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2']);
});

test('headers that are refused', () => {
  const forbidden = ['Content-Length', 'transfer-encoding', 'CONNECTION', 'Date', 'X-Internal-Error', 'x-internal-a'];
  for (const name of [...forbidden, '', 'a b', 'a:', 'a\r\n', 'é', 'a\0']) {
    assert.equal(fieldsOf({ [name]: '1' }), undefined, name);
  }
  for (const value of ['a\rb', 'a\nb', 'a\0b', '漢', 1, null, undefined, [1], ['a\n'], {}]) {
    assert.equal(fieldsOf({ 'X-A': value }), undefined, String(value));
  }
  for (const headers of [null, 'X-A: 1', ['X-A', '1'], 1]) assert.equal(fieldsOf(headers), undefined);
});

test('status', () => {
  const of = (status) => answered((res) => res.send('a', status));
  for (const status of [200, 418, 599]) assert.equal(of(status).status, status);
  for (const status of [204, 205, 304]) assert.deepEqual(of(status), { status, headers: [], body: '' });
  for (const status of [199, 600, 0, -200, 200.5, '200', null, true, NaN, Infinity, 200n]) {
    assert.equal(of(status), undefined, String(status));
  }
});

test('values that are refused', () => {
  const circle = {};
  circle.circle = circle;
  for (const value of [circle, undefined, () => 1, Symbol('a'), 1n]) {
    assert.equal(answered((res) => res.json(value)), undefined, typeof value);
  }
  assert.equal(answered((res) => res.json(NaN)).body, 'null');
  assert.equal(answered((res) => res.send(1)), undefined);
  assert.equal(answered((res) => res.bytes('a')), undefined);
});

test('each kind of runtime error', () => {
  const kinds = {
    'unauthorized': 401,
    'method-not-allowed': 405,
    'too-large': 413,
    'bad-request': 400,
    'code-not-found': 404,
    'load-failed': 500,
    'function-error': 500,
    'no-response': 500,
    'invalid-response': 500,
  };
  for (const [kind, code] of Object.entries(kinds)) {
    const { status, headers, body } = new RuntimeError(kind, 'Why.').answer;
    assert.deepEqual([status, JSON.parse(body)], [code, { code, message: 'Why.' }]);
    assert.deepEqual(headers, ['Content-Type', 'application/json', 'X-Internal-Error', kind]);
  }
  const { body } = new RuntimeError('load-failed', 'Why.', { stack: 'at a\nat b' }).answer;
  assert.equal(JSON.parse(body).stack, 'at a\nat b');
});

test('what is said of an error', () => {
  const { text, message, stack } = describe(new TypeError('first\nsecond'));
  assert.deepEqual([text, message], ['TypeError: first', 'first']);
  assert.match(stack, /second/);
  assert.equal(describe('only\ntext').message, 'only');
  assert.equal(describe(undefined).message, 'undefined');
  const awkward = {
    toString: () => {
      throw awkward;
    },
  };
  assert.equal(describe(awkward).message, 'A value was thrown that cannot be shown.');
});
