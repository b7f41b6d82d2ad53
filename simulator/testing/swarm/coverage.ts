/**
 * What has really happened in a campaign: for each fault, attack, channel and part of the language how many seeds showed an
 * effect of it. What was drawn and came to nothing does not count.
 */

import { CHANNEL_NAMES } from '../../../node/channels/channel.ts';
import { drawnThirdParties } from '../../engine/gossipsub/third-parties.ts';
import type { ArmOutcome, RunOutcome } from '../../measure/outcome.ts';
import { FAULT_KINDS } from '../../scenario/fault-plan.ts';
import { ATTACKS, type LiveArm } from '../../scenario/scenario.ts';
import { GOSSIP_ATTACKS } from '../../scenario/sybil-plan.ts';
import { KNOWN_BAD, KNOWN_GOOD } from './modules.ts';

const FEATURES = [
  'late relays took an update',
  'relays went away and came back',
  'churn: relays joined',
  'churn: relays left for good',
  'churn: relays restarted',
  'operators: switched later',
  'operators: never switched',
  'operators: upgraded by hand',
  'third party: taken',
  'third party: refused by policy',
  'rollout: more than the first step',
  'rollout: halted',
  'revoked: taken out',
  'not before: waited',
  'several modules at one hook',
  'module of more than 64 KiB',
  'rotation of keys',
  'fresh timestamps',
  'stale: the alarm of a freeze',
  'graylisted peers',
  'clients: fetched',
  'clients: circuits broken',
  'marks: read',
  'flood: answered',
  'flood: refused',
  'manual: upgraded',
  'two live arms',
  'scoring in full',
  'deceived by stolen keys',
  'convergence asked of a seed',
  'convergence by gossip',
  'convergence by directory',
  'convergence by circuit',
  'convergence after faults',
  'convergence under churn',
] as const;
type Feature = (typeof FEATURES)[number];

const NAMES: readonly string[] = [
  ...FAULT_KINDS.map((kind) => `fault: ${kind}`),
  'fault: crash at a step',
  ...ATTACKS.map((attack) => `attack: ${attack}`),
  ...GOSSIP_ATTACKS.map((attack) => `sybils: ${attack}`),
  ...CHANNEL_NAMES.map((channel) => `channel: ${channel}`),
  ...[...KNOWN_GOOD.keys()].map((module) => `module: ${module}`),
  ...KNOWN_BAD.map((module) => `bad module taken out: ${module}`),
  ...FEATURES,
];

/** Everything that must happen at least once in a campaign of the full size. */
export class Coverage {
  private readonly counts = new Map<string, number>(NAMES.map((name) => [name, 0]));

