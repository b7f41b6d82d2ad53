/** What the engine model cannot do, each told at its key with the engine that can. */

import { INLINE_MAX_BYTES } from '../../node/channels/limits.ts';
import type { Finding } from './finding.ts';
import type { KnownModules } from './known-modules.ts';
import { NONE } from './presence-schema.ts';
import type { ScenarioInput } from './schema.ts';
import { formatDuration } from './units.ts';
import { AT_ONCE } from './update-schema.ts';
import type { Path } from './yaml-tree.ts';

/** Publications that overtake each other are fetched in part, which the model does not follow. */
const APART_SECONDS = 10;
const HINT = 'engine: gossipsub can';

type Parts = Partial<ScenarioInput>;

/** Something that a scenario asks of an engine which has none of it. */
export interface Lack {
  readonly path: Path;
  readonly what: string;
  readonly hint: string;
}

/** Mistakes of a scenario whose live arms run on the model. */
export function* checkModel(parts: Parts, hooks: KnownModules): Generator<Finding> {
  if (parts.engine !== 'model') return;
  for (const { path, what, hint } of lacksOfRehearsals(parts, hooks)) {
    yield { path, message: `the engine model has no ${what}`, hint };
  }
}

/** What no engine can have that knows of updates by their rehearsal alone. */
export function* lacksOfRehearsals(parts: Parts, hooks: KnownModules): Generator<Lack> {
  const { arms = {} } = parts;
  if (Object.values(arms).every(({ channel }) => channel === 'manual')) return;
  yield* checkArms(parts);
  yield* checkWhatElseHappens(parts);
  yield* checkThirdParties(parts);
  yield* checkUpdates(parts, hooks);
  yield* checkApart(parts);
}

function cannot(path: Path, what: string, hint = HINT): Lack {
  return { path, what, hint };
}

function* checkArms(parts: Parts): Generator<Lack> {
  const { arms = {}, trust } = parts;
  for (const [name, arm] of Object.entries(arms)) {
    if (arm.channel === 'manual') continue;
    const channels = [arm.channel].flat();
    // Between two consensuses authorities hand out the new root beside what the old one has signed.
    if (channels.includes('directory') && (trust?.rotations ?? []).length > 0)
      yield cannot(['arms', name, 'channel'], 'channel directory where keys are rotated');
    if (arm.adversary !== undefined && arm.adversary !== NONE)
      yield cannot(['arms', name, 'adversary'], 'adversary');
  }
}

function* checkWhatElseHappens(parts: Parts): Generator<Lack> {
  const { fidelity, adversary, faults, traffic, gossipsub } = parts;
  if (fidelity === 'full') {
    yield cannot(
      ['fidelity'],
      'shortcuts that could be left out',
      'remove the key, or use engine: gossipsub',
    );
  }
  if (adversary !== undefined && adversary !== NONE) yield cannot(['adversary'], 'adversary');
  if (faults !== undefined && faults.length > 0) yield cannot(['faults'], 'faults');
  if (traffic !== undefined && traffic.clients !== NONE) yield cannot(['traffic', 'clients'], 'clients');
  if (gossipsub?.scoring === 'full') yield cannot(['gossipsub', 'scoring'], 'scores of peers');
}

function* checkUpdates({ updates = [] }: Parts, hooks: KnownModules): Generator<Lack> {
  for (const [index, { module, rollout, revoke, size }] of updates.entries()) {
    const at = (key: string): Path => ['updates', index, key];
    if (rollout !== AT_ONCE) yield cannot(at('rollout'), 'rollouts in steps');
    if (typeof size === 'number' && size > INLINE_MAX_BYTES)
      yield cannot(
        at('size'),
        `modules of more than ${INLINE_MAX_BYTES / 1024} KiB, which peers are asked for`,
      );
    const hook = hooks.get(module);
    const shares = updates.some((other, place) => place !== index && hooks.get(other.module) === hook);
    if (typeof revoke === 'number' && shares)
      yield cannot(at('revoke'), 'module that comes back when another one of its hook is revoked');
  }
}

/** What a relay has missed it takes from peers, who lack what they refuse. */
function* checkThirdParties(parts: Parts): Generator<Lack> {
  const { trust } = parts;
  if (trust === undefined || trust.delegations.length === 0) return;
  if (!refusesThirdParties(parts) || !mayMissNews(parts)) return;
  yield cannot(
    ['trust', 'delegations'],
    'relays that refuse third parties where relays come and go, or ask for what they have missed',
  );
}

/** Whether operators may refuse third parties. */
function refusesThirdParties({ arms = {}, operators, trust }: Parts): boolean {
  if (trust !== undefined && trust.thirdParties < 1) return true;
  return [operators, ...Object.values(arms).map((arm) => arm.operators)].some(
    (plan) =>
      typeof plan === 'object' &&
      typeof plan.classes === 'object' &&
      plan.classes.some(({ thirdParties }) => thirdParties === false),
  );
}

/** Whether relays may have missed publications, and take them later. */
function mayMissNews(parts: Parts): boolean {
  if (hasChurn(parts)) return true;
  const { arms = {}, presence } = parts;
  if (presence !== undefined && (presence.late !== NONE || presence.away !== NONE)) return true;
  return Object.values(arms).some(
    ({ channel }) => channel !== 'manual' && [channel].flat().some((one) => one !== 'gossip'),
  );
}

function hasChurn({ churn }: Parts): boolean {
  return churn !== undefined && churn !== NONE;
}

/** Publications must be over before the next one comes. */
function* checkApart({ updates = [], trust, duration }: Parts): Generator<Lack> {
  const moments: { path: Path; atSeconds: number }[] = [];
  for (const [index, { at, revoke }] of updates.entries()) {
    moments.push({ path: ['updates', index, 'at'], atSeconds: at });
    if (typeof revoke === 'number') moments.push({ path: ['updates', index, 'revoke'], atSeconds: revoke });
  }
  for (const [index, { at }] of (trust?.rotations ?? []).entries()) {
    moments.push({ path: ['trust', 'rotations', index, 'at'], atSeconds: at });
  }
  const apart = formatDuration(APART_SECONDS, 's');
  const hint = `leave ${apart} between publications, or use engine: gossipsub`;
  moments.sort((a, b) => a.atSeconds - b.atSeconds);
  for (const [index, { path, atSeconds }] of moments.entries()) {
    const before = moments[index - 1];
    if (before === undefined || atSeconds - before.atSeconds >= APART_SECONDS) continue;
    yield cannot(path, `publications less than ${apart} apart`, hint);
  }
  const every = trust?.timestampEvery;
  if (typeof every !== 'number' || duration === undefined) return;
  const isNear = ({ atSeconds }: { atSeconds: number }): boolean => {
    const beyond = atSeconds % every;
    return Math.min(atSeconds < every ? APART_SECONDS : beyond, every - beyond) < APART_SECONDS;
  };
  if (every >= APART_SECONDS && !moments.some(isNear)) return;
  const signed = `this one is signed every ${formatDuration(every, 's')}`;
  yield cannot(['trust', 'timestampEvery'], `publications less than ${apart} apart, and ${signed}`, hint);
}
