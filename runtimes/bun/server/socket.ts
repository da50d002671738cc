import type { Socket as BunSocket } from "bun";

const ENOUGH = 65_536; // held for a reader that is busy; the rest waits with the client

/** Bun hands over bytes when they come; a request is read when its turn comes. In between they wait here. */
export class Socket {
  #chunks: Uint8Array[] = [];
  #held = 0;
  #ended = false;
  #paused = false;
  #readable?: () => void;
  #writable?: () => void;

  constructor(private readonly socket: BunSocket<Socket>) {}

  /** How much was put into the array, or null at the end. */
  async read(into: Uint8Array): Promise<number | null> {
    while (this.#held === 0) {
      if (this.#ended) return null;
      await new Promise<void>((resolve) => this.#readable = resolve);
    }
    const chunk = this.#chunks[0];
    const count = Math.min(chunk.length, into.length);
    into.set(count < chunk.length ? chunk.subarray(0, count) : chunk);
    if (count < chunk.length) this.#chunks[0] = chunk.subarray(count);
    else this.#chunks.shift();
    this.#held -= count;
    if (this.#paused && this.#held < ENOUGH) {
      this.#paused = false;
      this.socket.resume();
    }
    return count;
  }

  /** How much was taken. Waits while the client takes nothing. */
  async write(bytes: Uint8Array): Promise<number> {
    for (;;) {
      const count = this.socket.write(bytes);
      if (count > 0) return count;
      if (count < 0 || this.#closed) throw new Error("the client has gone");
      await new Promise<void>((resolve) => this.#writable = resolve);
    }
  }

  #closed = false;

  closeWrite(): void {
    this.socket.shutdown();
  }

  close(): void {
    this.socket.end();
  }

  // What Bun tells of it.

  received(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    if (this.#held >= ENOUGH && !this.#paused) {
      this.#paused = true;
      this.socket.pause();
    }
    this.#wakeReader();
  }

  ended(): void {
    this.#ended = true;
    this.#wakeReader();
  }

  drained(): void {
    const writable = this.#writable;
    this.#writable = undefined;
    writable?.();
  }

  closed(): void {
    this.#closed = true;
    this.ended();
    this.drained();
  }

  #wakeReader(): void {
    const readable = this.#readable;
    this.#readable = undefined;
    readable?.();
  }
}
