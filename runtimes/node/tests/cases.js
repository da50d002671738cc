'use strict';

// The tables of conformance/cases, which all languages read.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { join } = require('node:path');

const FOLDER = join(__dirname, '../../../conformance/cases');

function cases(name) {
  const table = JSON.parse(fs.readFileSync(join(FOLDER, `${name}.json`), 'utf8'));
  assert.notEqual(table.length, 0, `${name}.json has no cases`);
  return table;
}

/** The bytes of a case: text, text that is repeated, and bytes in hexadecimal. */
function joined(pieces) {
  return Buffer.concat(pieces.map((piece) => {
    if (typeof piece === 'string') return Buffer.from(piece);
    return Array.isArray(piece) ? Buffer.from(piece[0].repeat(piece[1])) : Buffer.from(piece.hex, 'hex');
  }));
}

module.exports = { cases, joined };
