'use strict';

const { isUtf8 } = require('node:buffer');
const { RuntimeError } = require('./runtime-error.js');

const DEEPEST = 512;

/** The value. What would be replaced or overflow is found before it is parsed. */
function parseJson(bytes) {
  if (!isUtf8(bytes)) throw new RuntimeError('bad-request', 'Body is not valid JSON.');
  if (bytes.length > DEEPEST && isTooDeep(bytes)) {
    throw new RuntimeError('bad-request', `Body is nested deeper than ${DEEPEST} levels.`);
  }
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw new RuntimeError('bad-request', 'Body is not valid JSON.');
  }
}

/** Whether more brackets are open at once than a parser should have to follow. */
function isTooDeep(bytes) {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i];
    if (byte === 0x22) inString = !inString;
    else if (inString) i += byte === 0x5c ? 1 : 0; // a backslash: the next byte ends no string
    else if (byte === 0x5b || byte === 0x7b) depth += 1;
    else if (byte === 0x5d || byte === 0x7d) depth -= 1;
    if (depth > DEEPEST) return true;
  }
  return false;
}

module.exports = { parseJson };
