import { Input } from "./input.ts";

const IDLE = 75_000; // without a byte, while this side waits for one
const LINGER_SILENCE = 2_000;
const LINGER = 30_000;
const GRACE = 3_000;
const SWEEP = 1_000;

const connections = new Set<Connection>();
let whenNone = () => {};

/**
 * One client. It is not an error that it has gone: there is nothing more to read, and what is written is lost.
 * The socket is each sibling's own.
 */
export abstract class Connection {
  readonly input = new Input((wanted = 0) => this.#fill(wanted, IDLE));
  readonly room = new Uint8Array(4_096); // for an answer to be written in
  state: "idle" | "reading" | "running" = "idle";
  #deadline = Date.now() + IDLE;
  #latest = Infinity; // no deadline of a request that comes in is after it

  constructor() {
    connections.add(this);
  }

  /** Waits until the input has more. False at the end, and once the connection is closed. */
  protected abstract receive(wanted: number): Promise<boolean>;

  /** Sends pieces, or closes the connection if the client has gone. Nothing to wait for if it takes them at once. */
  abstract write(pieces: Uint8Array[]): Promise<void> | undefined;

  /** Tells the client that nothing more comes. */
  protected abstract closeWrite(): Promise<void> | void;

  protected abstract closeSocket(): void;

  protected get isOpen(): boolean {
    return connections.has(this);
  }

  /** A client that takes its answer slowly is given the whole time again for each part of it. */
  protected postpone(): void {
    this.#deadline = Date.now() + IDLE;
  }

  #fill(wanted: number, timeout: number): Promise<boolean> {
    this.#deadline = Math.min(Date.now() + timeout, this.#latest);
    return this.receive(wanted);
  }

  /** Reads on for a while before it closes: a connection closed over unread bytes takes the answer with it. */
  async linger(): Promise<void> {
    this.#latest = Math.min(this.#latest, Date.now() + LINGER);
    await this.closeWrite();
    do this.input.skip(this.input.size); while (await this.#fill(0, LINGER_SILENCE));
  }

  close(): void {
    if (!connections.delete(this)) return;
    this.closeSocket();
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

/** Nothing new comes in any more. Calls back when the last has gone. One whose function runs has not. */
export function stopConnections(callback: () => void): void {
  whenNone = callback;
  for (const connection of connections) connection.stop();
  if (connections.size === 0) whenNone();
  setTimeout(closeOverdue, GRACE);
}

let isWatched = false;

/** From now on, connections are closed that wait for too long. */
export function watchConnections(): void {
  if (isWatched) return;
  isWatched = true;
  setInterval(closeOverdue, SWEEP);
}

function closeOverdue(): void {
  const now = Date.now();
  for (const connection of connections) connection.closeWhenOverdue(now);
}
