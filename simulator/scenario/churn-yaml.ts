/** How relays come and go: from the keys of the YAML to the numbers of a scenario, and back. */

import type { ChurnPlan, SpellLaw } from './churn-plan.ts';
import type { ChurnInput, SpellInput } from './churn-schema.ts';
import { NONE } from './presence-schema.ts';
import { formatDuration } from './units.ts';

export function toSpell({ constant, uniform, exponential, lognormal }: SpellInput): SpellLaw {
  if (constant !== undefined) return { law: 'constant', seconds: constant };
  if (uniform !== undefined) return { law: 'uniform', minSeconds: uniform[0], maxSeconds: uniform[1] };
  if (exponential !== undefined) return { law: 'exponential', meanSeconds: exponential.mean };
  return { law: 'lognormal', medianSeconds: lognormal!.median, sigma: lognormal!.sigma };
}

/** What a file's values say of churn; null for none. */
export function toChurn(input: ChurnInput): ChurnPlan | null {
  if (input === NONE) return null;
  if (typeof input === 'string') return { kind: 'measured', name: input };
  const { classes, arrivals, departures, restarts } = input;
  return {
    kind: 'laws',
    classes: classes.map(({ share, session, absence }) => ({
      share,
      session: toSpell(session),
      absence: toSpell(absence),
    })),
    arrivalsPerDay: arrivals,
    departuresPerDay: departures,
    restarts: restarts === NONE ? null : { everySeconds: restarts.every, forSeconds: restarts.for },
  };
}

function spellYaml(law: SpellLaw): object {
  const time = (seconds: number) => formatDuration(seconds, 's');
  switch (law.law) {
    case 'constant':
      return { constant: time(law.seconds) };
    case 'uniform':
      return { uniform: [time(law.minSeconds), time(law.maxSeconds)] };
    case 'exponential':
      return { exponential: { mean: time(law.meanSeconds) } };
    case 'lognormal':
      return { lognormal: { median: time(law.medianSeconds), sigma: law.sigma } };
  }
}

/** The same in the language of the file. */
export function churnYaml(plan: ChurnPlan | null): unknown {
  if (plan === null) return NONE;
  if (plan.kind === 'measured') return plan.name;
  const { classes, arrivalsPerDay, departuresPerDay, restarts } = plan;
  return {
    classes: classes.map(({ share, session, absence }) => ({
      share,
      session: spellYaml(session),
      absence: spellYaml(absence),
    })),
    arrivals: arrivalsPerDay,
    departures: departuresPerDay,
    restarts:
      restarts === null
        ? NONE
        : {
            every: formatDuration(restarts.everySeconds, 's'),
            for: formatDuration(restarts.forSeconds, 's'),
          },
  };
}
