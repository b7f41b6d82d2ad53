/**
 * A run while it goes on, as its events tell: what is shown of it is read from here some times a second.
 *
 * The browser reconnects by itself and says which event it saw last; the server then sends what was missed, or
 * everything anew.
 */

import type { JobChange, JobEvents, JobPlaces, JobSnapshot, JobState } from '../../view/api-shapes.ts';
import { ToldRelays } from '../../view/told-relays.ts';

const TELL_EVERY_WALL_MS = 150;

export class LiveRun {
  state: JobState | null = null;
  places: JobPlaces | null = null;
  readonly arms = new Map<string, ToldRelays>();
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
    const hear = <Name extends keyof JobEvents>(name: Name, take: (value: JobEvents[Name]) => void) =>
      this.source.addEventListener(name, (event) => {
        take(JSON.parse((event as MessageEvent<string>).data) as JobEvents[Name]);
        this.isAway = false;
        this.tell();
      });
    hear('snapshot', (snapshot) => this.begin(snapshot));
    hear('state', (state) => {
      this.state = state;
    });
    hear('places', (places) => {
      this.places = places;
      this.relayChanges++;
    });
    hear('change', (change) => this.change(change));
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

  private change(change: JobChange): void {
    const told = this.arms.get(change.arm) ?? new ToldRelays();
    this.arms.set(change.arm, told);
    told.add(change);
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