  /** Adds what one seed showed. */
  add(shown: Iterable<string>): void {
    for (const name of new Set(shown)) this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** Names with the number of seeds that showed it, in a fixed order. */
  get rows(): (readonly [name: string, seeds: number])[] {
    return [...this.counts];
  }

  /** What never happened. */
  get missing(): string[] {
    return this.rows.filter(([, seeds]) => seeds === 0).map(([name]) => name);
  }
}

/** What a run shows. */
export function shownBy(outcome: RunOutcome, convergedRelays: number): string[] {
  const { scenario, churn } = outcome;
  const shown: string[] = [];
  const when = (condition: boolean, name: Feature): void => {
    if (condition) shown.push(name);
  };
  for (const arm of outcome.arms) {
    if (arm.arm.kind === 'live') shown.push(...shownByArm(outcome, arm));
    else
      when(
        arm.updates.some(({ stages }) => reached(stages.activated) > 0),
        'manual: upgraded',
      );
    shown.push(...shownByTraffic(arm));
  }
  when(scenario.arms.filter(({ kind }) => kind === 'live').length > 1, 'two live arms');
  when(
    churn?.joinsUs.some((joins, relay) => joins > 0 && relay >= scenario.network.relays) === true,
    'churn: relays joined',
  );
  when(
    churn?.goneUs.some((gone) => gone < scenario.durationSeconds * 1e6) === true,
    'churn: relays left for good',
  );
  when(churn?.isRestart.some((one) => one === 1) === true, 'churn: relays restarted');
  when(scenario.trust.rotations.length > 0, 'rotation of keys');
  when(scenario.trust.timestampEverySeconds > 0, 'fresh timestamps');
  when(scenario.gossipsub.scoring === 'full', 'scoring in full');
  if (convergedRelays > 0) {
    const channels = scenario.arms.flatMap((arm) => (arm.kind === 'live' ? arm.channels : []));
    when(true, 'convergence asked of a seed');
    when(
      channels.every((channel) => channel === 'gossip' || channel === 'catch-up'),
      'convergence by gossip',
    );
    when(channels.includes('directory'), 'convergence by directory');
    when(channels.includes('circuit'), 'convergence by circuit');
    when(scenario.faults.length > 0, 'convergence after faults');
    when(churn !== null, 'convergence under churn');
  }
  return shown;
}

function* shownByArm({ scenario, population }: RunOutcome, outcome: ArmOutcome): Generator<string> {
  const arm = outcome.arm as LiveArm;
  const { trust, faults = [], sybils, updates, operators } = outcome;
  const feature = (name: Feature): string => name;
  for (const { plan, effects } of faults) {
    if (effects > 0) yield plan.step === null ? `fault: ${plan.kind}` : 'fault: crash at a step';
  }
  for (const [attack, attempts] of Object.entries(trust?.attempts ?? {})) {
    if (attempts > 0 && (ATTACKS as readonly string[]).includes(attack)) yield `attack: ${attack}`;
  }
  if (sybils !== undefined && sybils.links > 0) {
    const isActive = sybils.attempts > 0 || sybils.samples.some(({ sybilMeshLinks }) => sybilMeshLinks > 0);
    if (isActive) yield `sybils: ${sybils.plan.attack}`;
  }
  const isHeard = updates.some(({ stages }) => reached(stages.heard) > 1);
  if (isHeard) for (const channel of arm.channels) yield `channel: ${channel}`;
  if ((trust?.staleRelays ?? 0) > 0) yield feature('stale: the alarm of a freeze');
  if ((trust?.graylistings ?? 0) > 0) yield feature('graylisted peers');
  if ((trust?.wrongActivations ?? 0) > 0) yield feature('deceived by stolen keys');
  if (new Set(updates.map(({ hook }) => hook)).size < updates.length)
    yield feature('several modules at one hook');
  if (scenario.presence.away !== null) yield feature('relays went away and came back');
  for (const [index, update] of updates.entries()) {
    const plan = scenario.updates[index]!;
    const { activated, staged } = update.stages;
    const ran = reached(activated);
    if (ran === 0) continue;
    if (update.verdicts?.misbehaves === true) {
      if (update.verdicts.rolledBack > 0) yield `bad module taken out: ${plan.module}`;
    } else yield `module: ${plan.module}`;
    if (plan.publisher !== null) {
      yield feature('third party: taken');
      // Who refuses by policy says nothing: others run it, and it does not.
      const isRefused = (seconds: number, relay: number): boolean =>
        Number.isNaN(seconds) && drawnThirdParties(scenario, population.operator[relay]!) === 'none';
      if (operators === null && activated.some(isRefused)) yield feature('third party: refused by policy');
    }
    if (update.haltedSeconds !== null) yield feature('rollout: halted');
    const firstShare = (plan.rollout?.steps[0] ?? 1) * scenario.network.relays;
    if (plan.rollout !== null && ran > firstShare * 1.5) yield feature('rollout: more than the first step');
    if (plan.revokeAtSeconds !== null && reached(update.removed) > 0) yield feature('revoked: taken out');
    if (update.moduleBytes > 64 * 1024) yield feature('module of more than 64 KiB');
    const late = scenario.presence.late;
    if (late !== null && activated.some((seconds) => plan.atSeconds + seconds > late.fromSeconds)) {
      yield feature('late relays took an update');
    }
    const heldSeconds = (plan.notBeforeSeconds ?? 0) - plan.atSeconds;
    if (
      heldSeconds > 1 &&
      staged.some((seconds, relay) => seconds < heldSeconds && activated[relay]! >= heldSeconds)
    ) {
      yield feature('not before: waited');
    }
    if (operators === null) continue;
    for (let relay = 0; relay < activated.length; relay++) {
      const { policy } = operators.classes[operators.classOf[relay]!]!;
      if (operators.embeds?.[relay] === 0) {
        if (!Number.isNaN(activated[relay]!)) yield feature('operators: upgraded by hand');
      } else if (!Number.isNaN(staged[relay]!)) {
        if (policy === 'pinned' && Number.isNaN(activated[relay]!))
          yield feature('operators: never switched');
        if (policy !== 'auto' && activated[relay]! > staged[relay]! + 1)
          yield feature('operators: switched later');
      }
    }
  }
}

function* shownByTraffic({ traffic }: ArmOutcome): Generator<string> {
  if (traffic === null) return;
  const feature = (name: Feature): string => name;
  if (traffic.exchanges.lastByteSeconds.some((seconds) => !Number.isNaN(seconds)))
    yield feature('clients: fetched');
  if (traffic.circuits.brokenSeconds.length > 0) yield feature('clients: circuits broken');
  if (traffic.marks.read.some((one) => one === 1)) yield feature('marks: read');
  if (traffic.flood.answered > 0) yield feature('flood: answered');
  if (traffic.flood.refused > 0) yield feature('flood: refused');
}

function reached(times: Float64Array): number {
  return times.reduce((count, seconds) => (Number.isNaN(seconds) ? count : count + 1), 0);
}
