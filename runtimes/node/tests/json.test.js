'use strict';

// What counts as JSON.

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { parseJson } = require('../server/json.js');
const { RuntimeError } = require('../server/runtime-error.js');
const { cases, joined } = require('./cases.js');

function verdict(bytes) {
  try {
    parseJson(bytes);
    return 'valid';
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    return error.message.includes('nested deeper') ? 'too-deep' : 'invalid';
  }
}

for (const { name, is, body } of cases('json')) {
  test(`JSON: ${name}`, () => {
    const allowed = is === 'either' ? ['valid', 'invalid'] : [is];
    assert.ok(allowed.includes(verdict(joined(body))), `it is ${verdict(joined(body))}`);
  });
}
