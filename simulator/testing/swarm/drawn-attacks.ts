/** Draws who attacks: relays that attack the updates, and sybils that attack the gossip. */

import { ATTACK_CHANNELS } from '../../scenario/adversary-schema.ts';
import { ATTACKS } from '../../scenario/scenario.ts';
import { GOSSIP_ATTACKS, hasBatch, isFlood } from '../../scenario/sybil-plan.ts';
import { connectsByItself } from '../../scenario/sybil-schema.ts';
import type { Dice, Tree } from './dice.ts';

/** Relays of an adversary's with one to three attacks, which end before the run does. */
export function drawnAttacks(dice: Dice, channels: readonly string[], targetsKeys: number): Tree | null {
  const possible = ATTACKS.filter((attack) =>
    ATTACK_CHANNELS[attack].some((channel) => channels.includes(channel)),
  );
  if (possible.length === 0) return null;
  const attacks = Array.from({ length: dice.whole(1, 3) }, (): Tree => {
    const attack = dice.pick(possible);
    const from = dice.number(8, 30, 1);
    const drawn: Tree = {
      attack,
      from: `${from}s`,
      to: `${Math.round(from + dice.number(5, 40, 1))}s`,
      every: dice.seconds(1, 10),
    };
    if (attack === 'stolen-keys' || (attack === 'false-revocation' && dice.chance(0.3))) {
      drawn.keys = dice.whole(1, targetsKeys);
    }
    return drawn;
  });
  return { share: dice.percent(5, 25), attacks };
}

/** Sybils with an attack that ends before the run does. */
export function drawnSybils(dice: Dice, relays: number): Tree {
  const attack = dice.pick(GOSSIP_ATTACKS);
  const from = connectsByItself(attack) ? 0 : dice.number(5, 25, 1);
  const sybils: Tree = {
    attack,
    target: dice.pick(['network', 'network', 'publisher', 'relay']),
    count: dice.whole(1, Math.ceil(relays / 2)),
    degree: dice.whole(1, Math.min(8, relays)),
    from: `${from}s`,
    to: `${Math.round(from + dice.number(10, 40, 1))}s`,
  };
  if (!connectsByItself(attack) && dice.chance(0.5)) sybils.connect = dice.seconds(0, Math.floor(from));
  if (isFlood(attack)) sybils.every = dice.seconds(0.5, 5);
  if (hasBatch(attack)) sybils.batch = dice.whole(1, 50);
  if (attack === 'degradation') sybils.drop = dice.percent(10, 100);
  if (dice.chance(0.2)) sybils.perAddress = dice.whole(1, 30);
  return sybils;
}
