/**
 * What an adversary tried and what relays refused, as bars, one block a name with a bar for each live arm.
 *
 * Counts differ by orders of magnitude, so bars are logarithmic and every one of them ends in its number.
 */

import { type TrustSummary, totalOf } from '../measure/trust-summary.ts';
import type { ChartData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { armLooks, FAINT_INK, GRID, INK, type LineLook, TYPE_PX } from './chart-style.ts';
import { groupThousands, humanPercent } from './human-units.ts';
import { element, join, type Markup } from './svg-markup.ts';
import { textAt, textWidthPx, wrapText } from './text-layout.ts';

const WIDTH = 1240;
const TOP = 150;
const COLUMNS = [
  { left: 20, nameWidth: 150, right: 620 },
  { left: 660, nameWidth: 150, right: 1220 },
] as const;
const BAR_PX = 13;
const BETWEEN_BLOCKS_PX = 12;
const NUMBER_ROOM_PX = 76;
const LEGEND_Y = 82;

interface AttackedArm {
  readonly name: string;
  readonly look: LineLook;
  readonly trust: TrustSummary;
}

interface Block {
  readonly name: string;
  /** One count an arm. */
  readonly counts: readonly number[];
}

function attackedArms(data: ChartData): AttackedArm[] {
  const looks = armLooks(data.outcome.scenario.arms);
  return Object.entries(data.summary.arms).flatMap(([name, { trust }]) =>
    trust === null ? [] : [{ name, look: looks.get(name) as LineLook, trust }],
  );
}

/** Whether somebody attacked the updates; sybils have a chart of their own. */
export function hasAttacks(data: ChartData): boolean {
  const { adversary } = data.outcome.scenario;
  return adversary !== null && adversary.attacks.length > 0 && attackedArms(data).length > 0;
}

/** Names of all arms' counts, the largest first; of equal ones in order of the alphabet. */
function blocksOf(arms: readonly AttackedArm[], key: 'refusals' | 'attempts'): Block[] {
  const names = [...new Set(arms.flatMap(({ trust }) => Object.keys(trust[key])))].sort();
  const blocks = names.map((name) => ({ name, counts: arms.map(({ trust }) => trust[key][name] ?? 0) }));
  return blocks.sort((a, b) => Math.max(...b.counts) - Math.max(...a.counts));
}

function blockHeight(arms: number): number {
  return arms * BAR_PX + BETWEEN_BLOCKS_PX;
}

/** Bars of one column; a count of 1 has a bar of its own, of 0 none. */
function bars(
  blocks: readonly Block[],
  arms: readonly AttackedArm[],
  column: (typeof COLUMNS)[number],
): Markup {
  const { left, nameWidth, right } = column;
  const barLeft = left + nameWidth + 10;
  const most = Math.max(1, ...blocks.flatMap(({ counts }) => counts));
  const widthPx = right - NUMBER_ROOM_PX - barLeft;
  const lengthPx = (count: number) =>
    count === 0 ? 0 : (widthPx * Math.log10(count * 2)) / Math.log10(Math.max(10, most) * 2);
  return join(
    element('line', {
      x1: barLeft,
      x2: barLeft,
      y1: TOP - 4,
      y2: TOP + blocks.length * blockHeight(arms.length),
      stroke: GRID,
    }),
    ...blocks.map(({ name, counts }, row) => {
      const top = TOP + row * blockHeight(arms.length);
      const middle = top + (counts.length * BAR_PX) / 2;
      return join(
        textAt(left + nameWidth, middle + 4, name, { sizePx: TYPE_PX.label, anchor: 'end' }),
        ...counts.map((count, index) => {
          const y = top + index * BAR_PX;
          const length = lengthPx(count);
          return join(
            element('rect', {
              x: barLeft,
              y: y + 1,
              width: length,
              height: BAR_PX - 2,
              fill: arms[index]?.look.colour,
            }),
            textAt(barLeft + length + 5, y + BAR_PX - 3, groupThousands(count), { sizePx: TYPE_PX.caption }),
          );
        }),
      );
    }),
  );
}

function columnHeading(column: (typeof COLUMNS)[number], title: string, subtitle: string): Markup {
  return join(
    textAt(column.left, TOP - 34, title, { sizePx: TYPE_PX.panelTitle, bold: true }),
    textAt(column.left, TOP - 17, subtitle, { sizePx: TYPE_PX.caption, colour: FAINT_INK }),
  );
}

function legend(arms: readonly AttackedArm[]): Markup {
  let x = 20;
  return join(
    ...arms.map(({ name, look }) => {
      const at = x;
      x += 20 + textWidthPx(name, TYPE_PX.label, true) + 22;
      return join(
        element('rect', { x: at, y: LEGEND_Y - 10, width: 13, height: 11, fill: look.colour }),
        textAt(at + 19, LEGEND_Y, name, { sizePx: TYPE_PX.label, bold: true }),
      );
    }),
  );
}

/** "gossip: no relay ran a hostile module." */
function outcomeLine({ name, trust }: AttackedArm): string {
  const { wrongActivations, hostileRelayHours, staleRelays, graylistings } = trust;
  const ran =
    wrongActivations === 0
      ? 'no relay ran a hostile module'
      : `${groupThousands(wrongActivations)} relays ran a hostile module, for ${Number(hostileRelayHours.toPrecision(3))} relay-hours in all`;
  const stale = `${groupThousands(staleRelays)} raised the alarm that news is missing`;
  return `${name}: ${ran}; ${stale}; ${groupThousands(graylistings)} times a peer was shut out.`;
}

/** Draws attempts and refusals, as an SVG file. */
export function drawAttacks(_board: unknown, data: ChartData): string {
  const arms = attackedArms(data);
  const attempts = blocksOf(arms, 'attempts');
  const refusals = blocksOf(arms, 'refusals');
  const rows = Math.max(1, attempts.length, refusals.length);
  const barsEnd = TOP + rows * blockHeight(arms.length);
  const lines = arms.flatMap((arm) => wrapText(outcomeLine(arm), WIDTH - 40, TYPE_PX.label));
  const caption = data.sourceOfAll;
  const { adversary } = data.outcome.scenario;
  const share =
    adversary === null || adversary.share === 0
      ? ''
      : `${humanPercent(adversary.share)} of the relays are the adversary's: `;
  const tried = arms.reduce((sum, { trust }) => sum + totalOf(trust.attempts), 0);
  const refused = arms.reduce((sum, { trust }) => sum + totalOf(trust.refusals), 0);
  const [left, right] = COLUMNS;
  return chartSvg(
    {
      width: WIDTH,
      height: barsEnd + 20 + lines.length * 18 + captionHeightPx(caption, WIDTH) + CHART_PADDING_PX,
      title: 'What the adversary tried, and what the relays refused',
      subtitle: `${share}${groupThousands(tried)} attempts, ${groupThousands(refused)} refusals`,
      description: 'Counts of hostile attempts by attack and of refusals by reason, for each live arm.',
      caption,
    },
    legend(arms),
    columnHeading(left, 'Attempts, by attack', 'hostile messages and answers sent; bars are logarithmic'),
    columnHeading(
      right,
      'Refusals, by reason',
      'on all honest relays, genuine updates included; bars are logarithmic',
    ),
    attempts.length > 0 ? bars(attempts, arms, left) : nothing(left, 'nothing was tried'),
    refusals.length > 0 ? bars(refusals, arms, right) : nothing(right, 'nothing was refused'),
    ...lines.map((line, index) =>
      textAt(20, barsEnd + 26 + index * 18, line, { sizePx: TYPE_PX.label, colour: INK }),
    ),
  );
}

function nothing(column: (typeof COLUMNS)[number], text: string): Markup {
  return textAt(column.left, TOP + BAR_PX, text, { sizePx: TYPE_PX.label, colour: FAINT_INK });
}
