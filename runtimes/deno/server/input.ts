const SMALL = 16_384;

/** The bytes that came and were not taken yet, always in one piece. Bodies are parsed where they lie. */
export class Input {
  #buffer = new Uint8Array(0);
  #start = 0;
  #end = 0;

  /** `read` puts what comes next into the array: how much, or null at the end. */
  constructor(private readonly read: (into: Uint8Array) => Promise<number | null>) {}

  get size(): number {
    return this.#end - this.#start;
  }

  /** Waits for more. False at the end. `wanted` is how much is known to be needed in all. */
  async fill(wanted = 0): Promise<boolean> {
    if (this.#end === this.#buffer.length) this.#makeRoom(wanted);
    const count = await this.read(this.#buffer.subarray(this.#end));
    if (count === null) return false;
    this.#end += count;
    return true;
  }

  /** Twice the room at most: what a client declares and does not send takes no memory. */
  #makeRoom(wanted: number) {
    const size = this.size;
    const room = Math.max(SMALL, size >= wanted ? size * 2 : Math.min(wanted, size * 2));
    this.#move(size * 2 < this.#buffer.length ? this.#buffer : new Uint8Array(room));
  }

  #move(buffer: Uint8Array<ArrayBuffer>) {
    buffer.set(this.#buffer.subarray(this.#start, this.#end));
    this.#buffer = buffer;
    this.#end -= this.#start;
    this.#start = 0;
  }

  /** The next bytes, which must be there. Good until the next fill. */
  take(count: number): Uint8Array {
    const bytes = this.#buffer.subarray(this.#start, this.#start + count);
    this.#start += count;
    if (this.size === 0) {
      this.#start = this.#end = 0;
      if (this.#buffer.length > SMALL) this.#buffer = new Uint8Array(0); // one large body is no reason for another
    }
    return bytes;
  }

  /** Where a line break stands, or two of them, counted from the next byte; -1 where none came yet. */
  find(breaks: 1 | 2, from: number): number {
    const buffer = this.#buffer;
    for (let i = this.#start + from;; i += 1) {
      i = buffer.indexOf(0x0d, i);
      const last = i + 2 * breaks - 1;
      if (i < 0 || last >= this.#end) return -1;
      if (buffer[i + 1] === 0x0a && (breaks === 1 || (buffer[i + 2] === 0x0d && buffer[last] === 0x0a))) {
        return i - this.#start;
      }
    }
  }
}
