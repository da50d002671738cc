import { Connection, watchConnections } from "../../base/javascript/server/connection.ts";

/** A connection over a socket of Deno.listen. */
export class DenoConnection extends Connection {
  #isReading = false;

  constructor(private readonly socket: Deno.TcpConn) {
    super();
    socket.setNoDelay(true);
  }

  protected async receive(wanted: number): Promise<boolean> {
    let count = null;
    this.#isReading = true;
    try {
      count = await this.socket.read(this.input.room(wanted));
    } catch {
      // It has gone.
    }
    this.#isReading = false;
    if (count === null || !this.isOpen) return false; // closed: what still comes is not read as a request
    this.input.add(count);
    return true;
  }

  async write(pieces: Uint8Array[]): Promise<void> {
    try {
      for (let piece of pieces) {
        for (let count; (count = await this.socket.write(piece)) < piece.length; piece = piece.subarray(count)) {
          this.postpone();
        }
      }
    } catch {
      this.close();
    }
    watchConnections(); // not before the first answer: to load what timers depend on takes Deno 14 ms
  }

  protected closeWrite(): Promise<void> {
    return this.socket.closeWrite().catch(() => {}); // or it has gone
  }

  /** While a read waits, Deno 2.8 goes on waiting and keeps the socket: so the client is told to end it. */
  protected closeSocket(): void {
    const told = this.#isReading ? this.closeWrite() : Promise.resolve();
    told.then(() => this.socket.close()).catch(() => {}); // or it was closed already
  }
}
