/** A mesh that goes from thread to thread with all that it knows. */

import { MEMBER } from '../link-table.ts';
import { COUNTS, MEMBERS, SUBSCRIBERS } from '../mesh-care.ts';
import type { TimesColumns } from '../times-by-key.ts';
import { QuietMesh } from './quiet-mesh.ts';
import type { RowList } from './row-lists.ts';

/** The mesh in quiet times, when no stream is about to be opened. */
export interface MeshColumns {
  readonly flags: Uint8Array;
  readonly counts: Uint16Array;
  readonly openUs: Float64Array<ArrayBuffer>;
  readonly doneUs: Float64Array;
  readonly beatAtUs: Float64Array;
  readonly backoffs: TimesColumns;
  /** Places of all relays' members and subscribers, one relay's after the other's. */
  readonly members: Uint32Array;
  readonly subscribers: Uint32Array;
}

export class TravellingMesh extends QuietMesh {
  /** Whether routers open streams, one after the other. */
  opensStreams(): boolean {
    const { relays } = this.world.links;
    for (let relay = 0; relay < relays; relay++) if (this.toOpen.count(relay) > 0) return true;
    return false;
  }

  /** What the mesh is to go on from elsewhere; here it is of no use until it is back. Columns may be those of this mesh. */
  give(): MeshColumns {
    const { flags, counts, openUs, doneUs, beatAtUs } = this;
    const backoffs = this.backoffMs.give();
    const members = this.itemsOf(this.members, MEMBERS);
    const subscribers = this.itemsOf(this.subscribers, SUBSCRIBERS);
    return { flags, counts, openUs, doneUs, beatAtUs, backoffs, members, subscribers };
  }

  /** Goes on from what it has come to elsewhere. */
  take({ flags, counts, openUs, doneUs, beatAtUs, backoffs, members, subscribers }: MeshColumns): void {
    this.counts.set(counts);
    this.doneUs.set(doneUs);
    this.beatAtUs.set(beatAtUs);
    this.backoffMs.take(backoffs);
    this.openUs.set(openUs.subarray(0, this.openUs.length));
    for (let place = 0; place < this.flags.length; place++)
      this.flags[place] = (this.flags[place] & ~MEMBER) | (flags[place] & MEMBER);
    this.fill(this.members, MEMBERS, members);
    this.fill(this.subscribers, SUBSCRIBERS, subscribers);
  }

  /** Whether the heartbeat of a relay was planned when something else was planned, or before. */
  isBeatPlannedBy(relay: number, plannedUs: number): boolean {
    return this.beatPlannedUs[relay] <= plannedUs;
  }

  private itemsOf(list: RowList, count: number): Uint32Array {
    const { relays } = this.world.links;
    let all = 0;
    for (let relay = 0; relay < relays; relay++) all += this.counts[relay * COUNTS + count];
    const items = new Uint32Array(all);
    let at = 0;
    for (let relay = 0; relay < relays; relay++) {
      const own = this.counts[relay * COUNTS + count];
      for (let index = 0; index < own; index++) items[at++] = list.at(relay, index);
    }
    return items;
  }

  private fill(list: RowList, count: number, items: Uint32Array): void {
    const { relays } = this.world.links;
    let at = 0;
    for (let relay = 0; relay < relays; relay++) {
      list.clear(relay);
      const own = this.counts[relay * COUNTS + count];
      for (let index = 0; index < own; index++) list.push(relay, items[at++]);
    }
  }
}
