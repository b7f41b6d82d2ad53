/**
 * Checks of a scenario that need more than one of its parts: times against the duration, names against what
 * they name, attacks against the arms that could carry them.
 *
 * A part that has mistakes of its own is left out, and so are the checks that need it; what is right of the
 * others is still told at once.
 */

import { type AdversaryInput, ATTACK_CHANNELS, HOSTILE_MODULE } from './adversary-schema.ts';
import type { ArmInput } from './arm-schema.ts';
import { checkChurn } from './churn-checks.ts';
import type { FaultKind } from './fault-plan.ts';
import type { Finding } from './finding.ts';
import type { KnownModules } from './known-modules.ts';
import { checkModel } from './model-checks.ts';
import { startSeconds } from './network-schema.ts';
import { checkOperators } from './operators-checks.ts';
import { NONE } from './presence-schema.ts';
import type { LiveChannel } from './scenario.ts';
import { type ScenarioInput, scenarioSchema } from './schema.ts';
import { checkStack } from './stack-checks.ts';
import { checkSybils } from './sybil-checks.ts';
import { formatDuration } from './units.ts';
import { AT_ONCE, DEVELOPERS } from './update-schema.ts';
import { checkWire } from './wire-checks.ts';
import type { Path } from './yaml-tree.ts';

export type { Finding } from './finding.ts';

/** The parts of a file that are right by themselves. */
type SoundParts = Partial<ScenarioInput>;

function soundParts(values: Readonly<Record<string, unknown>>): SoundParts {
  const parts = Object.entries(scenarioSchema.shape).flatMap(([key, schema]) => {
    const parsed = schema.safeParse(values[key]);
    return parsed.success ? [[key, parsed.data] as const] : [];
  });
  return Object.fromEntries(parts);
}

function time(seconds: number): string {
  return formatDuration(seconds, 's');
}

function* momentsOf({
  updates,
  trust,
  presence,
  adversary,
  faults,
  traffic,
}: SoundParts): Generator<[Path, number]> {
  for (const [index, { notBefore, revoke }] of (updates ?? []).entries()) {
    if (notBefore !== null) yield [['updates', index, 'notBefore'], notBefore];
    if (revoke !== null) yield [['updates', index, 'revoke'], revoke];
  }
  for (const [index, { at }] of (trust?.rotations ?? []).entries()) {
    yield [['trust', 'rotations', index, 'at'], at];
  }
  for (const key of ['late', 'away'] as const) {
    const group = presence?.[key];
    if (group !== undefined && group !== NONE) yield [['presence', key, 'to'], group.to];
  }
  for (const [index, { from, to }] of attacksOf(adversary).entries()) {
    yield [['adversary', 'attacks', index, 'from'], from];
    if (to !== null) yield [['adversary', 'attacks', index, 'to'], to];
  }
  for (const [index, { from }] of (faults ?? []).entries()) yield [['faults', index, 'from'], from];
  if (traffic === undefined || traffic.clients === NONE) return;
  yield [['traffic', 'clients', 'to'], traffic.clients.to];
  if (traffic.flood === NONE) return;
  yield [['traffic', 'flood', 'from'], traffic.flood.from];
  if (traffic.flood.to !== null) yield [['traffic', 'flood', 'to'], traffic.flood.to];
}

function attacksOf(adversary: AdversaryInput | undefined) {
  return adversary === undefined || adversary === NONE ? [] : (adversary.attacks ?? []);
}

function* checkMoments(parts: SoundParts): Generator<Finding> {
  const { duration } = parts;
  if (duration === undefined) return;
  for (const [path, seconds] of momentsOf(parts)) {
    // A span may end with the run; whatever begins or happens must leave time for something to follow.
    const isOver = path.at(-1) === 'to' ? seconds > duration : seconds >= duration;
    if (!isOver) continue;
    const message = `${time(seconds)} comes when the run is over, at ${time(duration)}`;
    yield { path, message, hint: 'make it earlier, or lengthen the duration' };
  }
}

