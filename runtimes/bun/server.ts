// Serves the runtime contract, version 1, on Bun.listen: what Bun does in its own way. A request is followed from its
// head to its answer in ../base/javascript/server.ts.

import { attend, loadConfiguration, shutDown, type Sibling } from "../base/javascript/server.ts";
import { watchConnections } from "../base/javascript/server/connection.ts";
import { describe } from "../base/javascript/server/runtime-error.ts";
import { BunConnection } from "./server/connection.ts";
import { load } from "./server/load.ts";
import type { Socket } from "./server/socket.ts";

const bun: Sibling = {
  entrypoint: "index.ts",
  variable: (name) => process.env[name],
  readKey,
  load,
  exit: (status) => process.exit(status),
};

async function readKey(): Promise<Uint8Array> {
  // Not by node:fs: to load it takes Bun 2 ms and more. The descriptor stays open, but what a pipe held is gone.
  const handed = Bun.file(3);
  const found = await handed.stat().catch(() => undefined);
  return found?.isFIFO() ? handed.bytes() : new Uint8Array(); // if nothing was handed over, Bun has one of its own there
}

async function main(): Promise<void> {
  const configuration = await loadConfiguration(bun);
  for (const stray of ["uncaughtException", "unhandledRejection"]) {
    process.on(stray, (error) => console.error(describe(error).stack));
  }
  const listener = Bun.listen<Socket>({
    hostname: "0.0.0.0",
    port: 3000,
    allowHalfOpen: true, // a client that sends no more may still wait for its answer
    socket: {
      binaryType: "uint8array",
      open(opened) {
        const connection = new BunConnection(opened);
        opened.data = connection.socket;
        attend(connection, configuration);
      },
      data: ({ data: socket }, chunk) => socket.received(chunk),
      end: ({ data: socket }) => socket.ended(),
      drain: ({ data: socket }) => socket.drained(),
      close: ({ data: socket }) => socket.closed(),
      error: ({ data: socket }) => socket.closed(),
    },
  });
  watchConnections();
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => shutDown(bun, () => listener.stop()));
}

main().catch((error) => {
  console.error(describe(error).message);
  process.exit(1);
});
