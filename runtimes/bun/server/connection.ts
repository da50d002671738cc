import { Input } from "./input.ts";
import type { Socket } from "./socket.ts";

const IDLE = 75_000; // without a byte, while this side waits for one
const LINGER_SILENCE = 2_000;
const LINGER = 30_000;
const GRACE = 3_000;
const SWEEP = 1_000;

const connections = new Set<Connection>();

/** One client. That it has gone is no error: there is nothing more to read, and what is written is lost. */
export class Connection {
  readonly input = new Input((into) => this.#read(into));
  state: "idle" | "reading" | "running" = "idle";
  #deadline = Date.now() + IDLE;
  #latest = Infinity; // no deadline of a request that comes in lies after it

  constructor(private readonly socket: Socket) {
    connections.add(this);
  }

  async #read(into: Uint8Array): Promise<number | null> {
    this.#deadline = Math.min(Date.now() + IDLE, this.#latest);
    try {
      return await this.socket.read(into);
    } catch {
      return null;
    }
  }

  async write(pieces: Uint8Array[]): Promise<void> {
    try {
      for (let piece of pieces) {
        while (piece.length > 0) {
          this.#deadline = Date.now() + IDLE;
          piece = piece.subarray(await this.socket.write(piece));
        }
      }
    } catch {
      this.close();
    }
  }

  /** Reads on for a while before it closes: a connection closed over unread bytes takes the answer with it. */
  async linger(): Promise<void> {
    const dropped = new Uint8Array(65_536);
    const end = Date.now() + LINGER;
    try {
      this.socket.closeWrite();
      do this.#deadline = Math.min(Date.now() + LINGER_SILENCE, end, this.#latest);
      while (await this.socket.read(dropped) !== null);
    } catch {
      // It has gone, or its time is up.
    }
  }

  close(): void {
    if (!connections.delete(this)) return;
    try {
      this.socket.close();
    } catch {
      // Closed already.
    }
  }

  closeWhenOverdue(now: number): void {
    if (this.state !== "running" && now >= this.#deadline) this.close();
  }

  /** Closes what waits for a request. Half of one gets a moment to become a whole one. */
  stop(): void {
    if (this.state === "idle" && this.input.size === 0) return this.close();
    if (this.state === "running") return;
    this.#latest = Date.now() + GRACE;
    this.#deadline = Math.min(this.#deadline, this.#latest);
  }
}

/** Nothing new comes in any more. */
export function stopConnections(): void {
  for (const connection of connections) connection.stop();
  setTimeout(closeOverdue, GRACE);
}

function closeOverdue(): void {
  const now = Date.now();
  for (const connection of connections) connection.closeWhenOverdue(now);
}

setInterval(closeOverdue, SWEEP);
