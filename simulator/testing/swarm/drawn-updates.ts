/** Draws what is released: good and bad modules, one after the other or at once, in steps, held back, taken back. */

import type { Dice, Tree } from './dice.ts';
import { KNOWN_BAD, KNOWN_GOOD } from './modules.ts';

export interface DrawnUpdates {
  readonly updates: Tree[];
  /** The rest of the repository: thresholds, third parties, rotations, fresh timestamps. */
  readonly trust: Tree;
  readonly targetsKeys: number;
}

const THIRD_PARTY = 'lab';

/** One to four updates within a span of virtual seconds, and the repository that they come from. */
export function drawnUpdates(
  dice: Dice,
  relays: number,
  [from, to]: readonly [number, number],
): DrawnUpdates {
  const names = [...KNOWN_GOOD.keys(), ...KNOWN_BAD];
  const isCrowded = dice.chance(0.5);
  const count = dice.pick([1, 1, 2, 2, 3, 4]);
  const hooks = new Set<string>();
  const updates = Array.from({ length: count }, (): Tree => {
    const module = dice.chance(0.3)
      ? dice.pick(KNOWN_BAD)
      : isCrowded
        ? 'strict-cells'
        : dice.pick(names.filter((name) => KNOWN_GOOD.has(name)));
    const at = dice.number(from, to, 1);
    const update: Tree = { module, at: `${at}s` };
    if (dice.chance(0.25)) update.size = dice.pick(['4 KiB', '20 KiB', '64 KiB', '100 KiB']);
    if (dice.chance(0.15)) update.priority = dice.whole(-2, 2);
    if (dice.chance(0.12)) update.notBefore = `${Math.ceil(at) + dice.whole(0, 30)}s`;
    if (dice.chance(0.18)) update.rollout = drawnRollout(dice, relays);
    if (dice.chance(0.2)) update.revoke = `${(at + dice.number(0.5, 40, 1)).toFixed(1)}s`;
    if (dice.chance(0.12)) {
      update.publisher = THIRD_PARTY;
      hooks.add(KNOWN_GOOD.get(module) ?? 'cell-admission');
    }
    return update;
  });
  const keys = dice.whole(1, 4);
  const trust: Tree = { keys: { targets: `${dice.whole(1, keys)} of ${keys}` } };
  if (hooks.size > 0) trust.delegations = [{ name: THIRD_PARTY, hooks: [...hooks] }];
  if (hooks.size > 0 && dice.chance(0.3)) trust.thirdParties = dice.percent(20, 90);
  if (dice.chance(0.5)) trust.timestampEvery = dice.seconds(10, 40);
  if (dice.chance(0.1)) trust.timestampExpires = dice.seconds(60, 600);
  if (dice.chance(0.25)) {
    trust.rotations = Array.from({ length: dice.whole(1, 3) }, () => ({
      role: dice.pick(['root', 'targets', 'snapshot', 'timestamp']),
      at: dice.seconds(from, to + 30),
    }));
  }
  return { updates, trust, targetsKeys: keys };
}

function drawnRollout(dice: Dice, relays: number): Tree {
  const steps = dice.pick([['20%', '100%'], ['30%', '60%', '100%'], ['50%', '100%'], ['50%']]);
  const first = Math.floor((Number.parseInt(steps[0]!, 10) / 100) * relays);
  return {
    steps,
    every: dice.seconds(5, 20),
    jitter: dice.seconds(0, 5),
    haltAbove: dice.percent(1, 60),
    minReports: dice.whole(1, Math.max(1, first)),
  };
}

/** Good modules one after the other, with nothing that the engine model cannot do. */
export function drawnPlainUpdates(dice: Dice): DrawnUpdates {
  const modules = dice.some([...KNOWN_GOOD.keys()], dice.whole(1, 3));
  const updates = modules.map((module, place): Tree => {
    const update: Tree = { module, at: `${10 + 15 * place + dice.number(0, 3, 1)}s` };
    if (dice.chance(0.3)) update.size = dice.pick(['4 KiB', '20 KiB', '64 KiB', '100 KiB']);
    return update;
  });
  return { updates, trust: {}, targetsKeys: 3 };
}
