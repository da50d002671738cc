import { LONGEST_HEAD, Malformed } from "./head.ts";
import type { Input } from "./input.ts";

const CHUNK_SIZE = /^(?=[\da-f])0*([\da-f]{0,8})(?:[\t ]*;[\t -~\x80-\uffff]*)?$/i;
const TRAILER = /^[!#$%&'*+.^`|~\w-]+:[\t -~\x80-\uffff]*$/;
const lines = new TextDecoder("latin1");

/** The body, or nothing if the client goes away before its end. Beyond the limit, `tooLarge` is thrown. */
export async function readBody(
  input: Input,
  length: number,
  limit: number,
  tooLarge: () => Error,
): Promise<Uint8Array | undefined> {
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
    if (digits === undefined) throw new Malformed();
    let rest = Number(`0x0${digits}`); // of none, if all were zeros, that is 0
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
    if (!TRAILER.test(line)) throw new Malformed();
    trailers += line.length;
    if (trailers > LONGEST_HEAD) throw new Malformed(431);
  }
}

async function readLine(input: Input): Promise<string | undefined> {
  let seen = 0;
  for (;;) {
    const end = input.find(1, seen);
    if (end >= 0) return lines.decode(input.take(end + 2)).slice(0, -2);
    if (input.size > LONGEST_HEAD) throw new Malformed(431);
    seen = Math.max(0, input.size - 1);
    if (!await input.fill()) return undefined;
  }
}
