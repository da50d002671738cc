import type { Socket as BunSocket } from "bun";
import { Input } from "./input.ts";
import { Socket } from "./socket.ts";

const IDLE = 75_000; // without a byte, while this side waits for one
const LINGER_SILENCE = 2_000;
const LINGER = 30_000;
const GRACE = 3_000;
const SWEEP = 1_000;

const connections = new Set<Connection>();
let whenNone = () => {};

/** One client. That it has gone is no error: there is nothing more to read, and what is written is lost. */
export class Connection {
  readonly input = new Input((wanted = 0) => this.#fill(wanted, IDLE));
  readonly room = new Uint8Array(4_096); // for an answer to be written in
  readonly socket: Socket;
  state: "idle" | "reading" | "running" = "idle";
  #deadline = Date.now() + IDLE;
  #latest = Infinity; // no deadline of a request that comes in lies after it

  constructor(opened: BunSocket<Socket>) {
    this.socket = new Socket(opened, this.input);
    connections.add(this);
  }

  #fill(wanted: number, patience: number): Promise<boolean> {
    this.#deadline = Math.min(Date.now() + patience, this.#latest);
    return this.socket.fill(wanted);
  }

  /** Nothing to wait for where the client takes it all at once. */
  write(pieces: Uint8Array[]): Promise<void> | undefined {
    const count = this.socket.write(pieces[0]);
    if (pieces.length === 1 && count === pieces[0].length) return undefined;
    return this.#writeRest(pieces, count);
  }

  async #writeRest(pieces: Uint8Array[], count: number): Promise<void> {
    for (const piece of pieces) {
      for (let sent = Math.max(0, count); sent < piece.length; sent += count) {
        count = this.socket.write(piece.subarray(sent));
        if (count < 0) return this.close();
        if (count > 0) continue;
        this.#deadline = Date.now() + IDLE;
        await this.socket.drain();
      }
      count = 0;
    }
  }

  /** Reads on for a while before it closes: a connection closed over unread bytes takes the answer with it. */
  async linger(): Promise<void> {
    this.#latest = Math.min(this.#latest, Date.now() + LINGER);
    this.socket.closeWrite();
    do this.input.skip(this.input.size);
    while (await this.#fill(0, LINGER_SILENCE));
  }

  close(): void {
    if (!connections.delete(this)) return;
    this.socket.close();
    if (connections.size === 0) whenNone();
  }

  closeWhenOverdue(now: number): void {
    if (this.state !== "running" && now >= this.#deadline) this.close();
  }

  /** Closes what waits for a request. Half of one gets a moment to become a whole one. */
  stop(): void {
    if (this.state === "idle" && this.input.size === 0) return this.close();
    if (this.state === "running") return;
    this.#latest = Math.min(this.#latest, Date.now() + GRACE);
    this.#deadline = Math.min(this.#deadline, this.#latest);
  }
}

/** Nothing new comes in any more. Calls back when the last has gone: who runs a function has not. */
export function stopConnections(callback: () => void): void {
  whenNone = callback;
  for (const connection of connections) connection.stop();
  if (connections.size === 0) whenNone();
  setTimeout(closeOverdue, GRACE);
}

function closeOverdue(): void {
  const now = Date.now();
  for (const connection of connections) connection.closeWhenOverdue(now);
}

setInterval(closeOverdue, SWEEP);
