// A client and the server, without a socket between them.

import { attend, type Configuration } from "../server.ts";
import type { Handler } from "../server/code.ts";
import { Connection } from "../server/connection.ts";
import { bytesOf, piecesOf, textOf } from "./cases.ts";

export const KEY = "secret";

export function configured(changed: Partial<Configuration>): Configuration {
  return {
    maxBody: 1_000_000,
    entrypoint: "index.ts",
    key: bytesOf(KEY),
    load: () => Promise.reject(new Error("nothing is loaded in this test")),
    ...changed,
  };
}

/** A client that sends all it has, at once or some bytes at a time, and ends its side. */
class Client extends Connection {
  readonly received: string[] = [];
  isClosed = false;
  readonly #pieces: Generator<Uint8Array, void>;

  constructor(text: string, size?: number) {
    super();
    this.#pieces = piecesOf(bytesOf(text), size);
  }

  protected receive(wanted: number): Promise<boolean> {
    const { value } = this.#pieces.next();
    if (value) this.input.append(value, wanted);
    return Promise.resolve(value !== undefined);
  }

  write(pieces: Uint8Array[]): undefined {
    for (const piece of pieces) this.received.push(textOf(piece)); // now: its place is used again
    return undefined;
  }

  protected closeWrite(): void {}

  protected closeSocket(): void {
    this.isClosed = true;
  }
}

let files = 0;

/** All that a client is sent before its connection is closed, by a server whose every file has that handler. */
export async function conversation(
  text: string,
  handler: Handler = (_, res) => res.send("done"),
  size?: number,
): Promise<string> {
  const client = new Client(text, size);
  const entrypoint = `${files += 1}.ts`; // one that was not loaded before
  await attend(client, configured({ entrypoint, load: () => Promise.resolve(handler) }));
  return client.isClosed ? client.received.join("") : "the connection is still open";
}

export function request(body: string, fields = ""): string {
  const length = bytesOf(body).length;
  return `POST / HTTP/1.1\r\nHost: a\r\nX-Internal-Challenge: ${KEY}\r\n${fields}Content-Length: ${length}\r\n\r\n${body}`;
}
