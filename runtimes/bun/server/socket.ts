import type { Socket as BunSocket } from "bun";
import type { Input } from "../../base/javascript/server/input.ts";

const ENOUGH = 65_536; // held for a reader that is busy; the rest waits with the client

/** Bun hands over bytes when they come; a request is read when its turn comes. In between they wait in the input. */
export class Socket {
  #wanted = 0;
  #isEnded = false;
  #isClosed = false;
  #isPaused = false;
  #readable?: (isMore: boolean) => void;
  #writable?: () => void;

  constructor(private readonly socket: BunSocket<Socket>, private readonly input: Input) {}

  /** Waits until the input has more. False at the end. */
  fill(wanted: number): Promise<boolean> {
    if (this.#isEnded) return Promise.resolve(false);
    this.#wanted = wanted;
    if (this.#isPaused) {
      this.#isPaused = false;
      this.socket.resume();
    }
    return new Promise((resolve) => this.#readable = resolve);
  }

  /** How much was taken at once, or -1 if the client has gone. */
  write(bytes: Uint8Array): number {
    return this.#isClosed ? -1 : this.socket.write(bytes);
  }

  /** Waits until the client takes more, or has gone. */
  drain(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => this.#writable = resolve);
  }

  closeWrite(): void {
    if (!this.#isClosed) this.socket.shutdown();
  }

  /** What still comes is not read as a request. */
  close(): void {
    this.ended();
    if (!this.#isClosed) this.socket.end();
  }

  // What Bun tells of it.

  received(chunk: Uint8Array): void {
    this.input.append(chunk, this.#wanted);
    if (this.#readable) return this.#wakeReader(true);
    if (this.input.size < ENOUGH || this.#isPaused) return;
    this.#isPaused = true;
    this.socket.pause();
  }

  ended(): void {
    this.#isEnded = true;
    this.#wakeReader(false);
  }

  drained(): void {
    const writable = this.#writable;
    this.#writable = undefined;
    writable?.();
  }

  closed(): void {
    this.#isClosed = true;
    this.ended();
    this.drained();
  }

  #wakeReader(isMore: boolean): void {
    const readable = this.#readable;
    this.#readable = undefined;
    readable?.(isMore);
  }
}
