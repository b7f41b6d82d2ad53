/** What relays refused and what an adversary achieved: a section of the report page. */

import type { Summary } from '../measure/summary.ts';
import { type TrustSummary, totalOf } from '../measure/trust-summary.ts';
import { groupThousands } from './human-units.ts';
import { table } from './report-table.ts';
import { element, join, type Markup } from './svg-markup.ts';

interface TrustedArm {
  readonly name: string;
  readonly trust: TrustSummary;
}

/** Arms that verify updates. */
export function trustedArms(summary: Summary): TrustedArm[] {
  return Object.entries(summary.arms).flatMap(([name, { trust }]) =>
    trust === null ? [] : [{ name, trust }],
  );
}

/** A table of counts: a row for each name, a column for each arm, the most frequent name first. */
function counts(arms: readonly TrustedArm[], key: 'refusals' | 'attempts', heading: string): Markup {
  const names = [...new Set(arms.flatMap(({ trust }) => Object.keys(trust[key])))].sort();
  if (names.length === 0) return join();
  const most = (name: string) => Math.max(...arms.map(({ trust }) => trust[key][name] ?? 0));
  names.sort((a, b) => most(b) - most(a));
  return table(
    [heading, ...arms.map(({ name }) => name)],
    names.map((name) => [
      element('code', {}, name),
      ...arms.map(({ trust }) => groupThousands(trust[key][name] ?? 0)),
    ]),
  );
}

function achieved(arms: readonly TrustedArm[]): Markup {
  const rows = arms.map(({ name, trust }) => [
    element('b', {}, name),
    groupThousands(totalOf(trust.attempts)),
    groupThousands(totalOf(trust.refusals)),
    groupThousands(trust.wrongActivations),
    groupThousands(Math.round(trust.hostileRelayHours * 100) / 100),
    groupThousands(trust.staleRelays),
    groupThousands(trust.graylistings),
  ]);
  const headings = [
    'arm',
    'attempts',
    'refusals',
    'wrong activations',
    'hostile relay hours',
    'alarms of missing news',
    'peers shut out',
  ];
  return table(headings, rows);
}

/** The section; nothing where nobody attacked and nothing was refused. */
export function attacks(summary: Summary): Markup {
  const arms = trustedArms(summary);
  const isQuiet = arms.every(({ trust }) => {
    return totalOf(trust.refusals) + totalOf(trust.attempts) + trust.wrongActivations === 0;
  });
  if (isQuiet) return join();
  return join(
    element('h2', {}, 'What was tried and what was refused'),
    achieved(arms),
    counts(arms, 'attempts', 'attempts by attack'),
    counts(arms, 'refusals', 'refusals by reason'),
    element(
      'p',
      {},
      'Wrong activations: honest relays that ever ran a module which no honest publisher released. Hostile relay ' +
        'hours: how long such modules ran, over all relays. A relay also refuses genuine updates, such as one that ' +
        'it has already.',
    ),
  );
}
