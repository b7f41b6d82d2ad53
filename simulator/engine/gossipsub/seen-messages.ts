/**
 * Which relays have seen which of the latest messages, as far as one look into one column can tell.
 *
 * Routers know it themselves. But to ask one is to fetch its tables from memory, and here stands next to each other what
 * 7,500 relays know of a message.
 */

const MESSAGES_MAX = 64;

export class SeenMessages {
  private readonly relays: number;
  /** For each message until when, in milliseconds of virtual time, each relay surely remembers it. */
  private readonly untilMs = new Map<string, Float64Array>();

  constructor(relays: number) {
    this.relays = relays;
  }

  add(relay: number, message: string, untilMs: number): void {
    let column = this.untilMs.get(message);
    if (column === undefined) {
      if (this.untilMs.size >= MESSAGES_MAX) this.untilMs.delete(this.untilMs.keys().next().value!);
      column = new Float64Array(this.relays);
      this.untilMs.set(message, column);
    }
    column[relay] = untilMs;
  }

  /** The relay has a new process, which has seen nothing. */
  forget(relay: number): void {
    for (const column of this.untilMs.values()) column[relay] = 0;
  }

  /** Whether the relay surely has seen all of these messages. */
  has(relay: number, messages: readonly string[], nowMs: number): boolean {
    for (const message of messages) {
      const column = this.untilMs.get(message);
      if (column === undefined || nowMs > column[relay]) return false;
    }
    return true;
  }
}
