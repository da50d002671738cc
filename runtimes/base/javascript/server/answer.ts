import type { Answer } from "./runtime-error.ts";

const WHOLE = 65_536; // up to here, body and head go out in one piece
const encoder = new TextEncoder();

export const CONTINUE = encoder.encode("HTTP/1.1 100 Continue\r\n\r\n");

/** The pieces of an answer, as they go out. What fits is in `room`: send it before the next is made. */
export function encodeAnswer(answer: Answer, isLast: boolean, isBodiless: boolean, room: Uint8Array): Uint8Array[] {
  const { body } = answer;
  if (typeof body === "string" && !isBodiless && body.length <= room.length / 4) {
    // One call encodes it all, as if each character were one byte; what comes out tells whether that is so.
    const whole = encodeHead(answer, body.length, isLast) + body;
    const { read, written } = encoder.encodeInto(whole, room);
    if (written === whole.length && read === written) return [room.subarray(0, written)];
  }
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  const head = encoder.encode(encodeHead(answer, bytes.length, isLast));
  if (isBodiless || bytes.length === 0) return [head];
  if (bytes.length > WHOLE) return [head, bytes];
  const whole = new Uint8Array(head.length + bytes.length);
  whole.set(head);
  whole.set(bytes, head.length);
  return [whole];
}

function encodeHead({ status, headers }: Answer, length: number, isLast: boolean): string {
  const counted = status === 204 || status === 304 ? "" : `Content-Length: ${length}\r\n`;
  return `HTTP/1.1 ${status} \r\n${date()}${headers}${counted}${isLast ? "Connection: close\r\n" : ""}\r\n`;
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
