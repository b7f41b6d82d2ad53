/** Lets runs begin only when the memory that they are expected to need is there; first come, first served. */

export class MemoryGate {
  private free: number;
  private readonly total: number;
  private readonly waiting: { readonly bytes: number; readonly begin: () => void }[] = [];

  constructor(bytes: number) {
    this.total = bytes;
    this.free = bytes;
  }

  /** Waits for memory; the function that is returned gives it back. What needs more than there is gets it all. */
  async take(bytes: number): Promise<() => void> {
    const taken = Math.min(bytes, this.total);
    await new Promise<void>((begin) => {
      this.waiting.push({ bytes: taken, begin });
      this.admit();
    });
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.free += taken;
      this.admit();
    };
  }

  private admit(): void {
    for (
      let first = this.waiting[0];
      first !== undefined && first.bytes <= this.free;
      first = this.waiting[0]
    ) {
      this.waiting.shift();
      this.free -= first.bytes;
      first.begin();
    }
  }
}
