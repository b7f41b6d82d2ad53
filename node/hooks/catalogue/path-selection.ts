/**
 * Path selection: which relay takes a place in a new circuit.
 *
 * The core lists up to 32 candidates and says which of them the circuit's other places rule out. What a module
 * may change is the odds among the eligible; that the choice is eligible, the core checks itself.
 */

import { defineHook } from '../define-hook.ts';
import { bytes, u32 } from '../parameter.ts';

export const MAX_CANDIDATES = 32;
/** Consensus weight, then flags: two little-endian 32-bit numbers. */
const CANDIDATE_BYTES = 8;

export const PathPosition = { guard: 0, middle: 1, exit: 2 } as const;

/** Bits of a candidate's flags. */
export const CandidateFlag = {
  guard: 1,
  exit: 2,
  /** Shares a family, or a /16 network, with a relay already in the path. */
  sameFamily: 4,
  sameNetwork: 8,
} as const;

/** What a choice means when no candidate is eligible. */
export const NO_CANDIDATE = -1;

export interface Candidate {
  readonly weight: number;
  readonly flags: number;
}

/** The candidates as the hook's buffer holds them. */
export function encodeCandidates(candidates: readonly Candidate[]): Uint8Array {
  const buffer = new Uint8Array(MAX_CANDIDATES * CANDIDATE_BYTES);
  const view = new DataView(buffer.buffer);
  for (const [index, { weight, flags }] of candidates.entries()) {
    view.setUint32(index * CANDIDATE_BYTES, weight, true);
    view.setUint32(index * CANDIDATE_BYTES + 4, flags, true);
  }
  return buffer;
}

function weightOf(candidates: Uint8Array, index: number): number {
  const at = index * CANDIDATE_BYTES;
  return (
    (candidates[at] | (candidates[at + 1] << 8) | (candidates[at + 2] << 16) | (candidates[at + 3] << 24)) >>>
    0
  );
}

/** Whether a candidate may take a place. */
export function isEligible(candidates: Uint8Array, index: number, position: number): boolean {
  const flags = candidates[index * CANDIDATE_BYTES + 4];
  if ((flags & (CandidateFlag.sameFamily | CandidateFlag.sameNetwork)) !== 0) return false;
  if (position === PathPosition.guard) return (flags & CandidateFlag.guard) !== 0;
  if (position === PathPosition.exit) return (flags & CandidateFlag.exit) !== 0;
  return true;
}

const three = encodeCandidates([
  { weight: 100, flags: CandidateFlag.guard },
  { weight: 900, flags: CandidateFlag.exit },
  { weight: 50, flags: CandidateFlag.guard | CandidateFlag.exit | CandidateFlag.sameFamily },
]);
const heavy = encodeCandidates(
  Array.from({ length: MAX_CANDIDATES }, (_, i) => ({ weight: i === 7 ? 0xffffffff : 1000, flags: 3 })),
);

export const pathSelection = defineHook({
  id: 'path-selection',
  interfaceVersion: 1,
  summary: 'Chooses one of the candidates for a place in a new circuit.',
  entry: 'choose_relay',
  parameters: [
    u32('position'),
    u32('count'),
    u32('random'),
    bytes('candidates', MAX_CANDIDATES * CANDIDATE_BYTES),
  ],
  result: 'i32',
  // As Tor: at random, by consensus weight.
  default: (position, count, random, candidates) => {
    let total = 0;
    for (let i = 0; i < count; i++) if (isEligible(candidates, i, position)) total += weightOf(candidates, i);
    // A quotient by a power of two is exact, and the product is rounded the same way everywhere.
    let left = Math.floor((random / 0x100000000) * total);
    let last: number = NO_CANDIDATE;
    for (let i = 0; i < count; i++) {
      if (!isEligible(candidates, i, position)) continue;
      last = i;
      left -= weightOf(candidates, i);
      if (left < 0) return i;
    }
    return last;
  },
  check: (index, position, count, _random, candidates) =>
    index === NO_CANDIDATE || (index >= 0 && index < count && isEligible(candidates, index, position)),
  fuel: 20_000,
  confirmAfter: 200,
  vectors: [
    { args: [PathPosition.guard, 3, 0, three], expect: 0 },
    { args: [PathPosition.exit, 3, 0xffffffff, three], expect: 1 },
    { args: [PathPosition.middle, 3, 0x80000000, three] },
    { args: [PathPosition.middle, 0, 5, three], expect: NO_CANDIDATE },
    { args: [PathPosition.middle, MAX_CANDIDATES, 0x7fffffff, heavy] },
    { args: [PathPosition.guard, MAX_CANDIDATES, 0xffffffff, heavy] },
  ],
});
