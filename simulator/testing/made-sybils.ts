/** Runs that sybils attacked, made by hand, for tests of what is reported of them. */

import type { RunOutcome, SybilOutcome } from '../measure/outcome.ts';
import { toSybils } from '../scenario/sybil-yaml.ts';

/** The sybils of an arm whose relays' meshes they hold half of from 30 s on. */
export function madeSybils(changes: Partial<SybilOutcome> = {}): SybilOutcome {
  const plan = toSybils({ attack: 'eclipse', count: 400 } as never, 120);
  if (plan === undefined) throw new Error('no attack was named');
  const sample = (seconds: number, sybilMeshLinks: number) => ({
    seconds,
    meshLinks: 200,
    sybilMeshLinks,
    eclipsedRelays: sybilMeshLinks / 50,
    graylistedPairs: 0,
  });
  return {
    plan,
    links: 4000,
    frames: 9000,
    bytes: 1_000_000,
    attempts: 812,
    penalties: 31,
    invalidMessages: 7,
    graylistedPairs: 5,
    targets: [],
    samples: [sample(20, 0), sample(40, 100), sample(80, 50)],
    ...changes,
  };
}

/** The run with sybils on the arm of this name. */
export function withSybils(run: RunOutcome, arm: string, changes: Partial<SybilOutcome> = {}): RunOutcome {
  const sybils = madeSybils(changes);
  const arms = run.arms.map((one) => (one.arm.name === arm ? { ...one, sybils } : one));
  return { ...run, arms };
}
