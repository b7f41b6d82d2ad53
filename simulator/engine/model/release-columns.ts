/** What relays come to with one release: columns of virtual microseconds by relay, in the memory that threads share. */

import { gainedColumn, removedColumn, type SharedColumns, stageColumn } from '../gossipsub/job.ts';

export interface ReleaseColumns {
  readonly heard: Float64Array;
  readonly verified: Float64Array;
  readonly staged: Float64Array;
  readonly activated: Float64Array;
  readonly removed: Float64Array;
  readonly gained: Float64Array;
}

export function releaseColumns(shared: SharedColumns, relays: number, release: number): ReleaseColumns {
  return {
    heard: stageColumn(shared, relays, release, 'heard'),
    verified: stageColumn(shared, relays, release, 'verified'),
    staged: stageColumn(shared, relays, release, 'staged'),
    activated: stageColumn(shared, relays, release, 'activated'),
    removed: removedColumn(shared, relays, release),
    gained: gainedColumn(shared, relays, release),
  };
}
