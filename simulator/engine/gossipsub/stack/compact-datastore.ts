/**
 * A node's datastore, in memory, that keeps each value in bytes of its own.
 *
 * libp2p's encoders cut values out of blocks of 8 KiB: kept as they come, each peer of the peer store would hold on to a
 * whole block, 10 KB for every end of a link.
 */

import { MemoryDatastore } from 'datastore-core';

type Put = MemoryDatastore['put'];

export class CompactDatastore extends MemoryDatastore {
  override put(...[key, value, options]: Parameters<Put>): ReturnType<Put> {
    return super.put(key, Uint8Array.from(value), options);
  }
}
