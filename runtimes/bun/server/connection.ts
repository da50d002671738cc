import type { Socket as BunSocket } from "bun";
import { Connection } from "../../base/javascript/server/connection.ts";
import { Socket } from "./socket.ts";

/** A connection over a socket of Bun.listen. */
export class BunConnection extends Connection {
  readonly socket: Socket;

  constructor(opened: BunSocket<Socket>) {
    super();
    this.socket = new Socket(opened, this.input);
  }

  protected receive(wanted: number): Promise<boolean> {
    return this.socket.fill(wanted);
  }

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
        this.postpone();
        await this.socket.drain();
      }
      count = 0;
    }
  }

  protected closeWrite(): void {
    this.socket.closeWrite();
  }

  protected closeSocket(): void {
    this.socket.close();
  }
}
