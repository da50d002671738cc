import type { Answer } from "./runtime-error.ts";

type Headers = Record<string, string | string[]>;

/** What a function answers with. */
export interface Response {
  send(text: string, status?: number, headers?: Headers): void;
  json(value: unknown, status?: number, headers?: Headers): void;
  bytes(bytes: ArrayBuffer | ArrayBufferView, status?: number, headers?: Headers): void;
}

// They belong to the connection or to the runtime, not to the function.
const FORBIDDEN = /^(content-length|transfer-encoding|connection|date|trailer|x-internal-.*)$/i;
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const TYPED = /^content-type:/im;
const BODILESS = new Set([204, 205, 304]);

/** The `res` of one call. `settle` gets each answer, or else why there is none, as the function gives it. */
export function createResponse(settle: (answer?: Answer, refused?: unknown) => void): Response {
  const respond = <T>(
    type: string,
    encode: (value: T) => Answer["body"],
    value: T,
    status?: number,
    headers?: Headers,
  ) => {
    let answer;
    let refused;
    try {
      answer = answerOf(type, encode(value), status, headers);
    } catch (error) {
      refused = error;
    }
    settle(answer, refused);
  };
  return {
    send: (text, status, headers) => respond("text/plain; charset=utf-8", checkText, text, status, headers),
    json: (value, status, headers) => respond("application/json", encodeJson, value, status, headers),
    bytes: (bytes, status, headers) => respond("application/octet-stream", copyBytes, bytes, status, headers),
  };
}

function checkText(text: unknown): string {
  if (typeof text !== "string") throw new TypeError(`res.send takes a string, not ${typeof text}.`);
  return text;
}

function encodeJson(value: unknown): string {
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`res.json cannot encode ${typeof value}.`);
  return text;
}

/** A copy, because what the function does to its bytes afterwards must not change the answer. */
function copyBytes(bytes: unknown): Uint8Array {
  if (ArrayBuffer.isView(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).slice();
  if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes.slice(0));
  throw new TypeError(`res.bytes takes a typed array or an ArrayBuffer, not ${typeof bytes}.`);
}

function answerOf(type: string, body: Answer["body"], status: number = 200, headers?: Headers): Answer {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new RangeError(`The status must be a whole number from 200 to 599, not ${String(status)}.`);
  }
  const lines = headers === undefined ? "" : headerLines(headers);
  if (BODILESS.has(status)) return { status, headers: lines, body: "" };
  const typed = lines !== "" && TYPED.test(lines);
  return { status, headers: typed ? lines : `Content-Type: ${type}\r\n${lines}`, body };
}

/** A list of strings is one header for each. */
function headerLines(headers: unknown): string {
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) {
    throw new TypeError("The headers must be an object of strings.");
  }
  let lines = "";
  for (const [name, value] of Object.entries(headers)) {
    if (!NAME.test(name)) throw new TypeError(`${JSON.stringify(name)} is no name of a header.`);
    if (FORBIDDEN.test(name)) throw new TypeError(`The header ${name} is not the function's to set.`);
    for (const one of Array.isArray(value) ? value : [value]) {
      if (typeof one !== "string" || !VALUE.test(one)) {
        throw new TypeError(`The header ${name} must be a string or a list of strings, without line breaks.`);
      }
      lines += `${name}: ${one}\r\n`;
    }
  }
  return lines;
}
