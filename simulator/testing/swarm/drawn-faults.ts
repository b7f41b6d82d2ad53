/** Draws faults: every kind, on any relays, alone and on top of each other. */

import { CRASH_STEPS, FAULT_KINDS, type FaultKind } from '../../scenario/fault-plan.ts';
import type { Dice, Tree } from './dice.ts';

/** What clients' cells feel; the other kinds do not stand beside clients (scenario/cross-checks.ts). */
const BESIDE_CLIENTS: readonly FaultKind[] = [
  'crash',
  'publisher-lost',
  'clock-skew',
  'disk-full',
  'disk-corrupt',
];

export interface FaultSurroundings {
  readonly relays: number;
  readonly hasDirectory: boolean;
  readonly hasClients: boolean;
  /** Releases come after the first and before the second, in virtual seconds. */
  readonly span: readonly [fromSeconds: number, toSeconds: number];
}

/** One to four faults. */
export function drawnFaults(dice: Dice, surroundings: FaultSurroundings): Tree[] {
  const { hasClients, hasDirectory } = surroundings;
  const kinds = (hasClients ? BESIDE_CLIENTS : FAULT_KINDS).filter(
    (kind) => kind !== 'authority-lost' || hasDirectory,
  );
  // Authorities are few seeds' only: without a preference their loss would be rare.
  const first: FaultKind[] = hasDirectory && !hasClients && dice.chance(0.4) ? ['authority-lost'] : [];
  const others = Array.from({ length: dice.whole(1, 4 - first.length) }, () => dice.pick(kinds));
  const drawn = [...first, ...others].map((kind) => drawnFault(dice, kind, surroundings));
  // What a disk has lost shows when its relay starts again, and what a clock says when something expires.
  if (drawn.some(({ kind }) => kind === 'disk-corrupt') && dice.chance(0.7)) {
    const disk = drawn.find(({ kind }) => kind === 'disk-corrupt')!;
    disk.targets = 'all';
    disk.from = '5s';
    disk.for = dice.seconds(60, 90);
    drawn.push({
      kind: 'crash',
      from: dice.seconds(15, 40),
      for: dice.seconds(2, 15),
      targets: targets(dice, surroundings),
    });
  }
  return drawn;
}

function drawnFault(dice: Dice, kind: FaultKind, surroundings: FaultSurroundings): Tree {
  const [from, to] = surroundings.span;
  const fault: Tree = { kind, from: dice.seconds(Math.max(5, from - 6), to), for: dice.seconds(1, 60) };
  if (kind !== 'publisher-lost' && kind !== 'authority-lost') fault.targets = targets(dice, surroundings);
  switch (kind) {
    case 'crash':
      if (dice.chance(0.3)) {
        fault.at = dice.pick(CRASH_STEPS);
        fault.for = dice.seconds(1, 20);
        if (dice.chance(0.5)) fault.times = dice.whole(1, 3);
      } else if (dice.chance(0.1)) fault.for = 'ever';
      break;
    case 'partition':
      fault.direction = dice.pick(['both', 'both', 'outgoing', 'incoming']);
      if (dice.chance(0.2)) fault.bridges = dice.whole(1, 2);
      break;
    case 'loss':
      fault.ratio = dice.percent(1, 60);
      fault.retransmitted = dice.chance(0.5);
      break;
    case 'reordering':
      fault.ratio = dice.percent(5, 60);
      fault.by = dice.seconds(0.1, 3);
      break;
    case 'duplication':
      fault.ratio = dice.percent(5, 100);
      break;
    case 'latency':
      if (dice.chance(0.5)) fault.by = dice.seconds(0.1, 4);
      else fault.factor = dice.number(1.5, 20, 1);
      break;
    case 'bandwidth':
      fault.factor = dice.pick([0.001, 0.01, 0.1, 0.5, 4]);
      break;
    case 'clock-skew':
      fault.by = dice.pick(['10s', '20min', '3d', '8d', '400d']);
      fault.clock = dice.pick(['ahead', 'behind']);
      break;
    default:
  }
  return fault;
}

function targets(dice: Dice, { relays }: FaultSurroundings): unknown {
  if (dice.chance(0.15)) return 'all';
  if (dice.chance(0.12)) return 'publishers';
  if (dice.chance(0.1)) return { country: ['de', 'us', 'nl'] };
  if (dice.chance(0.15)) {
    return {
      ids: dice.some(
        Array.from({ length: relays }, (_unused, relay) => relay),
        dice.whole(1, 4),
      ),
    };
  }
  return { share: dice.percent(5, 70) };
}
