/** Faults: from the keys of the YAML to the numbers of a scenario, and back. */

import { EVERYBODY, type FaultKind, type FaultPlan, type FaultTargets } from './fault-plan.ts';
import { type FaultInput, FOREVER, takes } from './fault-schema.ts';
import { formatDuration } from './units.ts';

const RATIO = 0.1;
/** How far off, or how late, unless the file says otherwise, in seconds. */
const BY_SECONDS: Partial<Record<FaultKind, number>> = { reordering: 0.5, 'clock-skew': 8 * 86_400 };

function toTargets(kind: FaultKind, targets: FaultInput['targets']): FaultTargets {
  if (kind === 'publisher-lost') return { ...EVERYBODY, role: 'publishers' };
  if (kind === 'authority-lost') return { ...EVERYBODY, role: 'authorities' };
  if (targets === undefined) return EVERYBODY;
  if (typeof targets === 'string') return { ...EVERYBODY, role: targets };
  const { share, country, network, operator, ids } = targets;
  return {
    role: 'all',
    share: share ?? 1,
    countries: country ?? [],
    networks: network ?? [],
    operators: operator ?? [],
    ids: ids ?? [],
  };
}

/** The fault that a file's values stand for. */
export function toFault(input: FaultInput): FaultPlan {
  const { kind } = input;
  const bySeconds = takes(kind, 'by') ? (input.by ?? BY_SECONDS[kind] ?? 0) : 0;
  return {
    kind,
    fromSeconds: input.from,
    forSeconds: input.for ?? Number.POSITIVE_INFINITY,
    targets: toTargets(kind, input.targets),
    step: input.at ?? null,
    times: input.times ?? 1,
    direction: input.direction ?? 'both',
    bridges: input.bridges ?? 0,
    ratio: takes(kind, 'ratio') ? (input.ratio ?? RATIO) : 0,
    retransmitted: input.retransmitted ?? false,
    bySeconds: input.clock === 'behind' ? -bySeconds : bySeconds,
    factor: input.factor ?? 1,
  };
}

function targetsYaml({ role, share, countries, networks, operators, ids }: FaultTargets): unknown {
  const selector = {
    ...(share !== 1 && { share }),
    ...(countries.length > 0 && { country: countries }),
    ...(networks.length > 0 && { network: networks }),
    ...(operators.length > 0 && { operator: operators }),
    ...(ids.length > 0 && { ids }),
  };
  return role === 'all' && Object.keys(selector).length > 0 ? selector : role;
}

/** The fault in the language of the file. */
export function faultYaml(plan: FaultPlan): object {
  const { kind, forSeconds, bySeconds } = plan;
  return {
    kind,
    from: formatDuration(plan.fromSeconds, 's'),
    for: Number.isFinite(forSeconds) ? formatDuration(forSeconds, 's') : FOREVER,
    targets: targetsYaml(plan.targets),
    ...(plan.step !== null && { at: plan.step, times: plan.times }),
    ...(takes(kind, 'direction') && { direction: plan.direction }),
    ...(takes(kind, 'bridges') && { bridges: plan.bridges }),
    ...(takes(kind, 'ratio') && { ratio: plan.ratio }),
    ...(takes(kind, 'retransmitted') && { retransmitted: plan.retransmitted }),
    ...(takes(kind, 'by') && { by: formatDuration(Math.abs(bySeconds), 's') }),
    ...(takes(kind, 'clock') && { clock: bySeconds < 0 ? 'behind' : 'ahead' }),
    ...(takes(kind, 'factor') && { factor: plan.factor }),
  };
}
