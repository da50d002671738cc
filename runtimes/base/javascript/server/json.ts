import { RuntimeError } from "./runtime-error.ts";

const DEEPEST = 512;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The value. What would be replaced or overflow is found before it is parsed. */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.length > DEEPEST && isTooDeep(bytes)) {
    throw new RuntimeError("bad-request", `Body is nested deeper than ${DEEPEST} levels.`);
  }
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    throw new RuntimeError("bad-request", "Body is not valid JSON.");
  }
}

/** Whether more brackets are open at once than a parser should have to follow. */
function isTooDeep(bytes: Uint8Array): boolean {
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
