/**
 * What must hold of every run, whatever was drawn, asked of what it hands back.
 *
 * The engine has invariants of its own, which end a run (engine/invariants). These are asked afterwards, from outside: of
 * stages, shares and sums, and of the summary as it would be written.
 */

import { keysAreStolen } from '../../engine/invariants/attackers-keys.ts';
import { adoptionCurve, WEIGHTINGS } from '../../measure/curve.ts';
import { type ArmOutcome, type RunOutcome, STAGES, type UpdateOutcome } from '../../measure/outcome.ts';
import { summarize } from '../../measure/summary.ts';

/** What was found wrong: the rule, and what broke it. */
export interface Finding {
  readonly rule: string;
  readonly what: string;
}

/** Everything that is wrong with a run but whether it has converged. */
export function checkRun(outcome: RunOutcome): Finding[] {
  const found: Finding[] = [];
  for (const arm of outcome.arms) {
    const tell = (rule: string, what: string): void => {
      found.push({ rule, what: `arm ${arm.arm.name}: ${what}` });
    };
    for (const violation of arm.violations) tell('no-violation', violation);
    for (const [index, update] of arm.updates.entries()) {
      const told = `update ${index} (${update.module})`;
      checkStages(arm, update, (what) => tell('stages-ordered', `${told}: ${what}`));
      checkShares(outcome, update, (what) => tell('shares-monotone', `${told}: ${what}`));
      checkVerdicts(update, (what) => tell('verdicts-add-up', `${told}: ${what}`));
    }
    const wrong = arm.trust?.wrongActivations ?? 0;
    if (wrong > 0 && !(arm.arm.kind === 'live' && keysAreStolen(outcome.scenario))) {
      tell('nobody-deceived', `${wrong} relays ran a module of the adversary's, who has too few keys`);
    }
  }
  for (const what of oddFigures(summarize(outcome, []), 'summary'))
    found.push({ rule: 'figures-sound', what });
  return found;
}

function checkStages(
  { arm, horizonSeconds }: ArmOutcome,
  update: UpdateOutcome,
  tell: (what: string) => void,
): void {
  const { stages, removed } = update;
  // By hand an update is only installed: there is nothing to hear or to verify.
  const passed = STAGES.filter((stage) => arm.kind === 'live' || stage === 'activated');
  for (let relay = 0; relay < removed.length; relay++) {
    const times = passed.map((stage) => stages[stage][relay]!);
    const isByHand = Number.isNaN(times[0]!) && arm.kind === 'live' && arm.operators !== null;
    if (isByHand) continue;
    for (const [place, seconds] of times.entries()) {
      if (Number.isNaN(seconds)) continue;
      const before = place === 0 ? 0 : times[place - 1]!;
      if (!(before <= seconds))
        tell(`relay ${relay} has ${passed[place]} it at ${seconds} s, before ${before} s`);
      if (seconds > horizonSeconds)
        tell(`relay ${relay} has ${passed[place]} it at ${seconds} s, after the end`);
    }
    const activated = stages.activated[relay]!;
    if (!Number.isNaN(removed[relay]!) && !(removed[relay]! >= activated)) {
      tell(`relay ${relay} takes it out at ${removed[relay]} s, and runs it since ${activated} s`);
    }
  }
}

function checkShares({ population }: RunOutcome, update: UpdateOutcome, tell: (what: string) => void): void {
  for (const stage of STAGES) {
    const curve = adoptionCurve(update.stages[stage], population.consensusWeight, update.cohort ?? null);
    for (const weighting of WEIGHTINGS) {
      let before = 0;
      for (const share of curve[weighting]) {
        if (!(share >= before && share <= 1)) tell(`${stage}: a share of ${share} after ${before}`);
        before = share;
      }
    }
  }
}

function checkVerdicts({ verdicts, removed }: UpdateOutcome, tell: (what: string) => void): void {
  if (verdicts === undefined) return;
  const { confirmed, kept, rolledBack } = verdicts;
  if (kept > confirmed) tell(`${kept} relays keep it, of ${confirmed} on which it was confirmed`);
  if (rolledBack > removed.length) tell(`${rolledBack} of ${removed.length} relays rolled it back`);
}

/** Shares beyond 0 and 1, counts and times below 0, numbers that are none. */
function* oddFigures(value: unknown, path: string): Generator<string> {
  if (typeof value === 'number') {
    const name = path.slice(path.lastIndexOf('.') + 1);
    const isShare = /(Fraction|Share)$/.test(name);
    if (!Number.isFinite(value)) yield `${path} is ${value}`;
    else if (isShare && (value < 0 || value > 1)) yield `${path} is ${value}`;
    else if (
      value < 0 &&
      /(Seconds|Hours|Days|Count|Bytes|relays|effects|duplicates|deliveries)$/.test(name)
    ) {
      yield `${path} is ${value}`;
    }
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* oddFigures(item, `${path}.${index}`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* oddFigures(item, `${path}.${key}`);
  }
}
