// Serves the runtime contract, version 1, on Deno.listen: what Deno does in its own way. A request is followed from
// its head to its answer in ../base/javascript/server.ts.

import { attend, loadConfiguration, shutDown, type Sibling, stopping } from "../base/javascript/server.ts";
import { describe } from "../base/javascript/server/runtime-error.ts";
import { DenoConnection } from "./server/connection.ts";
import { load } from "./server/load.ts";

const deno: Sibling = {
  entrypoint: "main.ts",
  variable: (name) => Deno.env.get(name),
  readKey,
  load,
  exit: (status) => Deno.exit(status),
};

function readKey(): Uint8Array {
  try {
    // Deno cannot close a descriptor that it did not open. Once read to its end, this one is an empty pipe.
    return Deno.readFileSync("/dev/fd/3");
  } catch {
    return new Uint8Array();
  }
}

async function main(): Promise<void> {
  const configuration = await loadConfiguration(deno);
  for (const stray of ["error", "unhandledrejection"] as const) {
    addEventListener(stray, (event) => {
      event.preventDefault();
      console.error(describe("reason" in event ? event.reason : (event as ErrorEvent).error).stack);
    });
  }
  const listener = Deno.listen({ hostname: "0.0.0.0", port: 3000 });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => shutDown(deno, () => listener.close()));
  }
  while (!stopping) {
    try {
      const socket = await listener.accept();
      if (stopping) return socket.close(); // it came with the signal
      attend(new DenoConnection(socket), configuration);
    } catch (error) {
      if (stopping) return;
      // No descriptors left, most likely. Clients in the queue are accepted when there are some again.
      console.error(`A connection could not be accepted: ${describe(error).message}.`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

main().catch((error) => {
  console.error(describe(error).message);
  Deno.exit(1);
});
