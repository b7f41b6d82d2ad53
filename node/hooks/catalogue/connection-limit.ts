/**
 * Connection limit: whether one more connection, or circuit, from an address is taken.
 *
 * The default is the first line of Tor's defence: no more than 100 at a time from one address (Tor's
 * DoSConnectionMaxConcurrentCount without advice from the consensus). It sees what is open, not how fast it
 * comes; a module can keep a rate with the state, in which each of 30 buckets has a credit and a time.
 */

import { defineHook } from '../define-hook.ts';
import { u32 } from '../parameter.ts';

export const ConnectionVerdict = { take: 0, refuse: 1 } as const;

export const MAX_CONCURRENT = 100;

/** Buckets in the state: credit in thousandths of a connection, then the time it was counted up to, in ms. */
export const BUCKETS = 30;
const BUCKET_BYTES = 8;
/** More credit than this is no credit but damage. */
export const MAX_CREDIT = 1_000_000;

export const connectionLimit = defineHook({
  id: 'connection-limit',
  interfaceVersion: 1,
  summary: 'Takes or refuses a new connection, or circuit, from an address.',
  entry: 'take_connection',
  parameters: [u32('addressHash'), u32('openFromAddress'), u32('nowMs')],
  result: 'i32',
  stateBytes: BUCKETS * BUCKET_BYTES,
  default: (_addressHash, openFromAddress) =>
    openFromAddress >= MAX_CONCURRENT ? ConnectionVerdict.refuse : ConnectionVerdict.take,
  check: (verdict) => verdict === ConnectionVerdict.take || verdict === ConnectionVerdict.refuse,
  checkState: (state) => {
    // The third and fourth byte of each credit: nearly all of the damage for a quarter of the work.
    for (let at = 0; at < state.length; at += BUCKET_BYTES) {
      if (state[at + 3] !== 0 || state[at + 2] > MAX_CREDIT >>> 16) return false;
    }
    return true;
  },
  fuel: 2000,
  confirmAfter: 500,
  vectors: [
    { args: [0, 0, 0], expect: ConnectionVerdict.take },
    { args: [0x9e3779b9, 1, 1000], expect: ConnectionVerdict.take },
    { args: [0xffffffff, 100, 0xffffffff], expect: ConnectionVerdict.refuse },
  ],
});
