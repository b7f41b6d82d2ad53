/** Checks of operators against the rest of a scenario: arms that need them, and what cannot be simulated with them. */

import type { ArmInput } from './arm-schema.ts';
import type { Finding } from './cross-checks.ts';
import { LAST_OBSERVED_DAY } from './lag-schema.ts';
import { OPERATOR_PRESETS } from './operator-presets.ts';
import { BY_CLASS, type OperatorsInput } from './operators-schema.ts';
import { NONE } from './presence-schema.ts';
import type { ScenarioInput } from './schema.ts';
import { formatDuration } from './units.ts';
import type { Path } from './yaml-tree.ts';

type SoundParts = Partial<ScenarioInput>;
type LiveInput = Exclude<ArmInput, { channel: 'manual' }>;
type ManualInput = Extract<ArmInput, { channel: 'manual' }>;

function embedsOf(arm: LiveInput, operators: OperatorsInput): number {
  return arm.embeds ?? (typeof operators === 'string' ? 1 : operators.embeds);
}

/** The last day known of the classes, as far as names and `knownUntil` say. */
function knownDays(operators: OperatorsInput): number | null {
  if (operators === NONE) return null;
  if (typeof operators === 'string') return OPERATOR_PRESETS[operators].knownDays;
  if (operators.knownUntil !== undefined) return operators.knownUntil;
  if (typeof operators.classes === 'string') return OPERATOR_PRESETS[operators.classes].knownDays;
  const days = operators.classes.flatMap(({ lag }) =>
    lag === 'tor-2016-17' || lag === 'tor-2025-26' ? [LAST_OBSERVED_DAY[lag]] : [],
  );
  return days.length === 0 ? null : Math.min(...days);
}

function* checkLive(
  path: Path,
  arm: LiveInput,
  operators: OperatorsInput,
  { network, traffic, faults = [] }: SoundParts,
): Generator<Finding> {
  if (operators === NONE) {
    for (const key of ['embeds', 'until'] as const) {
      if (arm[key] === undefined) continue;
      const hint = 'add operators to the scenario or the arm, such as tor-2025-26, or remove this key';
      yield { path: [...path, key], message: 'means nothing without operators', hint };
    }
    return;
  }
  const known = knownDays(operators);
  if (known !== null && arm.until !== undefined && arm.until > known) {
    const message = `${formatDuration(arm.until, 'd')} is later than anything known of the operators' lags`;
    yield { path: [...path, 'until'], message, hint: `at most ${formatDuration(known, 'd')}` };
  }
  const embeds = embedsOf(arm, operators);
  if (embeds === 1) return;
  const place: Path = arm.embeds === undefined ? [...path, 'operators'] : [...path, 'embeds'];
  if ([arm.channel].flat().includes('circuit')) {
    const message = 'relays without the runtime cannot be simulated together with the channel circuit';
    yield { path: place, message, hint: 'make it 100%, or leave circuit out of the channel' };
  }
  if (traffic !== undefined && traffic.clients !== NONE) {
    const message = 'relays without the runtime cannot be simulated together with traffic.clients';
    yield { path: place, message, hint: 'make it 100%, or leave the clients out' };
  }
  if (faults.length > 0) {
    const message = 'relays without the runtime cannot be simulated together with faults';
    yield { path: place, message, hint: 'make it 100%, or leave the faults out' };
  }
  if (network !== undefined && Math.round(embeds * network.relays) < 2) {
    const message = `of ${network.relays} relays fewer than two would embed the runtime: nobody could gossip`;
    yield { path: place, message, hint: `at least ${Math.ceil(200 / network.relays)}%` };
  }
}

function* checkManual(path: Path, arm: ManualInput, operators: OperatorsInput): Generator<Finding> {
  const isByClass = arm.lag === undefined || arm.lag === BY_CLASS;
  if (isByClass && operators === NONE) {
    if (arm.lag === undefined) {
      yield { path: [...path, 'lag'], message: 'is missing', hint: 'add "lag: tor-2016-17"' };
    } else {
      const hint = 'add operators to the scenario or the arm, or name a law such as tor-2016-17';
      yield { path: [...path, 'lag'], message: 'there are no operators to go by', hint };
    }
  }
  if (!isByClass && arm.operators !== undefined) {
    const message = 'means nothing beside a law for all operators alike';
    yield { path: [...path, 'operators'], message, hint: 'make the lag operators, or remove one of them' };
  }
  const known = knownDays(operators);
  if (isByClass && known !== null && arm.until !== undefined && arm.until > known) {
    const message = `${formatDuration(arm.until, 'd')} is later than anything known of the operators' lags`;
    yield { path: [...path, 'until'], message, hint: `at most ${formatDuration(known, 'd')}` };
  }
}

/** Every mistake between the operators and the arms. */
export function* checkOperators(parts: SoundParts): Generator<Finding> {
  const { arms, operators } = parts;
  if (arms === undefined || operators === undefined) return;
  for (const [name, arm] of Object.entries(arms)) {
    const path: Path = ['arms', name];
    const own = arm.operators ?? operators;
    if (arm.channel === 'manual') yield* checkManual(path, arm, own);
    else yield* checkLive(path, arm, own, parts);
  }
}
