/** What the engine wire cannot do, each told at its key with the engine that can. */

import { ENGINES } from './engines.ts';
import type { FaultKind } from './fault-plan.ts';
import type { Finding } from './finding.ts';
import { startSeconds } from './network-schema.ts';
import { NONE } from './presence-schema.ts';
import type { ScenarioInput } from './schema.ts';
import { formatDuration } from './units.ts';
import { AT_ONCE } from './update-schema.ts';
import type { Path } from './yaml-tree.ts';

/** It takes as long as it says, so longer ones are hardly meant. */
export const WIRE_SECONDS_MAX = 3600;
/** Relays that must have come to a mesh have links by then. */
const CHANNELS: readonly string[] = ['gossip', 'catch-up'];
const HINT = 'engine: gossipsub can';

/** Faults that real processes and real sockets can have done to them. */
export const WIRE_FAULTS: readonly FaultKind[] = [
  'crash',
  'publisher-lost',
  'pause',
  'partition',
  'latency',
  'bandwidth',
];

type Parts = Partial<ScenarioInput>;

/** Mistakes of a scenario whose live arms run on real relays. */
export function* checkWire(parts: Parts): Generator<Finding> {
  const { engine, arms = {} } = parts;
  if (engine !== 'wire') return;
  if (Object.values(arms).every(({ channel }) => channel === 'manual')) return;
  yield* checkSize(parts);
  yield* checkPublications(parts);
  yield* checkArms(parts);
  yield* checkWhatElseHappens(parts);
  yield* checkFaults(parts);
}

function cannot(path: Path, what: string, hint = HINT): Finding {
  return { path, message: `the engine wire has no ${what}`, hint };
}

function* checkSize({ network, updates, duration, slowdown = 1 }: Parts): Generator<Finding> {
  const { relaysMax } = ENGINES.wire;
  if (network !== undefined && network.relays > relaysMax) {
    const message = `${network.relays} relays are too many for the engine wire, which is meant for at most ${relaysMax}`;
    const hint = 'engine: gossipsub carries some 10,000, and engine: model a million';
    yield { path: ['network', 'relays'], message, hint };
  }
  if (duration === undefined || network === undefined || updates === undefined) return;
  const standsAt = startSeconds(network, updates);
  const realSeconds = standsAt + (duration - standsAt) * slowdown;
  if (realSeconds > WIRE_SECONDS_MAX) {
    const [takes, most] = [realSeconds, WIRE_SECONDS_MAX].map((seconds) => formatDuration(seconds, 's'));
    const message = `the engine wire runs in real time, and would take ${takes} for it; at most ${most}`;
    yield { path: ['duration'], message, hint: 'make it shorter, or use engine: gossipsub' };
  }
}

/** The run begins when the network stands: what was to be published before would come too late. */
function* checkPublications({ network, updates, trust }: Parts): Generator<Finding> {
  if (network === undefined || updates === undefined) return;
  const standsAt = startSeconds(network, updates);
  const moments = [
    ...updates.map(({ at }, index) => ({ path: ['updates', index, 'at'], at })),
    ...(trust?.rotations ?? []).map(({ at }, index) => ({ path: ['trust', 'rotations', index, 'at'], at })),
    ...(typeof trust?.timestampEvery === 'number'
      ? [{ path: ['trust', 'timestampEvery'], at: trust.timestampEvery }]
      : []),
  ];
  const time = formatDuration(standsAt, 's');
  for (const { path, at } of moments) {
    if (at >= standsAt) continue;
    const message = `the engine wire publishes nothing before the network stands, at ${time}`;
    yield { path, message, hint: `make it ${time} or more, or make network.startWithin less` };
  }
}

function* checkArms({ arms = {}, operators }: Parts): Generator<Finding> {
  for (const [name, arm] of Object.entries(arms)) {
    if (arm.channel === 'manual') continue;
    const other = [arm.channel].flat().find((channel) => !CHANNELS.includes(channel));
    if (other !== undefined) yield cannot(['arms', name, 'channel'], `channel ${other}`);
    if (arm.adversary !== undefined && arm.adversary !== NONE)
      yield cannot(['arms', name, 'adversary'], 'adversary');
    if (arm.operators !== undefined && arm.operators !== NONE)
      yield cannot(['arms', name, 'operators'], 'operators in live arms');
  }
  if (operators !== undefined && operators !== NONE) yield cannot(['operators'], 'operators in live arms');
}

function* checkWhatElseHappens({
  churn,
  presence,
  adversary,
  traffic,
  updates = [],
}: Parts): Generator<Finding> {
  if (churn !== undefined && churn !== NONE) yield cannot(['churn'], 'relays that come and go');
  for (const key of ['late', 'away'] as const) {
    if (presence !== undefined && presence[key] !== NONE)
      yield cannot(['presence', key], 'relays that come and go');
  }
  if (adversary !== undefined && adversary !== NONE) yield cannot(['adversary'], 'adversary');
  if (traffic !== undefined && traffic.clients !== NONE) yield cannot(['traffic', 'clients'], 'clients');
  for (const [index, { rollout }] of updates.entries()) {
    if (rollout !== AT_ONCE) yield cannot(['updates', index, 'rollout'], 'rollouts in steps');
  }
}

function* checkFaults({ faults = [] }: Parts): Generator<Finding> {
  for (const [index, { kind, at }] of faults.entries()) {
    if (!WIRE_FAULTS.includes(kind)) {
      const hint = `${HINT}; here there are ${WIRE_FAULTS.join(', ')}`;
      yield cannot(['faults', index, 'kind'], `fault ${kind}`, hint);
    } else if (at !== undefined) {
      yield cannot(
        ['faults', index, 'at'],
        'crashes at a step of an update: a signal comes too late for that',
      );
    }
  }
}
