/**
 * The relays that a client may choose from, and the choice of one for each place in a circuit.
 *
 * The hook that chooses sees 32 candidates at most. To keep the odds of a whole network, its relays are split into
 * groups of 32, a group is drawn by the weight of those in it that are eligible, and the hook chooses within: with the
 * default, every relay's chance is its share of the weight. Groups follow the fingerprints, which are as good as
 * random, so that light and heavy relays are mixed in each.
 */

import type { Random } from '../environment.ts';
import {
  CandidateFlag,
  encodeCandidates,
  MAX_CANDIDATES,
  NO_CANDIDATE,
  PathPosition,
  type pathSelection,
} from '../hooks/catalogue/path-selection.ts';
import type { SlotOf } from './hook-slots.ts';
import type { LinkTarget } from './link.ts';
import type { PublicKey } from './x25519.ts';

export interface RelayDescriptor extends LinkTarget {
  readonly onionKey: PublicKey;
  /** Consensus weight, a whole number below 2^32. */
  readonly weight: number;
  /** Flags of the consensus. */
  readonly guard: boolean;
  readonly exit: boolean;
  /** Names the family; null for a relay without one. */
  readonly family: string | null;
}

/** The first 16 bits of an address. */
function networkOf({ address }: RelayDescriptor): number {
  return address >>> 16;
}

/** The relays that can take one kind of place. */
interface Pool {
  readonly groups: readonly (readonly RelayDescriptor[])[];
  readonly weights: readonly number[];
  readonly groupOf: ReadonlyMap<RelayDescriptor, number>;
}

function poolOf(relays: readonly RelayDescriptor[]): Pool {
  const groups: RelayDescriptor[][] = [];
  const groupOf = new Map<RelayDescriptor, number>();
  for (const [index, relay] of relays.entries()) {
    if (index % MAX_CANDIDATES === 0) groups.push([]);
    groups.at(-1)!.push(relay);
    groupOf.set(relay, groups.length - 1);
  }
  const weights = groups.map((group) => group.reduce((sum, { weight }) => sum + weight, 0));
  return { groups, weights, groupOf };
}

function listed<Key>(relays: readonly RelayDescriptor[], keyOf: (relay: RelayDescriptor) => Key | null) {
  const lists = new Map<Key, RelayDescriptor[]>();
  for (const relay of relays) {
    const key = keyOf(relay);
    if (key === null) continue;
    const list = lists.get(key);
    if (list === undefined) lists.set(key, [relay]);
    else list.push(relay);
  }
  return lists;
}

/** Shared by all clients that know the same network. */
export class Consensus {
  private readonly pools: readonly Pool[];
  private readonly families: ReadonlyMap<string, readonly RelayDescriptor[]>;
  private readonly networks: ReadonlyMap<number, readonly RelayDescriptor[]>;

  constructor(relays: readonly RelayDescriptor[]) {
    const ordered = relays.toSorted((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
    const pools: Pool[] = [];
    pools[PathPosition.guard] = poolOf(ordered.filter(({ guard }) => guard));
    pools[PathPosition.middle] = poolOf(ordered);
    pools[PathPosition.exit] = poolOf(ordered.filter(({ exit }) => exit));
    this.pools = pools;
    this.families = listed(ordered, ({ family }) => family);
    this.networks = listed(ordered, networkOf);
  }

  /**
   * A relay for a place in a path that already has some; null if no relay is eligible, or the hook takes none.
   *
   * `down` are relays to leave out, since they could not be reached of late.
   */
  choose(
    hook: SlotOf<typeof pathSelection>,
    position: number,
    path: readonly RelayDescriptor[],
    random: Random,
    down: readonly RelayDescriptor[] = [],
  ): RelayDescriptor | null {
    const { groups, weights, groupOf } = this.pools[position];
    const left = weights.slice();
    for (const relay of new Set([...this.ruledOutBy(path), ...down])) {
      const group = groupOf.get(relay);
      if (group !== undefined) left[group] -= relay.weight;
    }
    const group = drawGroup(left, random);
    if (group === null) return null;
    const candidates = groups[group].filter((relay) => !down.includes(relay));
    const encoded = encodeCandidates(
      candidates.map((relay) => ({ weight: relay.weight, flags: flagsOf(relay, path) })),
    );
    const chance = Math.floor(random.uniform() * 0x100000000);
    const index = hook.call(position, candidates.length, chance, encoded);
    return index === NO_CANDIDATE ? null : candidates[index];
  }

  private ruledOutBy(path: readonly RelayDescriptor[]): Set<RelayDescriptor> {
    const ruledOut = new Set<RelayDescriptor>();
    for (const chosen of path) {
      ruledOut.add(chosen);
      for (const relay of this.networks.get(networkOf(chosen)) ?? []) ruledOut.add(relay);
      if (chosen.family === null) continue;
      for (const relay of this.families.get(chosen.family) ?? []) ruledOut.add(relay);
    }
    return ruledOut;
  }
}

function drawGroup(weights: readonly number[], random: Random): number | null {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total <= 0) return null;
  let left = random.uniform() * total;
  let last: number | null = null;
  for (const [group, weight] of weights.entries()) {
    if (weight <= 0) continue;
    last = group;
    left -= weight;
    if (left < 0) return group;
  }
  return last;
}

function flagsOf(relay: RelayDescriptor, path: readonly RelayDescriptor[]): number {
  let flags = (relay.guard ? CandidateFlag.guard : 0) | (relay.exit ? CandidateFlag.exit : 0);
  for (const chosen of path) {
    // A relay is of its own family, so that none is in a path twice.
    const related =
      chosen.fingerprint === relay.fingerprint || (relay.family !== null && chosen.family === relay.family);
    if (related) flags |= CandidateFlag.sameFamily;
    if (networkOf(chosen) === networkOf(relay)) flags |= CandidateFlag.sameNetwork;
  }
  return flags;
}
