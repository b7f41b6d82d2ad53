/**
 * What relays made of each update by their own judgement: kept, or taken out, and whether that was right.
 *
 * One bar of all relays an update. Right is blue and wrong is orange, kept is filled and taken out an outline; the words
 * beside a bar say it too.
 */

import { updateNames } from '../measure/update-names.ts';
import type { ChartData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { BLUE, FAINT_INK, GRID, PAPER, TYPE_PX, VERMILLION } from './chart-style.ts';
import { countOf, groupThousands } from './human-units.ts';
import { element, join, type Markup } from './svg-markup.ts';
import { textAt } from './text-layout.ts';
import { isJudgementTested, type JudgedUpdate, judgedUpdates } from './verdicts-table.ts';

const WIDTH = 1240;
const TOP = 112;
const ROW_PX = 44;
const BAR = { left: 290, width: 520, height: 22 } as const;
const WORDS_LEFT = 826;
const LEAST_PX = 5;

/** Whether relays had anything to judge. */
export function hasVerdicts({ summary }: ChartData): boolean {
  return isJudgementTested(summary);
}

interface Segment {
  readonly relays: number;
  readonly colour: string;
  readonly isOpen: boolean;
}

/** Kept ones are filled, those taken out are outlines. */
function segmentsOf({ misbehaves, kept, rolledBack }: JudgedUpdate['verdicts']): Segment[] {
  return [
    { relays: kept, colour: misbehaves ? VERMILLION : BLUE, isOpen: false },
    { relays: rolledBack, colour: misbehaves ? BLUE : VERMILLION, isOpen: true },
  ];
}

function wordsOf({ verdicts }: JudgedUpdate): string {
  const { misbehaves, kept, rolledBack } = verdicts;
  const [ran, out] = [groupThousands(kept), groupThousands(rolledBack)];
  return misbehaves
    ? `${ran} kept it (false negatives), ${out} took it out`
    : `${out} took it out (false positives), ${ran} kept it`;
}

function rowMarkup(row: JudgedUpdate, name: string, y: number, relays: number): Markup {
  let left: number = BAR.left;
  const segments = segmentsOf(row.verdicts).map(({ relays: count, colour, isOpen }) => {
    // Even a single relay is seen.
    const width = Math.max(count > 0 ? LEAST_PX : 0, (count / relays) * BAR.width);
    const inset = isOpen ? 1.5 : 0;
    const rect = {
      x: left + inset,
      y: y + inset,
      width: Math.max(0, width - 2 * inset),
      height: BAR.height - 2 * inset,
      fill: isOpen ? PAPER : colour,
      stroke: isOpen ? colour : undefined,
      'stroke-width': isOpen ? 3 : undefined,
    };
    left += width;
    return count === 0 ? '' : element('rect', rect);
  });
  const middle = y + BAR.height / 2 + 4.5;
  return join(
    textAt(BAR.left - 12, y + 9, `${row.arm}: ${name}`, { sizePx: TYPE_PX.label, bold: true, anchor: 'end' }),
    textAt(BAR.left - 12, y + 24, row.verdicts.misbehaves ? 'a bad update' : 'a good update', {
      sizePx: TYPE_PX.caption,
      colour: FAINT_INK,
      anchor: 'end',
    }),
    element('rect', { x: BAR.left, y, width: BAR.width, height: BAR.height, fill: 'none', stroke: GRID }),
    ...segments,
    textAt(WORDS_LEFT, middle, wordsOf(row), { sizePx: TYPE_PX.label }),
  );
}

/** Draws what relays made of each update, as an SVG file. */
export function drawVerdicts(_board: unknown, data: ChartData): string {
  const rows = judgedUpdates(data.summary);
  const names = updateNames(data.outcome);
  const { relays } = data.summary;
  const caption =
    `${data.sourceOfAll} Relays that judged for themselves, each counted once: those upgraded by hand and those of an ` +
    'adversary are not among them. What a revocation, or a newer update, took out was not judged.';
  const bottom = TOP + Math.max(1, rows.length) * ROW_PX;
  const legend: readonly (readonly [x: number, colour: string, isOpen: boolean, words: string])[] = [
    [BAR.left, BLUE, false, 'kept a good one'],
    [BAR.left + 160, BLUE, true, 'took a bad one out'],
    [BAR.left + 330, VERMILLION, false, 'kept a bad one'],
    [BAR.left + 490, VERMILLION, true, 'took a good one out'],
  ];
  return chartSvg(
    {
      width: WIDTH,
      height: bottom + captionHeightPx(caption, WIDTH) + CHART_PADDING_PX / 2,
      title: `What ${countOf(relays, 'relay')} made of the updates by themselves`,
      subtitle:
        'blue: the right verdict; orange: the wrong one; filled: kept to the end, outlined: taken out',
      description:
        'For each update the relays that kept it and those that took it out, and whether that was right.',
      caption,
    },
    ...legend.map(([x, colour, isOpen, words]) =>
      join(
        element('rect', {
          x: x + (isOpen ? 1.5 : 0),
          y: TOP - 34 + (isOpen ? 1.5 : 0),
          width: isOpen ? 11 : 14,
          height: isOpen ? 11 : 14,
          fill: isOpen ? PAPER : colour,
          stroke: isOpen ? colour : undefined,
          'stroke-width': isOpen ? 3 : undefined,
        }),
        textAt(x + 20, TOP - 22, words, { sizePx: TYPE_PX.caption }),
      ),
    ),
    rows.length === 0
      ? textAt(BAR.left, TOP + 20, 'no data: no relay judged an update', {
          sizePx: TYPE_PX.label,
          colour: FAINT_INK,
        })
      : join(
          ...rows.map((row, index) =>
            rowMarkup(row, names[row.index] ?? row.module, TOP + index * ROW_PX, relays),
          ),
        ),
  );
}
