/** Faults in what operators do, by hand and by policy. */

import type { Fault } from './fault.ts';

export const ARMS_FAULTS: readonly Fault[] = [
  {
    wrong: 'a lag is drawn for each relay, not for each operator',
    file: 'simulator/arms/manual.ts',
    find: 'new Float64Array(operator).map((one) => ofOperators[one]!)',
    replace: 'new Float64Array(operator).map((_one, relay) => ofOperators[relay % operators]!)',
    tests: ['simulator/arms/manual.test.ts'],
    titles: ['all relays of an operator move together'],
  },
  {
    wrong: 'a relay runs the update before it has drained',
    file: 'simulator/arms/manual.ts',
    find: 'lagSeconds + arm.drainSeconds + arm.restartSeconds',
    replace: 'lagSeconds + arm.restartSeconds',
    tests: ['simulator/arms/manual.test.ts'],
    titles: ['a relay drains'],
  },
  {
    wrong: 'a curve goes on past the last day that was observed',
    file: 'simulator/arms/manual.ts',
    find: 'Math.min(arm.untilDays, knownDays ?? Number.POSITIVE_INFINITY)',
    replace: 'Math.max(arm.untilDays, knownDays ?? 0)',
    tests: ['simulator/arms/manual.test.ts'],
    titles: ['the curve ends with the law'],
  },
  {
    wrong: 'an operator draws one lag for all updates',
    file: 'simulator/arms/manual.ts',
    find: 'updates.map((_update, index) => {\n      const ofOperators',
    replace: 'updates.map((_update, place) => {\n      const index = 0 * place;\n      const ofOperators',
    tests: ['simulator/arms/manual.test.ts'],
    titles: ['a lag of its own'],
  },
  {
    wrong: 'local time is behind UTC where it should be ahead',
    file: 'simulator/arms/working-hours.ts',
    find: 'seconds + beginsSeconds + offsetSeconds',
    replace: 'seconds + beginsSeconds - offsetSeconds',
    tests: ['simulator/arms/working-hours.test.ts'],
  },
  {
    wrong: 'an operator acts in the hour after closing',
    file: 'simulator/arms/working-hours.ts',
    find: 'ofDay >= fromSeconds && ofDay < toSeconds',
    replace: 'ofDay >= fromSeconds && ofDay < toSeconds + 3600',
    tests: ['simulator/arms/working-hours.test.ts'],
  },
  {
    wrong: 'relays that are pinned switch at once',
    file: 'simulator/arms/operator-acts.ts',
    find: "case 'pinned':\n          return Number.POSITIVE_INFINITY;",
    replace: "case 'pinned':\n          return 0;",
    tests: ['simulator/arms/operator-acts.test.ts'],
    titles: ['policies say'],
  },
  {
    wrong: 'who was taken out for good counts as upgraded',
    file: 'simulator/arms/rejection.ts',
    find: '    if (!readmits) activated[relay] = Number.NaN;\n',
    replace: '',
    tests: ['simulator/arms/rejection.test.ts'],
  },
  {
    wrong: 'the shape of a Weibull law is taken for its inverse',
    file: 'simulator/baseline/lag-law.ts',
    find: 'pow(-ln(1 - u), 1 / part.shape)',
    replace: 'pow(-ln(1 - u), part.shape)',
    tests: ['simulator/baseline/lag-law.test.ts'],
  },
];
