const SMALL = 16_384;
const NOTHING = new Uint8Array(0);

/** The bytes that came and were not taken yet, always in one piece. Requests are read in place. */
export class Input {
  bytes: Uint8Array = NOTHING;
  start = 0;
  end = 0;

  /** `fill` waits for more: false at the end. It may be told how much is known to be needed in all. */
  constructor(readonly fill: (wanted?: number) => Promise<boolean>) {}

  get size(): number {
    return this.end - this.start;
  }

  /** Where the next bytes go, of which `add` is then told: if the socket is asked for bytes. */
  room(wanted: number): Uint8Array {
    if (this.end === this.bytes.length) this.#makeRoom(1, wanted);
    return this.end === 0 ? this.bytes : this.bytes.subarray(this.end);
  }

  add(count: number): void {
    this.end += count;
  }

  /** Puts a chunk behind what is there, if the socket hands them over. If nothing is there, it is kept as it came. */
  append(chunk: Uint8Array, wanted: number): void {
    if (this.size === 0) {
      this.bytes = chunk;
      this.start = this.end = 0;
    } else {
      if (this.end + chunk.length > this.bytes.length) this.#makeRoom(chunk.length, wanted);
      this.bytes.set(chunk, this.end);
    }
    this.end += chunk.length;
  }

  /** Makes space for so many bytes more, at most twice what there is: a size that is only declared takes no memory. */
  #makeRoom(more: number, wanted: number): void {
    const size = this.size;
    const room = Math.max(SMALL, size + more, size >= wanted ? size * 2 : Math.min(wanted, size * 2));
    const isEnough = size * 2 < this.bytes.length && size + more <= this.bytes.length;
    const bytes = isEnough ? this.bytes : new Uint8Array(room);
    bytes.set(this.bytes.subarray(this.start, this.end));
    this.bytes = bytes;
    this.start = 0;
    this.end = size;
  }

  /** The next bytes, which must be there. Good until the next fill. */
  take(count: number): Uint8Array {
    const bytes = this.bytes.subarray(this.start, this.start + count);
    this.skip(count);
    return bytes;
  }

  skip(count: number): void {
    this.start += count;
    if (this.start < this.end) return;
    this.start = this.end = 0;
    if (this.bytes.length > SMALL) this.bytes = NOTHING; // one large body is not a reason to expect another
  }

  /** The position of a line break, or of two of them, counted from the next byte; -1 if none came yet. */
  find(breaks: 1 | 2, from: number): number {
    const bytes = this.bytes;
    for (let i = this.start + from;; i += 1) {
      i = bytes.indexOf(0x0d, i);
      const last = i + 2 * breaks - 1;
      if (i < 0 || last >= this.end) return -1;
      if (bytes[i + 1] === 0x0a && (breaks === 1 || (bytes[i + 2] === 0x0d && bytes[last] === 0x0a))) {
        return i - this.start;
      }
    }
  }
}
