import type { Input } from "./input.ts";
import type { Answer } from "./runtime-error.ts";

/** What the server asks of a request before it reads the body. */
export interface Head {
  method: string;
  challenges: string[];
  hosts: string[];
  isCurrent: boolean; // HTTP/1.1: a host is required, and the connection is kept
  isLast: boolean;
  waits: boolean; // for 100 Continue
  length: number; // of the body; NaN where it comes in chunks
}

const LONGEST_HEAD = 65_536;
const REQUEST_LINE = /^([!#$%&'*+.^_`|~\w-]+) [^\0- \x7f]+ HTTP\/1\.([01])\r\n/;
const FIELD = /([!#$%&'*+.^_`|~\w-]+):([^\0-\x08\n-\x1f\x7f]*)\r\n/y;
const CHUNK_SIZE = /^([\da-f]{1,8})(?:[\t ;][^\0-\x08\n-\x1f\x7f]*)?$/i;
const latin1 = new TextDecoder("latin1");
const encoder = new TextEncoder();

/** What is no HTTP as this server understands it. */
export class Malformed extends Error {
  constructor(readonly status: number = 400) {
    super();
  }
}

/** The head of the next request, or nothing where the client sends none. */
export async function readHead(input: Input): Promise<Head | undefined> {
  let seen = 0;
  for (;;) {
    const end = input.find(2, seen);
    if (end === 0) input.take(2); // an empty line before a request is passed over
    else if (end > 0 && end <= LONGEST_HEAD) return parseHead(latin1.decode(input.take(end + 4)));
    else if (input.size > LONGEST_HEAD) throw new Malformed(431);
    else {
      seen = Math.max(0, input.size - 3);
      if (!await input.fill()) return undefined;
    }
  }
}

function parseHead(text: string): Head {
  const line = REQUEST_LINE.exec(text);
  if (!line) throw new Malformed();
  const isCurrent = line[2] === "1";
  const head: Head = {
    method: line[1],
    challenges: [],
    hosts: [],
    isCurrent,
    isLast: !isCurrent,
    waits: false,
    length: 0,
  };
  let lengths = 0;
  FIELD.lastIndex = line[0].length;
  while (FIELD.lastIndex < text.length - 2) {
    const field = FIELD.exec(text);
    if (!field) throw new Malformed();
    const value = trim(field[2]);
    switch (field[1].toLowerCase()) {
      case "x-internal-challenge":
        head.challenges.push(value);
        break;
      case "host":
        head.hosts.push(value);
        break;
      case "connection":
        if (/(^|[\t ,])close([\t ,]|$)/i.test(value)) head.isLast = true;
        break;
      case "expect":
        head.waits = isCurrent && value.toLowerCase() === "100-continue";
        break;
      case "content-length":
        lengths += 1;
        if (!/^\d{1,15}$/.test(value)) throw new Malformed();
        head.length = Number(value);
        break;
      case "transfer-encoding":
        lengths += 1;
        if (!isCurrent || value.toLowerCase() !== "chunked") throw new Malformed();
        head.length = NaN;
    }
  }
  if (lengths > 1) throw new Malformed(); // two lengths, of which any could be meant
  return head;
}

/** Without the spaces and tabs around it, and these only: String.trim() knows more. */
function trim(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(value.charCodeAt(start))) start += 1;
  while (start < end && isBlank(value.charCodeAt(end - 1))) end -= 1;
  return value.slice(start, end);
}

const isBlank = (character: number) => character === 0x20 || character === 0x09;

/** The body, or nothing where the client goes away before its end. Beyond the limit, `tooLarge` is thrown. */
export async function readBody(input: Input, length: number, limit: number, tooLarge: () => Error): Promise<Uint8Array | undefined> {
  if (Number.isNaN(length)) return readChunks(input, limit, tooLarge);
  while (input.size < length) if (!await input.fill(length)) return undefined;
  return input.take(length);
}

async function readChunks(input: Input, limit: number, tooLarge: () => Error): Promise<Uint8Array | undefined> {
  let body = new Uint8Array(1024);
  let size = 0;
  for (;;) {
    const line = await readLine(input);
    if (line === undefined) return undefined;
    const digits = CHUNK_SIZE.exec(line)?.[1];
    if (!digits) throw new Malformed();
    let rest = parseInt(digits, 16);
    if (rest === 0) break;
    if (size + rest > limit) throw tooLarge();
    while (rest > 0) {
      if (input.size === 0 && !await input.fill()) return undefined;
      const piece = input.take(Math.min(rest, input.size));
      if (size + piece.length > body.length) {
        const larger = new Uint8Array(Math.max(2 * body.length, size + piece.length));
        larger.set(body);
        body = larger;
      }
      body.set(piece, size);
      size += piece.length;
      rest -= piece.length;
    }
    if (await readLine(input) !== "") throw new Malformed();
  }
  for (let trailers = 0;;) {
    const line = await readLine(input);
    if (line === undefined) return undefined;
    if (line === "") return body.subarray(0, size);
    trailers += line.length;
    if (trailers > LONGEST_HEAD) throw new Malformed(431);
  }
}

async function readLine(input: Input): Promise<string | undefined> {
  let seen = 0;
  for (;;) {
    const end = input.find(1, seen);
    if (end >= 0) return latin1.decode(input.take(end + 2)).slice(0, -2);
    if (input.size > LONGEST_HEAD) throw new Malformed(431);
    seen = Math.max(0, input.size - 1);
    if (!await input.fill()) return undefined;
  }
}

export const CONTINUE = encoder.encode("HTTP/1.1 100 Continue\r\n\r\n");

/** The pieces of an answer as they go out: head and body, in one where that is no waste. */
export function encodeAnswer({ status, headers, body }: Answer, isLast: boolean, isBodiless: boolean): Uint8Array[] {
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  let text = `HTTP/1.1 ${status} \r\n${date()}`;
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
  if (status !== 204 && status !== 304) text += `Content-Length: ${bytes.length}\r\n`;
  const head = encoder.encode(isLast ? `${text}Connection: close\r\n\r\n` : `${text}\r\n`);
  if (isBodiless || bytes.length === 0) return [head];
  if (bytes.length > 65_536) return [head, bytes];
  const whole = new Uint8Array(head.length + bytes.length);
  whole.set(head);
  whole.set(bytes, head.length);
  return [whole];
}

let dated = 0;
let dateLine = "";

/** Made once a second. */
function date(): string {
  const now = Math.floor(Date.now() / 1000);
  if (now !== dated) {
    dated = now;
    dateLine = `Date: ${new Date(now * 1000).toUTCString()}\r\n`;
  }
  return dateLine;
}
