import { Input } from "./input.ts";

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
  state: "idle" | "reading" | "running" = "idle";
  #deadline = Date.now() + IDLE;
  #latest = Infinity; // no deadline of a request that comes in lies after it

  #isReading = false;

  constructor(private readonly socket: Deno.TcpConn) {
    socket.setNoDelay(true);
    connections.add(this);
  }

  async #fill(wanted: number, patience: number): Promise<boolean> {
    this.#deadline = Math.min(Date.now() + patience, this.#latest);
    let count = null;
    this.#isReading = true;
    try {
      count = await this.socket.read(this.input.room(wanted));
    } catch {
      // It has gone.
    }
    this.#isReading = false;
    if (count === null || !connections.has(this)) return false; // closed: what still comes is no request any more
    this.input.add(count);
    return true;
  }

  async write(pieces: Uint8Array[]): Promise<void> {
    try {
      for (let piece of pieces) {
        for (let count; (count = await this.socket.write(piece)) < piece.length; piece = piece.subarray(count)) {
          this.#deadline = Date.now() + IDLE;
        }
      }
    } catch {
      this.close();
    }
    watch();
  }

  /** Reads on for a while before it closes: a connection closed over unread bytes takes the answer with it. */
  async linger(): Promise<void> {
    this.#latest = Math.min(this.#latest, Date.now() + LINGER);
    await this.socket.closeWrite().catch(() => {}); // or it has gone
    do this.input.skip(this.input.size);
    while (await this.#fill(0, LINGER_SILENCE));
  }

  /** Where a read waits, Deno 2.8 goes on waiting and keeps the socket: so the client is told to end it. */
  close(): void {
    if (!connections.delete(this)) return;
    const told = this.#isReading ? this.socket.closeWrite() : Promise.resolve();
    told.catch(() => {}).then(() => this.socket.close()).catch(() => {}); // or it was closed already
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

let isWatched = false;

// Not before the first answer: to load what timers stand on takes Deno 14 ms.
function watch(): void {
  if (isWatched) return;
  isWatched = true;
  setInterval(closeOverdue, SWEEP);
}
