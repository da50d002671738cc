'use strict';

const WHOLE = 65_536; // up to here, body and head go out in one piece
const BEYOND_ASCII = /[^\0-\x7f]/;

/** The text of an answer if it goes out in one piece, and else its head, in Latin-1, and its body. */
function encodeAnswer({ status, headers, body }, isLast, isBodiless) {
  let head = `HTTP/1.1 ${status} \r\n${date()}`;
  let names = '';
  for (let i = 0; i < headers.length; i += 2) names += `${headers[i]}: ${headers[i + 1]}\r\n`;
  head += names;
  if (status !== 204 && status !== 304) head += `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  head += isLast ? 'Connection: close\r\n\r\n' : '\r\n';
  const isAscii = !BEYOND_ASCII.test(names);
  if (isAscii && (isBodiless || body.length === 0)) return { head };
  if (isBodiless) return { head, body: '' };
  return isAscii && typeof body === 'string' && body.length <= WHOLE ? { head: head + body } : { head, body };
}

let dated = 0;
let dateLine = '';

/** Made once a second. */
function date() {
  const now = Math.floor(Date.now() / 1000);
  if (now !== dated) {
    dated = now;
    dateLine = `Date: ${new Date(now * 1000).toUTCString()}\r\n`;
  }
  return dateLine;
}

module.exports = { encodeAnswer };
