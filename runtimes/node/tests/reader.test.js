'use strict';

// Requests out of bytes: what is whole, what is refused, and what more is waited for.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { admit } = require('../server.js');
const { Malformed, Reader } = require('../server/reader.js');
const { RuntimeError } = require('../server/runtime-error.js');
const { cases, joined } = require('./cases.js');

const LIMIT = 1_000_000;
const tooLarge = () => new RuntimeError('too-large', '');

/** What comes of bytes that are given to a reader some at a time. No key is asked for. */
function read(bytes, size = bytes.length) {
  const reader = new Reader(admit, LIMIT, tooLarge);
  const bodies = [];
  try {
    for (let at = 0; at < bytes.length; at += size) {
      reader.feed(Buffer.from(bytes.subarray(at, at + size)));
      for (let body; (body = reader.next()) !== undefined;) bodies.push(body.toString());
    }
  } catch (error) {
    assert.ok(error instanceof RuntimeError || error instanceof Malformed, error);
    return { is: 'refused', bodies, reader, status: error.answer.status };
  }
  return { is: bodies.length > 0 ? 'whole' : 'part', bodies, reader };
}

for (const { name, is, body, request } of cases('http')) {
  test(`HTTP: ${name}`, () => {
    for (const size of [undefined, 1024, 7, 1]) {
      const reading = read(joined(request), size);
      assert.equal(reading.is, is, `${size} bytes at a time`);
      if (is === 'whole') assert.deepEqual(reading.bodies, [body]);
      if (is === 'refused') assert.match(String(reading.status), /^4..$/);
      assert.equal(reading.reader.isBetween, is === 'whole');
    }
  });
}

const POST = 'POST / HTTP/1.1\r\nHost: a\r\n';
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`;
const text = (value, size) => read(Buffer.from(value), size);

test('two in one piece', () => {
  for (const size of [undefined, 7, 1]) {
    const { bodies } = text(`${POST}Content-Length: 1\r\n\r\na${CHUNKED}1\r\nb\r\n1\r\nc\r\n0\r\n\r\n`, size);
    assert.deepEqual(bodies, ['a', 'bc']);
  }
});

test('a body over the limit', () => {
  const million = 'a'.repeat(LIMIT);
  assert.equal(text(`${POST}Content-Length: ${LIMIT}\r\n\r\n`).status, undefined);
  assert.equal(text(`${POST}Content-Length: ${LIMIT + 1}\r\n\r\n`).status, 413);
  assert.equal(text(`${CHUNKED}f4240\r\n${million}\r\n0\r\n\r\n`).status, undefined);
  assert.equal(text(`${CHUNKED}f4240\r\n${million}\r\n1\r\nb`).status, 413);
});

test('what is read before something is refused is given out', () => {
  const { bodies, status } = text(`${POST}Content-Length: 1\r\n\r\naPOST / HTTP/1.2\r\n\r\n`);
  assert.deepEqual(bodies, ['a']);
  assert.equal(status, 400);
});

test('what a head says of its connection', () => {
  const of = (value) => text(value).reader.head;
  assert.equal(of(`${POST}\r\n`).isLast, false);
  assert.equal(of(`${POST}Connection: close\r\n\r\n`).isLast, true);
  assert.equal(of(`${POST}Connection: Keep-Alive, Close\r\n\r\n`).isLast, true);
  assert.equal(of(`${POST}Connection: keep-alive\r\n\r\n`).isLast, false);
  assert.equal(of('POST / HTTP/1.0\r\n\r\n').isLast, true);
});

test('a held back body is asked for, once', () => {
  const head = `${POST}Expect: 100-Continue\r\nContent-Length: 2\r\n\r\n`;
  const { reader } = text(head);
  assert.equal(reader.waits(), true);
  assert.equal(reader.waits(), false);
  assert.equal(text(`${head}{`).reader.waits(), false);
  assert.equal(text(`${head}{}`).reader.waits(), false);
  assert.equal(text(`${POST}Content-Length: 2\r\n\r\n`).reader.waits(), false);
});
