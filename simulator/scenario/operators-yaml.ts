/** Who runs the relays: from the keys of the YAML to the numbers of a scenario, and back. */

import { LAST_OBSERVED_DAY } from './lag-schema.ts';
import { type CurveReader, lagLaw, lagYaml } from './lag-yaml.ts';
import { DEBIAN_SID_DELAY, OPERATOR_PRESETS } from './operator-presets.ts';
import type { ClassLag, OperatorClass, OperatorsPlan, PlatformPlan } from './operators-plan.ts';
import {
  ALWAYS,
  AT_ONCE,
  type ClassInput,
  DEBIAN_SID,
  NO_LAG,
  type OperatorsInput,
  operatorsSchema,
  type PlanInput,
  type PlatformInput,
} from './operators-schema.ts';
import { NONE } from './presence-schema.ts';
import { formatDuration } from './units.ts';
import { formatWeekMoment } from './week-moment.ts';

function classLag(input: ClassInput['lag'], readCurve: CurveReader): ClassLag {
  if (input === NO_LAG) return { law: 'never' };
  return input === AT_ONCE ? { law: 'at-once' } : lagLaw(input, readCurve);
}

function toClass(input: ClassInput, readCurve: CurveReader): OperatorClass {
  const { name, share, lag, between = [0, 1], hours, timer, policy, delay, thirdParties } = input;
  return {
    name,
    share,
    lag: classLag(lag, readCurve),
    between: { from: between[0], to: between[1] },
    hours: hours === ALWAYS ? null : { fromHour: hours.from, toHour: hours.to, weekend: hours.weekend },
    timerSeconds: timer ?? 0,
    policy,
    delay: delay === undefined ? null : lagLaw(delay, readCurve),
    thirdParties: thirdParties ?? null,
  };
}

function toPlatform({ name, share, delay }: PlatformInput, readCurve: CurveReader): PlatformPlan {
  if (delay === NONE) return { name, share, delay: null };
  return { name, share, delay: delay === DEBIAN_SID ? DEBIAN_SID_DELAY : lagLaw(delay, readCurve) };
}

/** The last day on which anything is known of all laws; null where they are formulas. */
function knownDaysOf(classes: readonly OperatorClass[]): number | null {
  const days = classes.flatMap(({ lag }) => {
    if (lag.law === 'historical') return [LAST_OBSERVED_DAY[lag.name]];
    return lag.law === 'empirical' ? [lag.days[lag.days.length - 1]] : [];
  });
  return days.length === 0 ? null : Math.min(...days);
}

function plan(input: PlanInput, readCurve: CurveReader): OperatorsPlan {
  const era = typeof input.classes === 'string' ? OPERATOR_PRESETS[input.classes] : null;
  const classes =
    typeof input.classes === 'string'
      ? OPERATOR_PRESETS[input.classes].classes
      : input.classes.map((one) => toClass(one, readCurve));
  return {
    classes,
    platforms: input.platforms === NONE ? [] : input.platforms.map((one) => toPlatform(one, readCurve)),
    lockstep: input.lockstep,
    embedsShare: input.embeds,
    beginsSeconds: input.begins,
    knownDays: input.knownUntil === undefined ? (era?.knownDays ?? knownDaysOf(classes)) : input.knownUntil,
  };
}

/** The plan that a file's values stand for; null for `none`. */
export function toOperators(input: OperatorsInput, readCurve: CurveReader): OperatorsPlan | null {
  if (input === NONE) return null;
  if (typeof input !== 'string') return plan(input, readCurve);
  return plan(operatorsSchema.parse({ classes: input }) as PlanInput, readCurve);
}

function classLagYaml(lag: ClassLag): unknown {
  if (lag.law === 'never') return NO_LAG;
  return lag.law === 'at-once' ? AT_ONCE : lagYaml(lag);
}

function classYaml(one: OperatorClass): object {
  const { lag, between, hours, timerSeconds, delay, thirdParties } = one;
  const hasLaw = lag.law !== 'never' && lag.law !== 'at-once';
  return {
    name: one.name,
    share: one.share,
    lag: classLagYaml(lag),
    ...(hasLaw && { between: [between.from, between.to] }),
    hours: hours === null ? ALWAYS : { from: hours.fromHour, to: hours.toHour, weekend: hours.weekend },
    timer: timerSeconds === 0 ? NONE : formatDuration(timerSeconds, 's'),
    policy: one.policy,
    ...(delay !== null && { delay: lagYaml(delay) }),
    ...(thirdParties !== null && { thirdParties }),
  };
}

/** The plan in the language of the file. */
export function operatorsYaml(operators: OperatorsPlan | null): unknown {
  if (operators === null) return NONE;
  const { classes, platforms, lockstep, embedsShare, beginsSeconds, knownDays } = operators;
  return {
    classes: classes.map(classYaml),
    platforms:
      platforms.length === 0
        ? NONE
        : platforms.map(({ name, share, delay }) => ({
            name,
            share,
            delay: delay === null ? NONE : lagYaml(delay),
          })),
    lockstep,
    embeds: embedsShare,
    begins: formatWeekMoment(beginsSeconds),
    knownUntil: knownDays === null ? ALWAYS : formatDuration(knownDays, 'd'),
  };
}
