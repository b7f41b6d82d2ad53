/** What `crosscheck` prints: each figure on both engines, how far apart they are, and the bound. */

import Table from 'cli-table3';
import type { Crosscheck, CrosscheckFigure, CrosscheckName } from '../measure/crosscheck.ts';
import { countOf, groupThousands, humanBytes, humanDuration } from './human-units.ts';
import { withoutControls } from './svg-markup.ts';
import { PLAIN_BORDER } from './terminal.ts';

const FIGURES: Readonly<
  Record<CrosscheckName, { readonly name: string; readonly words: (value: number) => string }>
> = {
  t50Seconds: { name: 'time to 50 %', words: humanDuration },
  t90Seconds: { name: 'time to 90 %', words: humanDuration },
  t99Seconds: { name: 'time to 99 %', words: humanDuration },
  duplicates: { name: 'duplicates', words: groupThousands },
  deliveries: { name: 'deliveries', words: groupThousands },
  bytes: { name: 'bytes sent', words: humanBytes },
};

function percent(fraction: number): string {
  return `${Number((fraction * 100).toPrecision(2))} %`;
}

function judged({ difference, bound, noise, isWithin }: CrosscheckFigure): [string, string, string] {
  const told =
    difference === null ? '∞' : difference === 0 ? '0' : `${difference > 0 ? '+' : ''}${percent(difference)}`;
  if (bound === null) return [told, '–', 'told only'];
  const isNoisy = noise === null || (noise !== undefined && bound > 0 && noise > bound);
  const verdict = isWithin ? 'within' : isNoisy ? 'TOO NOISY' : 'BEYOND';
  return [told, bound === 0 ? 'the same' : percent(bound), verdict];
}

/** How far runs of an engine in real time are from their median. */
function spread({ noise }: CrosscheckFigure): string {
  return noise === undefined || noise === null ? '∞' : `±${percent(noise)}`;
}

/** Renders the crosscheck; ends without a newline. */
export function renderCrosscheck(crosscheck: Crosscheck): string {
  const { scenario, engines, relays, seeds, repeats, arms, isWithin } = crosscheck;
  const hasNoise = repeats !== undefined;
  const grid = new Table({
    head: [
      'arm',
      'seed',
      'figure',
      engines[0],
      engines[1],
      ...(hasNoise ? ['noise'] : []),
      'difference',
      'bound',
      '',
    ],
    colAligns: [
      'left',
      'right',
      'left',
      'right',
      'right',
      ...(hasNoise ? (['right'] as const) : []),
      'right',
      'right',
      'left',
    ],
    chars: PLAIN_BORDER,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const { arm, seed, figures, curveDistance, heardDistance } of arms) {
    const of = [withoutControls(arm), String(seed)];
    for (const one of figures) {
      const { name, words } = FIGURES[one.figure];
      const [first, second] = one.values.map((value) => (value === null ? 'never' : words(value)));
      grid.push([...of, name, first!, second!, ...(hasNoise ? [spread(one)] : []), ...judged(one)]);
    }
    const apart = { run: curveDistance, heard: heardDistance };
    for (const [stage, distance] of Object.entries(apart)) {
      const none = hasNoise ? ['', '', ''] : ['', ''];
      grid.push([...of, `curves apart, ${stage}`, ...none, percent(distance), '–', 'told only']);
    }
  }
  const runs = seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds[0]} to ${seeds.at(-1)}`;
  const beyond = hasNoise ? ' and the noise' : '';
  const verdict = isWithin
    ? `${engines[1]} agrees with ${engines[0]} within the bounds${beyond}.`
    : `${engines[1]} does NOT agree with ${engines[0]}: figures marked BEYOND are further apart than they may be${
        hasNoise ? ', and of those marked TOO NOISY nothing can be said' : ''
      }.`;
  const ofRepeats = hasNoise ? [`${engines[1]}: the median of ${countOf(repeats, 'run')} of each seed`] : [];
  return [
    `${withoutControls(scenario)}: ${countOf(relays, 'relay')}, engines ${engines.join(' and ')}, ${runs}`,
    ...ofRepeats,
    '',
    grid.toString(),
    '',
    verdict,
  ].join('\n');
}
