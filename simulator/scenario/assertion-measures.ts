/**
 * What an assertion of a scenario may speak of: measures by name, each with its kind and its place in summary.json.
 *
 * An assertion is refused before the run unless its measures are here, so a measure that summary.json gains can
 * be asserted once it has its line here.
 */

/** What a measure counts; decides how a limit is written and compared. */
export type MeasureKind = 'duration' | 'share' | 'count' | 'size' | 'relay hours' | 'ratio';

export interface MeasureFacts {
  readonly kind: MeasureKind;
  /** Keys that lead to it in summary.json, from the update, the arm or the whole. */
  readonly keys: readonly string[];
  /** Whether arms that operators upgrade by hand have it. */
  readonly manual: boolean;
  /** What null says: not until the end of what the arm shows, or not at all. */
  readonly nullMeans: 'later' | 'none';
}

const both = { manual: true, nullMeans: 'none' } as const;
const liveOnly = { manual: false, nullMeans: 'none' } as const;

function times(prefix: string, keys: readonly string[], percents: readonly number[], manual: boolean) {
  return percents.map((percent): [string, MeasureFacts] => [
    `${prefix}t${percent}`,
    { kind: 'duration', keys: [...keys, `t${percent}Seconds`], manual, nullMeans: 'later' },
  ]);
}

/** Percents of relays whose times every summary states. */
export const USUAL_PERCENTS: readonly number[] = [25, 50, 75, 90, 99];
const STAGE_PERCENTS = [50, 90, 99];
const BY_WEIGHT = 'byConsensusWeight';

/** Measures of an update in an arm; `percents` are those that the scenario asks for beside the usual ones. */
export function updateMeasures(percents: readonly number[]): ReadonlyMap<string, MeasureFacts> {
  const further = percents.filter((percent) => !USUAL_PERCENTS.includes(percent));
  return new Map<string, MeasureFacts>([
    ...times('', [], USUAL_PERCENTS, true),
    ...times('', ['milestones'], further, true),
    ['reached', { ...both, kind: 'share', keys: ['reachedFraction'] }],
    ...times(`${BY_WEIGHT}.`, [BY_WEIGHT], USUAL_PERCENTS, true),
    ...times(`${BY_WEIGHT}.`, [BY_WEIGHT, 'milestones'], further, true),
    [`${BY_WEIGHT}.reached`, { ...both, kind: 'share', keys: [BY_WEIGHT, 'reachedFraction'] }],
    ...['heard', 'verified', 'staged'].flatMap((stage) => {
      return times(`${stage}.`, ['stages', stage], STAGE_PERCENTS, false);
    }),
    ['vulnerableRelayHours', { ...both, kind: 'relay hours', keys: ['vulnerableRelayHours'] }],
    ['everRan', { ...both, kind: 'share', keys: ['everRanFraction'] }],
    ['running', { ...both, kind: 'share', keys: ['runningFraction'] }],
    ['halted', { ...liveOnly, kind: 'duration', keys: ['haltedSeconds'] }],
    ['revoked', { ...liveOnly, kind: 'duration', keys: ['revokedSeconds'] }],
    ['t50Removed', { ...liveOnly, kind: 'duration', keys: ['t50RemovedSeconds'] }],
    ['t99Removed', { ...liveOnly, kind: 'duration', keys: ['t99RemovedSeconds'] }],
  ]);
}

/** Measures of an arm as a whole. */
export const ARM_MEASURES: ReadonlyMap<string, MeasureFacts> = new Map<string, MeasureFacts>([
  ['circuitsBroken', { ...both, kind: 'count', keys: ['circuitsBroken'] }],
  ['rolledBack', { ...liveOnly, kind: 'count', keys: ['rolledBack'] }],
  ['cost.deliveries', { ...liveOnly, kind: 'count', keys: ['cost', 'deliveries'] }],
  ['cost.duplicates', { ...liveOnly, kind: 'count', keys: ['cost', 'duplicates'] }],
  ['cost.bytes', { ...liveOnly, kind: 'size', keys: ['cost', 'bytes'] }],
  ['trust.wrongActivations', { ...liveOnly, kind: 'count', keys: ['trust', 'wrongActivations'] }],
  ['trust.hostileRelayHours', { ...liveOnly, kind: 'relay hours', keys: ['trust', 'hostileRelayHours'] }],
  ['trust.staleRelays', { ...liveOnly, kind: 'count', keys: ['trust', 'staleRelays'] }],
  ['trust.graylistings', { ...liveOnly, kind: 'count', keys: ['trust', 'graylistings'] }],
]);

/** Measures of the run as a whole. */
export const RUN_MEASURES: ReadonlyMap<string, MeasureFacts> = new Map<string, MeasureFacts>([
  ['violations', { ...both, kind: 'count', keys: ['violations'] }],
  ['ratio.t25', { ...both, kind: 'ratio', keys: ['ratio', 't25'] }],
  ['ratio.t50', { ...both, kind: 'ratio', keys: ['ratio', 't50'] }],
]);
