/**
 * A run while it goes on, as its events tell: what is shown of it is read from here some times a second.
 *
 * The browser reconnects by itself and says which event it saw last; the server then sends what was missed, or
 * everything anew.
 */

import type { JobChange, JobPlaces, JobSnapshot, JobState } from '../../view/api-shapes.ts';

/** What is known of the relays of one arm. */
export interface LiveArm {
  /** Relays in the order in which they were told, and since when each runs the update. */
  readonly relays: number[];
  readonly seconds: number[];
  readonly removed: Set<number>;
}

const TELL_EVERY_WALL_MS = 150;

export class LiveRun {
  state: JobState | null = null;
  places: JobPlaces | null = null;
  readonly arms = new Map<string, LiveArm>();
  /** Counts what changes the relays, so that who draws them knows when to. */
  relayChanges = 0;
  /** The connection is lost, and is being made anew. */
  isAway = false;
  /** The server knows no such run. */
  isUnknown = false;
  private readonly source: EventSource;
  private readonly onNews: () => void;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(id: string, onNews: () => void) {
    this.onNews = onNews;
    this.source = new EventSource(`/api/jobs/${encodeURIComponent(id)}/events`);
    const hear = <Value>(name: string, take: (value: Value) => void) =>
      this.source.addEventListener(name, (event) => {
        take(JSON.parse((event as MessageEvent<string>).data) as Value);
        this.isAway = false;
        this.tell();
      });
    hear<JobSnapshot>('snapshot', (snapshot) => this.begin(snapshot));
    hear<JobState>('state', (state) => {
      this.state = state;
    });
    hear<JobPlaces>('places', (places) => {
      this.places = places;
      this.relayChanges++;
    });
    hear<JobChange>('change', (change) => this.change(change));
    this.source.addEventListener('end', () => this.close());
    this.source.addEventListener('error', () => {
      this.isAway = true;
      this.isUnknown = this.source.readyState === EventSource.CLOSED && this.state === null;
      this.tell();
    });
  }

  /** Since when relays of the arm run the update, ascending. */
  sortedSeconds(arm: string): Float64Array {
    return Float64Array.from(this.arms.get(arm)?.seconds ?? []).sort();
  }

  close(): void {
    this.source.close();
    this.isAway = false;
  }

  private begin({ state, places, changes }: JobSnapshot): void {
    this.state = state;
    this.places = places;
    this.arms.clear();
    this.relayChanges++;
    for (const change of changes) this.change(change);
  }

  private change({ arm, relays, seconds, removed, restored }: JobChange): void {
    let known = this.arms.get(arm);
    if (known === undefined) {
      known = { relays: [], seconds: [], removed: new Set() };
      this.arms.set(arm, known);
    }
    for (const relay of relays) known.relays.push(relay);
    for (const since of seconds) known.seconds.push(since);
    for (const relay of removed) known.removed.add(relay);
    for (const relay of restored) known.removed.delete(relay);
    this.relayChanges++;
  }

  /** Many events come in a moment; drawing once is enough. */
  private tell(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.onNews();
    }, TELL_EVERY_WALL_MS);
  }
}