function* checkUpdateTimes({ updates = [] }: SoundParts): Generator<Finding> {
  for (const [index, { at, notBefore, revoke }] of updates.entries()) {
    if (revoke !== null && revoke <= at) {
      const message = `revoked at ${time(revoke)}, but released at ${time(at)} only`;
      yield {
        path: ['updates', index, 'revoke'],
        message,
        hint: 'revoke it after its release, in the time of the run',
      };
    }
    if (notBefore !== null && notBefore < at) {
      const message = `${time(notBefore)} comes before the release at ${time(at)}, and would hold nobody back`;
      yield { path: ['updates', index, 'notBefore'], message, hint: 'times count from the start of the run' };
    }
  }
}

function* checkRollouts({ updates = [], network }: SoundParts): Generator<Finding> {
  if (network === undefined) return;
  for (const [index, { rollout }] of updates.entries()) {
    if (rollout === AT_ONCE) continue;
    const first = Math.floor(rollout.steps[0]! * network.relays);
    if (first >= rollout.minReports) continue;
    const share = Math.min(100, Math.ceil((rollout.minReports / network.relays) * 1000) / 10);
    const message = `the first step is ${first === 1 ? '1 relay' : `${first} relays`}, which can never send ${rollout.minReports} reports: nothing would halt it`;
    const hint = `begin with ${share}%, or lower minReports to ${Math.max(1, first)}`;
    yield { path: ['updates', index, 'rollout'], message, hint };
  }
}

function* checkPublishers({ updates = [], trust }: SoundParts, modules: KnownModules): Generator<Finding> {
  if (trust === undefined) return;
  for (const [index, { module, publisher }] of updates.entries()) {
    const path: Path = ['updates', index, 'publisher'];
    const other = updates.find((one) => one.module === module)!.publisher;
    if (other !== publisher) {
      const message = `${module} is published by ${other} already, and a module has one publisher`;
      yield { path, message, hint: `make it ${other}, or release another module` };
    }
    if (publisher === DEVELOPERS) continue;
    const delegation = trust.delegations.find(({ name }) => name === publisher);
    const hook = modules.get(module);
    if (delegation === undefined) {
      const names = [DEVELOPERS, ...trust.delegations.map(({ name }) => name)].join(', ');
      const message = `trust.delegations names no ${publisher}`;
      yield { path, message, hint: `there are ${names}; a third party needs an entry in trust.delegations` };
    } else if (hook !== undefined && !delegation.hooks.includes(hook)) {
      const message = `${publisher} may publish for ${delegation.hooks.join(', ')}; ${module} is for ${hook}`;
      yield { path, message, hint: `add ${hook} to the hooks of its delegation, or release another module` };
    }
  }
}

function* checkStolenKeys({ adversary, trust }: SoundParts, modules: KnownModules): Generator<Finding> {
  for (const [index, { attack, keys, module }] of attacksOf(adversary).entries()) {
    const path: Path = ['adversary', 'attacks', index];
    const there = trust?.keys.targets.keys;
    if (there !== undefined && keys !== undefined && keys > there) {
      const message = `${keys} keys cannot be stolen: the role targets has ${there}`;
      yield { path: [...path, 'keys'], message, hint: `from 1 to ${there}, or raise trust.keys.targets` };
    }
    const released = module ?? HOSTILE_MODULE;
    if (attack !== 'stolen-keys' || modules.has(released)) continue;
    const hint = `there are ${[...modules.keys()].join(', ') || 'none'}`;
    yield { path: [...path, 'module'], message: `updates/ has no module "${released}"`, hint };
  }
}

function channelsOf(arms: Readonly<Record<string, ArmInput>>): LiveChannel[] {
  return Object.values(arms).flatMap(({ channel }) => (channel === 'manual' ? [] : [channel].flat()));
}

