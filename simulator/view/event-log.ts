/**
 * The events of one run, for any number of readers, each at its own pace.
 *
 * Events have numbers. A reader says which it saw last and is given those after it; where they are gone, or were of
 * another log, it is given a snapshot instead. Readers fetch, nothing is pushed: a slow one costs no memory.
 */

export interface LoggedEvent {
  readonly number: number;
  readonly name: string;
  /** JSON. */
  readonly data: string;
}

const KEPT_EVENTS = 256;

export class EventLog {
  private readonly kept: LoggedEvent[] = [];
  private last = 0;
  private waiting = new Set<() => void>();

  /** The number of the last event; 0 before the first. */
  get lastNumber(): number {
    return this.last;
  }

  add(name: string, value: unknown): void {
    this.last++;
    this.kept.push({ number: this.last, name, data: JSON.stringify(value) });
    if (this.kept.length > KEPT_EVENTS) this.kept.shift();
    this.wake();
  }

  /** Lets every reader look again, as at the end. */
  wake(): void {
    const waiting = this.waiting;
    this.waiting = new Set();
    for (const resolve of waiting) resolve();
  }

  /** The events after that number; null where some of them are gone, or the number is none of this log. */
  after(number: number): readonly LoggedEvent[] | null {
    if (!Number.isInteger(number) || number < 0 || number > this.last) return null;
    const missing = this.last - number;
    return missing > this.kept.length ? null : this.kept.slice(this.kept.length - missing);
  }

  /** Resolves when there is something after that number, at the next `wake`, or when the signal aborts. */
  async news(number: number, signal: AbortSignal): Promise<void> {
    if (this.last > number || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        this.waiting.delete(done);
        resolve();
      };
      this.waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
