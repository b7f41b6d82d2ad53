/** What was told of the relays of one arm so far: kept by the server, and again by the page that watches. */

import type { JobChange } from './api-shapes.ts';

type RelayChange = Omit<JobChange, 'arm'>;

export class ToldRelays {
  /** Relays in the order in which they were told, and since when each runs the update. */
  readonly relays: number[] = [];
  readonly seconds: number[] = [];
  readonly removed = new Set<number>();

  add({ relays, seconds, removed, restored }: RelayChange): void {
    for (const relay of relays) this.relays.push(relay);
    for (const since of seconds) this.seconds.push(since);
    for (const relay of removed) this.removed.add(relay);
    for (const relay of restored) this.removed.delete(relay);
  }

  /** The one change that leads here from nothing. */
  sum(): RelayChange {
    return {
      relays: [...this.relays],
      seconds: [...this.seconds],
      removed: [...this.removed],
      restored: [],
    };
  }
}
