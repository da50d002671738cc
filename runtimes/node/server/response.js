'use strict';

// They belong to the connection or to the runtime, not to the function.
const FORBIDDEN = /^(content-length|transfer-encoding|connection|date|trailer|x-internal-.*)$/i;
const TOKEN = /^[!#$%&'*+.^`|~\w-]+$/;
const CONTENT = /^[\t\x20-\x7e\x80-\xff]*$/;
const BODILESS = new Set([204, 205, 304]);

/** The `res` of one call. `settle` gets each answer, or else why there is none, as the function gives it. */
function createResponse(settle) {
  const respond = (contentType, encode, value, status, headers) => {
    let answer;
    let refused;
    try {
      answer = answerOf(contentType, encode(value), status, headers);
    } catch (error) {
      refused = error;
    }
    settle(answer, refused);
  };
  return {
    send: (text, status, headers) => respond('text/plain; charset=utf-8', checkText, text, status, headers),
    json: (value, status, headers) => respond('application/json', encodeJson, value, status, headers),
    bytes: (bytes, status, headers) => respond('application/octet-stream', copyBytes, bytes, status, headers),
  };
}

// Text stays a string: head and body are then one, and are encoded at once.
function checkText(text) {
  if (typeof text !== 'string') throw new TypeError(`res.send takes a string, not ${typeof text}.`);
  return text;
}

function encodeJson(value) {
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`res.json cannot encode ${typeof value}.`);
  return text;
}

/** A copy: what the function does to its bytes afterwards must not change the answer. */
function copyBytes(bytes) {
  if (ArrayBuffer.isView(bytes)) return Buffer.from(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (bytes instanceof ArrayBuffer) return Buffer.from(bytes.slice(0));
  throw new TypeError(`res.bytes takes a Buffer, a typed array or an ArrayBuffer, not ${typeof bytes}.`);
}

function answerOf(contentType, body, status = 200, headers = undefined) {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new RangeError(`The status must be a whole number from 200 to 599, not ${String(status)}.`);
  }
  const fields = headers === undefined ? [] : headerFields(headers);
  if (BODILESS.has(status)) return { status, headers: fields, body: '' };
  const typed = fields.some((field, index) => index % 2 === 0 && field.toLowerCase() === 'content-type');
  return { status, headers: typed ? fields : ['Content-Type', contentType, ...fields], body };
}

/** Names and values in turn. A list of strings is one header for each. */
function headerFields(headers) {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    throw new TypeError('The headers must be an object of strings.');
  }
  const fields = [];
  for (const [name, value] of Object.entries(headers)) {
    if (!TOKEN.test(name)) throw new TypeError(`${JSON.stringify(name)} is no name of a header.`);
    if (FORBIDDEN.test(name)) throw new TypeError(`The header ${name} is not the function's to set.`);
    for (const one of Array.isArray(value) ? value : [value]) {
      if (typeof one !== 'string') throw new TypeError(`The header ${name} must be a string or a list of strings.`);
      if (!CONTENT.test(one)) throw new TypeError(`The header ${name} has a character that no header may have.`);
      fields.push(name, one);
    }
  }
  return fields;
}

module.exports = { createResponse };
