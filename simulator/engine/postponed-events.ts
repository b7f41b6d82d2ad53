/**
 * Events that wait until something else happens to their relay.
 *
 * What an event changes in a relay is seen by that relay's later events alone. One that causes no event may so be taken
 * just before the next, as of its own time. That is no less work, but what it needs of memory is fetched once for all that
 * wait: in a large network most of an event's time is spent on waiting for memory.
 */

/** Events of one relay, in their order. */
export interface Postponed<Event> {
  readonly timesUs: number[];
  readonly ranks: number[];
  readonly events: Event[];
}

export class PostponedEvents<Event> {
  /** By relay. */
  private readonly waiting: (Postponed<Event> | undefined)[] = [];

  add(relay: number, timeUs: number, rank: number, event: Event): void {
    this.waiting[relay] ??= { timesUs: [], ranks: [], events: [] };
    const { timesUs, ranks, events } = this.waiting[relay];
    timesUs.push(timeUs);
    ranks.push(rank);
    events.push(event);
  }

  /** Those of a relay, to be emptied by `clear`; null where nothing waits. */
  of(relay: number): Postponed<Event> | null {
    const postponed = this.waiting[relay];
    return postponed === undefined || postponed.events.length === 0 ? null : postponed;
  }

  clear({ timesUs, ranks, events }: Postponed<Event>): void {
    timesUs.length = 0;
    ranks.length = 0;
    events.length = 0;
  }

  /** Relays at which something waits, in their order. */
  relays(): number[] {
    return [...this.waiting.keys()].filter((relay) => this.of(relay) !== null);
  }
}