function* checkAttackedArms({ adversary, arms }: SoundParts): Generator<Finding> {
  if (arms === undefined) return;
  const there = channelsOf(arms);
  for (const [index, { attack }] of attacksOf(adversary).entries()) {
    const carriers = ATTACK_CHANNELS[attack];
    if (carriers.some((channel) => there.includes(channel))) continue;
    const path: Path = ['adversary', 'attacks', index, 'attack'];
    const message = `${attack} travels by ${carriers.join(', ')}, and no arm has ${carriers.length > 1 ? 'any of them' : 'it'}`;
    yield {
      path,
      message,
      hint: `add an arm such as "live: { channel: ${carriers[0]} }", or remove the attack`,
    };
  }
}

/** Cells and circuits have a transport of their own. */
const FELT_BY_CELLS: readonly FaultKind[] = [
  'crash',
  'publisher-lost',
  'authority-lost',
  'clock-skew',
  'disk-full',
  'disk-corrupt',
];

function* checkFaults({ faults = [], network, arms, traffic, updates }: SoundParts): Generator<Finding> {
  const there = arms === undefined ? null : channelsOf(arms);
  const standsAt = network === undefined || updates === undefined ? 0 : startSeconds(network, updates);
  for (const [index, { kind, targets, from, bridges = 0 }] of faults.entries()) {
    if (from < standsAt) {
      const message = `comes before the network stands, at ${time(standsAt)}`;
      const hint = `let it begin at ${time(standsAt)} or later, or make network.startWithin less`;
      yield { path: ['faults', index, 'from'], message, hint };
    }
    if (kind === 'authority-lost' && there !== null && !there.includes('directory')) {
      const message = 'no arm has authorities that could be lost';
      const hint = 'add an arm such as "polled: { channel: directory }", or remove the fault';
      yield { path: ['faults', index, 'kind'], message, hint };
    } else if (there?.length === 0) {
      const message = 'faults happen in live arms, and there is none';
      const hint = 'add an arm such as "live: { channel: gossip }", or remove the fault';
      yield { path: ['faults', index], message, hint };
    }
    if (traffic !== undefined && traffic.clients !== NONE && !FELT_BY_CELLS.includes(kind)) {
      const message = `the cells of clients do not feel it: ${kind} is of what relays send each other`;
      const hint = `remove traffic.clients, or keep to ${FELT_BY_CELLS.join(', ')}`;
      yield { path: ['faults', index, 'kind'], message, hint };
    }
    if (network === undefined) continue;
    const last = network.relays - 1;
    const ids = typeof targets === 'object' ? (targets.ids ?? []) : [];
    for (const [place, id] of ids.entries()) {
      if (id <= last) continue;
      const message = `there is no relay ${id}: they are numbered 0 to ${last}`;
      const hint = `write a number up to ${last}, or raise network.relays`;
      yield { path: ['faults', index, 'targets', 'ids', place], message, hint };
    }
    if (bridges >= network.relays) {
      const message = `${bridges} bridges among ${network.relays} relays leave nobody to be cut off`;
      yield { path: ['faults', index, 'bridges'], message, hint: 'a few are enough: 1' };
    }
  }
}

function* checkRejections({ arms = {}, traffic }: SoundParts): Generator<Finding> {
  if (traffic === undefined || traffic.clients === NONE) return;
  for (const [name, arm] of Object.entries(arms)) {
    if (arm.channel !== 'manual' || arm.reject === undefined) continue;
    const message =
      'the circuits of clients do not heed it: they would go on through relays that were taken out';
    yield { path: ['arms', name, 'reject'], message, hint: 'remove it, or remove traffic.clients' };
  }
}

/** Every mistake between the parts of a file, given as its plain values. */
export function crossCheck(values: Readonly<Record<string, unknown>>, modules: KnownModules): Finding[] {
  const parts = soundParts(values);
  return [
    ...checkMoments(parts),
    ...checkUpdateTimes(parts),
    ...checkRollouts(parts),
    ...checkPublishers(parts, modules),
    ...checkStolenKeys(parts, modules),
    ...checkAttackedArms(parts),
    ...checkSybils(parts),
    ...checkChurn(parts),
    ...checkOperators(parts),
    ...checkFaults(parts),
    ...checkRejections(parts),
    ...checkModel(parts, modules),
    ...checkStack(parts),
    ...checkWire(parts),
  ];
}
