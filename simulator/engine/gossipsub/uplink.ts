/** A host's uplink: what it sends leaves one piece after the other, at the uplink's rate. */

/** From a moment on, virtual microseconds, so much is left of the rate, above 0. */
export interface RateChange {
  readonly fromUs: number;
  readonly factor: number;
}

/** One for all: each would be another place to fetch from memory with every frame. */
export const NO_CHANGES: readonly RateChange[] = [];

export class Uplink {
  readonly bytesPerUs: number;
  /** When everything that is queued has left, virtual microseconds. */
  freeUs = 0;
  /** In the order of time. Known beforehand, since what is queued leaves at the rate of then, not of when it was queued. */
  private changes: readonly RateChange[];

  /** Without changes the rate is the full one all the time. */
  constructor(bitsPerSecond: number, changes: readonly RateChange[] = NO_CHANGES) {
    this.bytesPerUs = bitsPerSecond / 8e6;
    this.changes = changes;
  }

  /** What is queued from now on leaves by these changes, in the order of time. */
  plan(changes: readonly RateChange[]): void {
    this.changes = changes;
  }

  /** Queues so many bytes; answers when the last of them leaves. */
  send(nowUs: number, bytes: number): number {
    this.freeUs = this.leavesUs(Math.max(this.freeUs, nowUs), bytes);
    return this.freeUs;
  }

  private leavesUs(fromUs: number, bytes: number): number {
    let atUs = fromUs;
    let factor = 1;
    let left = bytes;
    for (const change of this.changes) {
      if (change.fromUs > atUs) {
        const leavesUs = atUs + left / (this.bytesPerUs * factor);
        if (leavesUs <= change.fromUs) return leavesUs;
        left -= (change.fromUs - atUs) * this.bytesPerUs * factor;
        atUs = change.fromUs;
      }
      factor = change.factor;
    }
    return atUs + left / (this.bytesPerUs * factor);
  }
}
