/** What attacks on gossip cost the honest relays: a section of the report page, and lines for the terminal. */

import type { Summary } from '../measure/summary.ts';
import type { SybilSummary } from '../measure/sybil-summary.ts';
import { groupThousands, humanBytes, humanDuration, humanPercent, humanRatio } from './human-units.ts';
import { table } from './report-table.ts';
import { element, join, type Markup, withoutControls } from './svg-markup.ts';

interface SybilArm {
  readonly name: string;
  readonly sybils: SybilSummary;
}

/** Arms that sybils attacked. */
export function sybilArms(summary: Summary): SybilArm[] {
  return Object.entries(summary.arms).flatMap(([name, { sybils }]) =>
    sybils === undefined ? [] : [{ name, sybils }],
  );
}

/** The 99 % of all relays in words, and how many times as long as in peace. */
export function t99InWords({ heardT99Seconds, againstPeace }: SybilSummary): string {
  if (heardT99Seconds === null) return 'never';
  const ratio = againstPeace?.t99Ratio ?? null;
  return `${humanDuration(heardT99Seconds)}${ratio === null ? '' : ` (${humanRatio(ratio)} x)`}`;
}

/** "eclipse: 1,000 sybils hold 55 % of the mesh; 100 % heard, 99 % after 0.4 s (1.2 x)". */
export function sybilLines(summary: Summary): string[] {
  return sybilArms(summary).map(({ name, sybils }) => {
    const { meshShareAtRelease, heardFraction, graylistedPairs } = sybils;
    return (
      `${withoutControls(name)}: ${groupThousands(sybils.sybils)} sybils hold ${humanPercent(meshShareAtRelease)} of ${sybils.targets > 0 ? "their targets'" : 'the'} ` +
      `mesh at the release; ${humanPercent(heardFraction)} heard, 99 % after ${t99InWords(sybils)}, ` +
      `${groupThousands(graylistedPairs)} pairs graylisted`
    );
  });
}

/** The section; nothing where no sybils were. */
export function gossipAttacks(summary: Summary): Markup {
  const arms = sybilArms(summary);
  if (arms.length === 0) return join();
  const rows = arms.map(({ name, sybils }) => [
    element('b', {}, name),
    element('code', {}, sybils.attack),
    `${groupThousands(sybils.sybils)} on ${sybils.target}`,
    humanPercent(sybils.heardFraction),
    sybils.targetsHeardFraction === null ? '–' : humanPercent(sybils.targetsHeardFraction),
    t99InWords(sybils),
    humanBytes(sybils.honestBytes),
    humanBytes(sybils.sybilBytes),
    humanPercent(sybils.meshShareAtRelease),
    groupThousands(sybils.eclipsedRelaysAtRelease),
    groupThousands(sybils.penalties),
    groupThousands(sybils.invalidMessages),
    groupThousands(sybils.graylistedPairs),
  ]);
  const headings = [
    'arm',
    'attack',
    'sybils',
    'heard',
    'targets that heard',
    '99 % heard (against peace)',
    'bytes of relays',
    'bytes of sybils',
    'mesh held at release',
    'eclipsed at release',
    'penalties',
    'invalid messages',
    'pairs graylisted',
  ];
  return join(
    element('h2', {}, 'Attacks on gossip'),
    table(headings, rows),
    element(
      'p',
      {},
      'Sybils are peers beside the relays and count as none. Heard: relays that the first update reached by a message. ' +
        'In brackets how many times as long as in the arm in peace on the same relays and seed. Mesh held: of the targets, or of ' +
        'all relays. Eclipsed: relays whose ' +
        'mesh holds sybils alone. Penalties, invalid messages and graylistings are those of honest relays against sybils.',
    ),
  );
}
