/** Draws what relays live in: how they come and go, who runs them, and what traffic they carry. */

import type { Dice, Tree } from './dice.ts';

/** Relays that join late, go away once, or both. */
export function drawnPresence(dice: Dice): Tree {
  const presence: Tree = {};
  if (dice.chance(0.6)) {
    presence.late = { share: dice.percent(5, 40), from: dice.seconds(4, 15), to: dice.seconds(16, 60) };
  }
  if (presence.late === undefined || dice.chance(0.5)) {
    presence.away = {
      share: dice.percent(5, 40),
      from: dice.seconds(5, 12),
      to: dice.seconds(13, 40),
      for: dice.seconds(1, 60),
    };
  }
  return presence;
}

function drawnSpell(dice: Dice, least: number, most: number): Tree {
  return dice.pick<() => Tree>([
    () => ({ constant: dice.seconds(least, most) }),
    () => ({ uniform: [`${least}s`, dice.seconds(least + 1, most)] }),
    () => ({ exponential: { mean: dice.seconds(least, most) } }),
    () => ({ lognormal: { median: dice.seconds(least, most), sigma: dice.number(0.2, 1.5) } }),
  ])();
}

/** Relays that come and go for all of the run. */
export function drawnChurn(dice: Dice): Tree {
  const churn: Tree = {
    classes: Array.from({ length: dice.whole(1, 2) }, () => ({
      share: dice.percent(10, 45),
      session: drawnSpell(dice, 10, 120),
      absence: drawnSpell(dice, 2, 60),
    })),
  };
  // A day's worth within minutes.
  if (dice.chance(0.5)) churn.arrivals = dice.whole(500, 10_000);
  if (dice.chance(0.5)) churn.departures = dice.whole(500, 8000);
  if (dice.chance(0.5)) churn.restarts = { every: dice.seconds(30, 200), for: dice.seconds(1, 20) };
  return churn;
}

/** Classes of operators with every policy. */
export function drawnOperators(dice: Dice, mayEmbedPart: boolean): unknown {
  if (dice.chance(0.15)) return dice.pick(['tor-2016-17', 'tor-2025-26']);
  const policies = dice.some(['auto', 'delayed', 'approve', 'pinned'], dice.whole(1, 3));
  const share = 1 / policies.length;
  const classes = policies.map((policy, place): Tree => {
    const seconds = dice.seconds(1, 40);
    const law = { lognormal: { median: seconds, sigma: dice.number(0.1, 1) } };
    const one: Tree = {
      name: `class-${place}`,
      share,
      policy,
      lag: dice.pick<unknown>([law, 'at-once', 'never']),
    };
    if (policy === 'delayed') one.delay = law;
    if (dice.chance(0.2)) one.thirdParties = dice.chance(0.5);
    return one;
  });
  const operators: Tree = { classes, knownUntil: dice.pick(['1d', '3d']) };
  if (mayEmbedPart && dice.chance(0.5)) operators.embeds = dice.percent(30, 90);
  return operators;
}

/** Clients of the network, some of them marked or flooded. */
export function drawnClients(dice: Dice): Tree {
  const traffic: Tree = {
    clients: {
      count: dice.whole(2, 8),
      circuits: dice.whole(1, 2),
      circuitLife: dice.seconds(10, 60),
      from: '5s',
      to: '12s',
      bulkShare: dice.percent(0, 30),
      web: { size: dice.pick(['5 KiB', '50 KiB']), think: dice.seconds(5, 30) },
      bulk: { size: '200 KiB', think: dice.seconds(15, 40) },
      scale: dice.pick(['1%', '10%', '100%']),
      exitShare: dice.percent(25, 60),
      flow: dice.pick(['fixed', 'congestion']),
      updates: dice.pick(['circuit', 'never']),
    },
  };
  if (dice.chance(0.35)) {
    traffic.marking = {
      mark: dice.pick(['relay-early', 'drop', 'unknown']),
      share: dice.percent(10, 50),
      cells: dice.whole(4, 16),
    };
  }
  if (dice.chance(0.3)) {
    traffic.flood = {
      from: dice.seconds(10, 20),
      to: dice.seconds(22, 40),
      guards: dice.whole(1, 3),
      circuitsPerSecond: dice.whole(20, 300),
      addresses: dice.whole(1, 20),
    };
  }
  return traffic;
}
