import type { Input } from "./input.ts";

/** What the server asks of a request before it reads the body. */
export interface Head {
  method: string;
  challenges: number; // how many were sent
  challenge: Uint8Array; // the last of them, good until the next fill
  hosts: number;
  isHostSound: boolean;
  isCurrent: boolean; // HTTP/1.1: a host is required, and the connection is kept
  isLast: boolean;
  waits: boolean; // for 100 Continue
  lengths: number; // how many were sent, of either kind
  length: number; // of the body; NaN if it comes in chunks
}

export const LONGEST_HEAD = 65_536;
const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;
const COLON = 0x3a;
const NO_CHALLENGE = new Uint8Array(0);
const ascii = new TextEncoder();
const latin1 = new TextDecoder("latin1");

// For most bytes the one question is whether they may be where they are, and a table answers it. None has a line break.
const TOKEN = bytesIn("!!#'*+-.09AZ^z||~~");
const TARGET = bytesIn("!~\x80\xff");
const CONTENT = bytesIn("\t\t ~\x80\xff");
const HOST_NAME = bytesIn("!!$.09;;==AZ__az~~");
const ADDRESS = bytesIn("..09::AFaf");
const DIGIT = bytesIn("09");

/** The ranges are written as their first and their last character. */
function bytesIn(ranges: string): Uint8Array {
  const table = new Uint8Array(256);
  for (let i = 0; i < ranges.length; i += 2) table.fill(1, ranges.charCodeAt(i), ranges.charCodeAt(i + 1) + 1);
  return table;
}

const [POST, VERSION_0, VERSION_1] = ["POST ", " HTTP/1.0\r\n", " HTTP/1.1\r\n"].map((text) => ascii.encode(text));

/** What is not HTTP as this server understands it. */
export class Malformed extends Error {
  constructor(readonly status: number = 400) {
    super();
  }
}

/** The head of the next request, once it is whole. Of its bytes, `seen` were looked at before. */
export function takeHead(input: Input, seen: number): Head | undefined {
  while (input.size > 1 && input.bytes[input.start] === CR && input.bytes[input.start + 1] === LF) {
    input.skip(2); // an empty line before a request is passed over
  }
  const end = input.find(2, Math.max(0, seen - 3));
  if ((end < 0 ? input.size : end) > LONGEST_HEAD) throw new Malformed(431);
  if (end < 0) {
    if (isHopeless(input, Math.max(0, seen - 1))) throw new Malformed();
    return undefined;
  }
  const head = parseHead(input.bytes, input.start, input.start + end + 2);
  input.skip(end + 4);
  return head;
}

/** Whether a head cannot become whole any more: its end would be waited for in vain. */
function isHopeless({ bytes, start, end }: Input, from: number): boolean {
  if (start < end && bytes[start] !== CR && TOKEN[bytes[start]] === 0) return true; // TLS, most likely
  for (let at = start + from; at < end; at += 1) {
    if (bytes[at] === LF && (at === start || bytes[at - 1] !== CR)) return true;
    if (bytes[at] === CR && at + 1 < end && bytes[at + 1] !== LF) return true;
  }
  return false;
}

/** Reads the lines that end before `end`, after which an empty one follows. */
function parseHead(bytes: Uint8Array, start: number, end: number): Head {
  const method = past(TOKEN, bytes, start);
  const target = past(TARGET, bytes, method + 1);
  const isCurrent = isAt(target, VERSION_1, bytes);
  if (method === start || bytes[method] !== SPACE || target === method + 1) throw new Malformed();
  if (!isCurrent && !isAt(target, VERSION_0, bytes)) throw new Malformed();
  const head: Head = {
    method: isAt(start, POST, bytes) ? "POST" : text(bytes, start, method),
    challenges: 0,
    challenge: NO_CHALLENGE,
    hosts: 0,
    isHostSound: true,
    isCurrent,
    isLast: !isCurrent,
    waits: false,
    lengths: 0,
    length: 0,
  };
  let at = target + VERSION_1.length;
  while (at < end) {
    const colon = past(TOKEN, bytes, at);
    if (colon === at || bytes[colon] !== COLON) throw new Malformed();
    const close = past(CONTENT, bytes, colon + 1);
    if (bytes[close] !== CR || bytes[close + 1] !== LF) throw new Malformed();
    note(head, bytes, at, colon, close);
    at = close + 2;
  }
  if (head.lengths > 1) throw new Malformed(); // two lengths, of which any could be meant
  return head;
}

/** The position of the first byte that is not in the table. */
function past(table: Uint8Array, bytes: Uint8Array, at: number): number {
  while (table[bytes[at]] === 1) at += 1;
  return at;
}

function isAt(at: number, word: Uint8Array, bytes: Uint8Array): boolean {
  for (let i = 0; i < word.length; i += 1) if (bytes[at + i] !== word[i]) return false;
  return true;
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return latin1.decode(bytes.subarray(start, end));
}

/** Keeps what a field says, if it is one that counts. */
function note(head: Head, bytes: Uint8Array, name: number, colon: number, close: number): void {
  let start = colon + 1;
  let end = close;
  while (start < end && isBlank(bytes[start])) start += 1;
  while (start < end && isBlank(bytes[end - 1])) end -= 1;
  if (isNamed(bytes, name, colon, "x-internal-challenge")) {
    head.challenges += 1;
    head.challenge = bytes.subarray(start, end);
  } else if (isNamed(bytes, name, colon, "host")) {
    head.hosts += 1;
    head.isHostSound &&= isHost(bytes, start, end);
  } else if (isNamed(bytes, name, colon, "content-length")) {
    head.lengths += 1;
    head.length = digits(bytes, start, end);
  } else if (isNamed(bytes, name, colon, "connection")) {
    if (/(^|[\t ,])close([\t ,]|$)/i.test(text(bytes, start, end))) head.isLast = true;
  } else if (isNamed(bytes, name, colon, "expect")) {
    head.waits = head.isCurrent && text(bytes, start, end).toLowerCase() === "100-continue";
  } else if (isNamed(bytes, name, colon, "transfer-encoding")) {
    head.lengths += 1;
    if (!head.isCurrent || text(bytes, start, end).toLowerCase() !== "chunked") throw new Malformed();
    head.length = NaN;
  }
}

const isBlank = (byte: number) => byte === SPACE || byte === TAB;

/** In any case: of what may be in a name, only a letter and its capital are the same with this bit set. */
function isNamed(bytes: Uint8Array, at: number, colon: number, name: string): boolean {
  if (colon - at !== name.length) return false;
  for (let i = 0; i < name.length; i += 1) if ((bytes[at + i] | 0x20) !== name.charCodeAt(i)) return false;
  return true;
}

/** One name or address, with or without a port. */
function isHost(bytes: Uint8Array, start: number, end: number): boolean {
  let at = past(HOST_NAME, bytes, start);
  if (bytes[start] === 0x5b) { // an address in brackets
    at = past(ADDRESS, bytes, start + 1);
    if (at === start + 1 || bytes[at] !== 0x5d) return false;
    at += 1;
  }
  if (bytes[at] === COLON) at = past(DIGIT, bytes, at + 1);
  return at === end;
}

function digits(bytes: Uint8Array, start: number, end: number): number {
  if (start === end || end - start > 15 || past(DIGIT, bytes, start) < end) throw new Malformed();
  let number = 0;
  for (let at = start; at < end; at += 1) number = number * 10 + bytes[at] - 0x30;
  return number;
}
