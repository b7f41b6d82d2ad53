/**
 * spread-paths: no relay weighs more than twice the mean of those that it competes with.
 *
 * Choice by bandwidth alone puts a large part of all circuits through a few heavy relays, and an attacker who
 * buys bandwidth into most circuits. A cap costs some speed and spreads the circuits.
 */

const CANDIDATE_BYTES: usize = 8;
const MOST_CANDIDATES: u32 = 32;
const NO_CANDIDATE: i32 = -1;

const GUARD_POSITION: u32 = 0;
const EXIT_POSITION: u32 = 2;

const GUARD: u32 = 1;
const EXIT: u32 = 2;
const SAME_FAMILY_OR_NETWORK: u32 = 12;

function eligible(candidate: usize, position: u32): bool {
  const flags = load<u32>(candidate, 4);
  if ((flags & SAME_FAMILY_OR_NETWORK) != 0) return false;
  if (position == GUARD_POSITION) return (flags & GUARD) != 0;
  if (position == EXIT_POSITION) return (flags & EXIT) != 0;
  return true;
}

export function choose_relay(position: u32, count: u32, random: u32, candidates: usize): i32 {
  const end = candidates + <usize>min(count, MOST_CANDIDATES) * CANDIDATE_BYTES;
  let total: u64 = 0;
  let contenders: u64 = 0;
  for (let at = candidates; at < end; at += CANDIDATE_BYTES) {
    if (!eligible(at, position)) continue;
    total += load<u32>(at);
    contenders++;
  }
  if (contenders == 0) return NO_CANDIDATE;

  const cap = max<u64>((2 * total) / contenders, 1);
  let capped: u64 = 0;
  for (let at = candidates; at < end; at += CANDIDATE_BYTES) {
    if (eligible(at, position)) capped += min<u64>(load<u32>(at), cap);
  }
  // The random number's share of the way: 32 bits times at most 37.
  let left = <i64>mulShift32(capped, random);
  let last = NO_CANDIDATE;
  for (let at = candidates; at < end; at += CANDIDATE_BYTES) {
    if (!eligible(at, position)) continue;
    last = <i32>((at - candidates) / CANDIDATE_BYTES);
    left -= <i64>min<u64>(load<u32>(at), cap);
    if (left < 0) return last;
  }
  return last;
}

/** value * share / 2^32 without losing the upper bits; `value` is below 2^40. */
function mulShift32(value: u64, share: u32): u64 {
  const low = ((value & 0xffffffff) * share) >> 32;
  return low + (value >> 32) * share;
}
