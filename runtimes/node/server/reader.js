'use strict';

// Requests, out of the bytes of one connection. It is strict: what two readers could read in two ways is refused.

const LARGEST_HEAD = 65_536;
const LARGEST_LINE = 4_096; // of those between chunks
const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const COLON = 0x3a;

// Of most bytes nothing is asked but whether they may stand where they stand: a table knows. No line break is in any.
const TOKEN = bytesIn("!!#'*+-.09AZ^z||~~");
const TARGET = bytesIn('!~\x80\xff');
const CONTENT = bytesIn('\t\t ~\x80\xff');
const HOST_NAME = bytesIn('!!$.09;;==AZ__az~~');
const ADDRESS = bytesIn('..09::AFaf');
const DIGIT = bytesIn('09');
const VERSION_0 = Buffer.from(' HTTP/1.0\r\n');
const VERSION_1 = Buffer.from(' HTTP/1.1\r\n');
const CHUNK_SIZE = /^(?=[\da-f])0*([\da-f]{0,8})(?:[\t ]*;[\t -~\x80-\xff]*)?$/i;
const CLOSE = /(?:^|,)[\t ]*close[\t ]*(?:,|$)/i;
const TRAILER = /^[!#$%&'*+.^`|~\w-]+:[\t -~\x80-\xff]*$/;

/** The ranges are written as their first and their last character. */
function bytesIn(ranges) {
  const table = new Uint8Array(256);
  for (let i = 0; i < ranges.length; i += 2) table.fill(1, ranges.charCodeAt(i), ranges.charCodeAt(i + 1) + 1);
  return table;
}

const [HEAD, BODY, SIZE, CHUNK, BEHIND_CHUNK, TRAILERS, REFUSED] = [0, 1, 2, 3, 4, 5, 6];

/** What is no HTTP as this server understands it. */
class Malformed extends Error {
  constructor(status = 400) {
    super();
    this.answer = { status, headers: [], body: '' };
  }
}

class Reader {
  /** Of the request that is being read, or was read last. */
  head;
  #stage = HEAD;
  #left = 0; // of the body, or of the chunk
  #spent = 0; // of the trailers
  #size = 0; // of the body so far
  #pieces = [];
  #waits = false;
  #data; // what came and was not taken, from #at to #end
  #at = 0;
  #end = 0;
  #known = 0; // of a piece that is not whole
  #admit;
  #limit;
  #tooLarge;

  /** `admit` throws the answer to a head that is not let in, and `tooLarge` makes the one to a body over the limit. */
  constructor(admit, limit, tooLarge) {
    this.#admit = admit;
    this.#limit = limit;
    this.#tooLarge = tooLarge;
  }

  /** How many bytes came and were not taken. */
  get size() {
    return this.#end - this.#at;
  }

  /** Whether nothing of a request has come. */
  get isBetween() {
    return this.#stage === HEAD && this.size === 0;
  }

  get isInHead() {
    return this.#stage === HEAD;
  }

  /** Whether the client holds its body back until it is told to go on. Asked once. */
  waits() {
    const waits = this.#waits && this.#size === 0 && this.size === 0;
    this.#waits = false;
    return waits;
  }

  /** Keeps the chunk as it came where nothing else is there: bodies are given out as they lie. */
  feed(chunk) {
    const size = this.size;
    if (size === 0) {
      this.#data = chunk;
      this.#at = 0;
      this.#end = chunk.length;
      return;
    }
    if (this.#end + chunk.length > this.#data.length) {
      const data = Buffer.allocUnsafeSlow(2 * (size + chunk.length));
      this.#data.copy(data, 0, this.#at, this.#end);
      this.#data = data;
      this.#at = 0;
      this.#end = size;
    }
    chunk.copy(this.#data, this.#end);
    this.#end += chunk.length;
  }

  /** The body of the next request, or nothing as long as it is not whole. After what it throws there are no more. */
  next() {
    while (this.#at < this.#end) {
      const next = this.#step(this.#data, this.#at, this.#at + this.#known);
      if (next < 0) {
        this.#stage = REFUSED;
        throw new Malformed();
      }
      const isWhole = next > this.#at;
      this.#known = isWhole ? 0 : this.size;
      this.#at = next;
      if (!isWhole) return undefined;
      if (this.#stage === HEAD && this.head !== undefined && !this.head.isTaken) return this.#take();
    }
    return undefined;
  }

  #take() {
    this.head.isTaken = true;
    this.#waits = false;
    const body = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#size = 0;
    if (this.#at === this.#end) this.#data = undefined;
    return body;
  }

  /** Where the next piece begins, the same place where this one is not whole, or -1 where it is not sound. */
  #step(data, at, known) {
    switch (this.#stage) {
      case HEAD:
        return this.#head(data, at, known);
      case BODY:
      case CHUNK: {
        const count = Math.min(this.#left, this.#end - at);
        this.#pieces.push(data.subarray(at, at + count));
        this.#size += count;
        this.#left -= count;
        if (this.#left === 0) this.#stage = this.#stage === BODY ? HEAD : BEHIND_CHUNK;
        return at + count;
      }
      case BEHIND_CHUNK:
        if (data[at] !== CR || (at + 1 < this.#end && data[at + 1] !== LF)) return -1;
        if (at + 1 === this.#end) return at;
        this.#stage = SIZE;
        return at + 2;
      default:
        return this.#line(data, at, known);
    }
  }

  #find(breaks, from) {
    const found = this.#data.indexOf(breaks, from, 'latin1');
    return found + breaks.length > this.#end ? -1 : found;
  }

  /** A line between chunks, or one behind them. */
  #line(data, at, known) {
    const end = this.#find('\r\n', Math.max(at, known - 1));
    if ((end < 0 ? this.#end : end) - at > LARGEST_LINE) return -1;
    if (end < 0) return at;
    const line = data.latin1Slice(at, end);
    if (this.#stage === TRAILERS) {
      this.#spent += line.length;
      if (line === '') this.#stage = HEAD;
      else if (this.#spent > LARGEST_HEAD || !TRAILER.test(line)) return -1;
      return end + 2;
    }
    const digits = CHUNK_SIZE.exec(line)?.[1];
    if (digits === undefined) return -1;
    this.#left = Number(`0x0${digits}`); // of none, if all were zeros, that is 0
    if (this.#size + this.#left > this.#limit) throw this.#tooLarge();
    this.#stage = this.#left === 0 ? TRAILERS : CHUNK;
    this.#spent = 0;
    return end + 2;
  }

  #head(data, at, known) {
    if (data[at] === CR && at + 1 < this.#end && data[at + 1] === LF) return at + 2; // an empty line means nothing here
    const end = this.#find('\r\n\r\n', Math.max(at, known - 3));
    if ((end < 0 ? this.#end : end) - at > LARGEST_HEAD) throw new Malformed(431);
    if (end < 0) return isHopeless(data, at, Math.max(at, known - 1), this.#end) ? -1 : at;
    this.head = undefined;
    const head = parse(data, at, end + 2);
    if (head === undefined) return -1;
    this.head = head;
    this.#admit(head);
    if (head.length > this.#limit) throw this.#tooLarge();
    this.#waits = head.waits;
    this.#left = head.length;
    this.#stage = head.length > 0 ? BODY : head.length === 0 ? HEAD : SIZE;
    return end + 4;
  }
}

/** What the lines of a head say that end before `end`, where an empty one follows; nothing if it is not sound. */
function parse(data, start, end) {
  const method = past(TOKEN, data, start);
  const target = past(TARGET, data, method + 1);
  const isCurrent = isAt(target, VERSION_1, data);
  if (method === start || data[method] !== SPACE || target === method + 1) return undefined;
  if (!isCurrent && !isAt(target, VERSION_0, data)) return undefined;
  const head = {
    method: data.latin1Slice(start, method),
    challenges: 0, // how many were sent
    challenge: '', // the last of them
    hosts: 0,
    isCurrent,
    isLast: !isCurrent,
    waits: false, // for 100 Continue
    lengths: 0, // how many were sent, of either kind
    length: 0, // of the body; NaN where it comes in chunks
    isTaken: false,
  };
  let at = target + VERSION_1.length;
  while (at < end) {
    const colon = past(TOKEN, data, at);
    if (colon === at || data[colon] !== COLON) return undefined;
    const close = past(CONTENT, data, colon + 1);
    if (data[close] !== CR || data[close + 1] !== LF || !note(head, data, at, colon, close)) return undefined;
    at = close + 2;
  }
  return head.lengths > 1 || head.hosts > 1 || (isCurrent && head.hosts === 0) ? undefined : head;
}

/** Keeps what a field says, where it is one that counts. Whether it is sound. */
function note(head, data, name, colon, close) {
  let start = colon + 1;
  let end = close;
  while (start < end && isBlank(data[start])) start += 1;
  while (start < end && isBlank(data[end - 1])) end -= 1;
  switch (colon - name) {
    case 4:
      if (!isNamed(data, name, 'host')) return true;
      head.hosts += 1;
      return isHost(data, start, end);
    case 6:
      if (isNamed(data, name, 'expect')) {
        head.waits = head.isCurrent && data.latin1Slice(start, end).toLowerCase() === '100-continue';
      }
      return true;
    case 10:
      if (isNamed(data, name, 'connection')) head.isLast ||= CLOSE.test(data.latin1Slice(start, end));
      return true;
    case 14:
      if (!isNamed(data, name, 'content-length')) return true;
      head.lengths += 1;
      if (start === end || end - start > 15 || past(DIGIT, data, start) < end) return false;
      head.length = Number(data.latin1Slice(start, end));
      return true;
    case 17:
      if (!isNamed(data, name, 'transfer-encoding')) return true;
      head.lengths += 1;
      head.length = NaN;
      return head.isCurrent && data.latin1Slice(start, end).toLowerCase() === 'chunked';
    case 20:
      if (!isNamed(data, name, 'x-internal-challenge')) return true;
      head.challenges += 1;
      head.challenge = data.latin1Slice(start, end);
      return true;
    default:
      return true;
  }
}

/** The position of the first byte that is not in the table. */
function past(table, data, at) {
  while (table[data[at]] === 1) at += 1;
  return at;
}

function isAt(at, word, data) {
  for (let i = 0; i < word.length; i += 1) if (data[at + i] !== word[i]) return false;
  return true;
}

const isBlank = (byte) => byte === SPACE || byte === 0x09;

/** In any case: of what may stand in a name, only a letter and its capital are the same with this bit set. */
function isNamed(data, at, name) {
  for (let i = 0; i < name.length; i += 1) if ((data[at + i] | 0x20) !== name.charCodeAt(i)) return false;
  return true;
}

/** One name, or one address in brackets, with or without a port. */
function isHost(data, start, end) {
  let at = past(HOST_NAME, data, start);
  if (data[start] === 0x5b) {
    at = past(ADDRESS, data, start + 1);
    if (at === start + 1 || data[at] !== 0x5d) return false;
    at += 1;
  }
  if (data[at] === COLON) at = past(DIGIT, data, at + 1);
  return at === end;
}

/** Whether a head cannot become whole any more: its end would be waited for in vain. */
function isHopeless(data, start, from, end) {
  if (start < end && data[start] !== CR && TOKEN[data[start]] === 0) return true; // TLS, most likely
  for (let at = from; at < end; at += 1) {
    if (data[at] === LF && (at === start || data[at - 1] !== CR)) return true;
    if (data[at] === CR && at + 1 < end && data[at + 1] !== LF) return true;
  }
  return false;
}

module.exports = { Malformed, Reader };
