/**
 * What happens to links in quiet times, from the thread of a run to that of its mesh: numbers in a ring of shared memory.
 *
 * Whoever writes runs ahead by the length of the ring, and waits then.
 */

/** What is told. */
export const OP = {
  /** When, at whose turn, and when that was planned: of what follows. */
  moment: 0,
  connect: 1,
  disconnect: 2,
  restarted: 3,
  beat: 4,
  /** The mesh comes, by the port, and is to go back there. */
  lend: 5,
  recall: 6,
} as const;
const OP_BITS = 3;

/** 32-bit numbers of a chunk; what is told together lies in one chunk. */
const CHUNK = 4_096;
const CHUNKS = 1_024;
const TOLD_MAX = 8;
/** To wake whoever sleeps takes longer than to fill a chunk: so many are written, or read, before. */
const CHUNKS_OF_WAKING = 8;

/** At the head of the ring: chunks that were written and read, meshes that came back, whether the reader has failed. */
const WRITTEN = 0;
const READ = 1;
const RETURNED = 2;
const FAILED = 3;
const LENGTHS = 4;
const HEAD = LENGTHS + CHUNKS;

/** How often whoever waits looks whether the reader has failed. */
const LOOK_WALL_MS = 1000;

/** A ring with nothing in it. */
export function meshLog(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4 * (HEAD + CHUNKS * CHUNK)));
}

export class MeshLogWriter {
  private readonly log: Int32Array<SharedArrayBuffer>;
  private readonly float = new Float64Array(1);
  private readonly halves = new Int32Array(this.float.buffer);
  private chunk = 0;
  private at = HEAD;
  private begin = HEAD;
  private readonly failure: () => Error;

  /** `failure` says why nobody reads any more. */
  constructor(log: Int32Array<SharedArrayBuffer>, failure: () => Error) {
    this.log = log;
    this.failure = failure;
  }

  /** Begins to tell something; `item` is below 2^29. */
  tell(op: number, item = 0): void {
    if (this.at + TOLD_MAX > this.begin + CHUNK) this.turn();
    this.log[this.at++] = (item << OP_BITS) | op;
  }

  whole(number: number): void {
    this.log[this.at++] = number;
  }

  real(number: number): void {
    this.float[0] = number;
    this.log[this.at++] = this.halves[0];
    this.log[this.at++] = this.halves[1];
  }

  /** Hands over what was told, now. */
  flush(): void {
    this.turn();
    Atomics.notify(this.log, WRITTEN);
  }

  /** Begins the next chunk; the reader may take the one that is full. */
  private turn(): void {
    const { log } = this;
    log[LENGTHS + (this.chunk & (CHUNKS - 1))] = this.at - this.begin;
    this.chunk++;
    Atomics.store(log, WRITTEN, this.chunk);
    if (this.chunk % CHUNKS_OF_WAKING === 0) Atomics.notify(log, WRITTEN);
    for (let read = Atomics.load(log, READ); this.chunk - read >= CHUNKS; read = Atomics.load(log, READ))
      this.waitFor(READ, read);
    this.begin = this.at = HEAD + (this.chunk & (CHUNKS - 1)) * CHUNK;
  }

  /** Waits until a mesh has come back since there were so many. */
  waitForReturn(before: number): void {
    while (Atomics.load(this.log, RETURNED) === before) this.waitFor(RETURNED, before);
  }

  /** Waits for a number at the head of the ring to change, for a while. */
  private waitFor(index: number, before: number): void {
    Atomics.wait(this.log, index, before, LOOK_WALL_MS);
    if (Atomics.load(this.log, FAILED) === 1) throw this.failure();
  }
}

export class MeshLogReader {
  /** What the operation is about that was read last. */
  item = 0;
  private readonly log: Int32Array<SharedArrayBuffer>;
  private readonly float = new Float64Array(1);
  private readonly halves = new Int32Array(this.float.buffer);
  private chunk = -1;
  private at = 0;
  private end = 0;

  constructor(log: Int32Array<SharedArrayBuffer>) {
    this.log = log;
  }

  /** Waits for what is told next; answers with the operation. */
  next(): number {
    while (this.at === this.end) this.turn();
    const told = this.log[this.at++];
    this.item = told >>> OP_BITS;
    return told & ((1 << OP_BITS) - 1);
  }

  whole(): number {
    return this.log[this.at++];
  }

  real(): number {
    this.halves[0] = this.log[this.at++];
    this.halves[1] = this.log[this.at++];
    return this.float[0];
  }

  /** The mesh has come back. */
  noteReturn(): void {
    Atomics.add(this.log, RETURNED, 1);
    Atomics.notify(this.log, RETURNED);
  }

  /** Nobody reads any more. */
  fail(): void {
    const { log } = this;
    Atomics.store(log, FAILED, 1);
    Atomics.notify(log, READ);
    Atomics.notify(log, RETURNED);
  }

  private turn(): void {
    const { log } = this;
    this.chunk++;
    if (this.chunk > 0) {
      Atomics.store(log, READ, this.chunk);
      if (this.chunk % CHUNKS_OF_WAKING === 0) Atomics.notify(log, READ);
    }
    while (Atomics.load(log, WRITTEN) <= this.chunk) Atomics.wait(log, WRITTEN, this.chunk);
    const slot = this.chunk & (CHUNKS - 1);
    this.at = HEAD + slot * CHUNK;
    this.end = this.at + log[LENGTHS + slot];
  }
}
