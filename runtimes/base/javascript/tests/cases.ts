// The tables of conformance/cases, which all languages read.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export type Piece = string | [string, number] | { hex: string };

/** A table, seen from the folder of the runtime: the tests run there, in its image as in the repository. */
export function cases<Case>(name: string): Case[] {
  const table = JSON.parse(readFileSync(`../../conformance/cases/${name}.json`, "utf8"));
  assert.notEqual(table.length, 0, `${name}.json has no cases`);
  return table;
}

/** The bytes of a case: text, text that is repeated, and bytes in hexadecimal. */
export function joined(pieces: Piece[]): Uint8Array {
  const parts = pieces.map((piece) => {
    if (typeof piece === "string") return bytesOf(piece);
    if (Array.isArray(piece)) return bytesOf(piece[0].repeat(piece[1]));
    return Uint8Array.from(piece.hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));
  });
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** The bytes some at a time, each time in a place of their own, as a socket hands them over. */
export function* piecesOf(bytes: Uint8Array, size = bytes.length): Generator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}
