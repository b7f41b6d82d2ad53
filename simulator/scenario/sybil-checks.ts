/** Checks of sybils against the rest of the file, for each arm as it comes out with its own keys over the scenario's. */

import { sybilsOf } from './adversary-yaml.ts';
import type { Finding } from './finding.ts';
import { NONE } from './presence-schema.ts';
import type { ScenarioInput } from './schema.ts';
import type { SybilPlan } from './sybil-plan.ts';
import { overlaid, toSybils } from './sybil-yaml.ts';
import { formatDuration } from './units.ts';
import type { Path } from './yaml-tree.ts';

type SoundParts = Partial<ScenarioInput>;

interface Attacked {
  readonly path: Path;
  readonly plan: SybilPlan;
}

/** Plans where they stand in the file, the scenario's first. */
function* attackedParts({ adversary, arms, duration }: SoundParts): Generator<Attacked | Finding> {
  if (duration === undefined) return;
  const base = adversary === undefined ? undefined : sybilsOf(adversary);
  const plan = toSybils(base, duration);
  if (plan !== undefined) yield { path: ['adversary', 'sybils'], plan };
  let named = plan !== undefined;
  for (const [name, arm] of Object.entries(arms ?? {})) {
    if (arm.channel === 'manual' || arm.adversary === undefined || arm.adversary === NONE) continue;
    const path: Path = ['arms', name, 'adversary'];
    const own = toSybils(overlaid(base, arm.adversary), duration);
    named = true;
    if (own !== undefined) yield { path, plan: own };
    else yield { path, message: 'names no attack', hint: 'add one, such as "attack: eclipse"' };
  }
  if (named || base === undefined || arms === undefined) return;
  const hint = 'add one, such as "attack: eclipse", here or as the adversary of an arm';
  yield { path: ['adversary', 'sybils'], message: 'names no attack, and no arm does', hint };
}

function* checkTimes({ path, plan }: Attacked, duration: number): Generator<Finding> {
  const time = (seconds: number) => formatDuration(seconds, 's');
  const { connectSeconds, fromSeconds, toSeconds } = plan;
  const hint = 'make it earlier, or lengthen the duration';
  if (fromSeconds >= duration) {
    const message = `the attack begins when the run is over: at ${time(fromSeconds)} of ${time(duration)}`;
    yield { path, message, hint };
  } else if (toSeconds > duration) {
    yield {
      path,
      message: `the attack ends after the run, at ${time(toSeconds)} of ${time(duration)}`,
      hint,
    };
  } else if (toSeconds <= fromSeconds) {
    const message = `the attack ends at ${time(toSeconds)}, before it begins at ${time(fromSeconds)}`;
    yield { path, message, hint: 'let from come before to' };
  } else if (connectSeconds > fromSeconds) {
    const message = `the sybils connect at ${time(connectSeconds)}, after the attack begins at ${time(fromSeconds)}`;
    yield { path, message, hint: 'let connect come before from' };
  }
}

/** What sybils are not simulated beside: parts that make relays lose links and make new ones as they like. */
function* checkCompany(
  { path }: Attacked,
  { churn, faults, operators, arms }: SoundParts,
): Generator<Finding> {
  const hint = 'remove one of the two';
  const isThere = (part: unknown) => part !== undefined && part !== NONE;
  const isOperated = Object.values(arms ?? {}).some(
    ({ channel, operators: own }) => channel !== 'manual' && isThere(own ?? operators),
  );
  if (isThere(churn)) yield { path, message: 'sybils are not simulated beside churn', hint };
  if ((faults ?? []).length > 0) yield { path, message: 'sybils are not simulated beside faults', hint };
  if (isOperated) yield { path, message: 'sybils are not simulated beside operators of live arms', hint };
}

/** Every mistake of sybils that needs more than their own keys. */
export function* checkSybils(parts: SoundParts): Generator<Finding> {
  const { arms, network, duration } = parts;
  for (const found of attackedParts(parts)) {
    if (!('plan' in found)) {
      yield found;
      continue;
    }
    const { path, plan } = found;
    yield* checkCompany(found, parts);
    yield* checkTimes(found, duration!);
    if (network !== undefined && plan.target === 'network' && plan.degree > network.relays) {
      const message = `a sybil cannot have ${plan.degree} links to ${network.relays} relays`;
      yield { path, message, hint: `a degree of at most ${network.relays}` };
    }
    if (network !== undefined && plan.target === 'relay' && network.relays <= (parts.updates ?? []).length) {
      yield { path, message: 'every relay may be a publisher', hint: 'more relays, or another target' };
    }
    const ofArm = path[0] === 'arms' ? arms?.[path[1] as string] : undefined;
    const attacked = ofArm !== undefined ? [ofArm] : Object.values(arms ?? {});
    if (arms === undefined || attacked.some(({ channel }) => [channel].flat().includes('gossip' as never)))
      continue;
    const message = `${plan.attack} is an attack on gossip, and ${ofArm === undefined ? 'no arm has' : 'this arm has not'} the channel gossip`;
    yield { path, message, hint: 'add the channel gossip, or remove the attack' };
  }
}
