/** A host's uplink: what it sends leaves one piece after the other, at the uplink's rate. */

export class Uplink {
  readonly bytesPerUs: number;
  /** What is left of the rate, as faults have it. */
  factor = 1;
  /** When everything that is queued has left, virtual microseconds. */
  freeUs = 0;

  constructor(bitsPerSecond: number) {
    this.bytesPerUs = bitsPerSecond / 8e6;
  }

  /** Queues so many bytes; answers when the last of them leaves. */
  send(nowUs: number, bytes: number): number {
    this.freeUs = Math.max(this.freeUs, nowUs) + bytes / (this.bytesPerUs * this.factor);
    return this.freeUs;
  }
}
