/** Loads of relays for a made run: spread evenly around a mean, so that quantiles can be worked out by hand. */

import type { ByteKind, LoadResult } from '../measure/load-result.ts';

const MESSAGES_SHARE = 0.8;
const CONTROL_SHARE = 0.05;
/** What made control is made of. */
const CONTROL_PARTS = {
  subscriptions: 0.1,
  ihave: 0.3,
  iwant: 0.1,
  graft: 0.1,
  prune: 0.1,
  idontwant: 0.2,
  framing: 0.1,
};

/** The relay with index i of n has (1/2 + i/(n - 1)) times the mean; a single relay has the mean. */
function spread(relays: number, mean: number): Float64Array {
  return Float64Array.from({ length: relays }, (_unused, relay) =>
    relays === 1 ? mean : mean * (0.5 + relay / (relays - 1)),
  );
}

export function madeLoad(relays: number, meanBytes: number, meanDuplicates: number): LoadResult {
  const sentBytes = spread(relays, meanBytes);
  const bytes = relays * meanBytes;
  const controlParts = Object.entries(CONTROL_PARTS).map(([kind, part]) => [
    kind,
    bytes * CONTROL_SHARE * part,
  ]);
  const bytesByKind = {
    messages: bytes * MESSAGES_SHARE,
    ...Object.fromEntries(controlParts),
    links: bytes * 0.1,
    requests: bytes * (1 - MESSAGES_SHARE - CONTROL_SHARE - 0.1),
  } as Record<ByteKind, number>;
  return {
    bytesByKind,
    relays: {
      sentBytes,
      messageBytes: sentBytes.map((sent) => sent * MESSAGES_SHARE),
      controlBytes: sentBytes.map((sent) => sent * CONTROL_SHARE),
      receivedGossipBytes: spread(relays, meanBytes * (MESSAGES_SHARE + CONTROL_SHARE)).reverse(),
      duplicates: spread(relays, meanDuplicates),
    },
  };
}
