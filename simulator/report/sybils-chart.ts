/**
 * Attacks on gossip: how much of the mesh sybils held over time, and what came of delivery beside peace.
 *
 * One row an arm: a strip of the mesh share over the run, from none to all, then the figures. Twelve curves in one panel
 * would hide each other.
 */

import type { SybilSummary } from '../measure/sybil-summary.ts';
import type { ChartData } from './chart-data.ts';
import { CHART_PADDING_PX, captionHeightPx, chartSvg } from './chart-frame.ts';
import { armLooks, FAINT_INK, GRID, INK, TYPE_PX } from './chart-style.ts';
import { groupThousands, humanBytes, humanDuration, humanPercent } from './human-units.ts';
import { element, join, type Markup } from './svg-markup.ts';
import { t99InWords } from './sybil-table.ts';
import { textAt } from './text-layout.ts';

const WIDTH = 1240;
const TOP = 116;
const ROW_PX = 46;
const STRIP = { left: 190, width: 420, height: 34 } as const;
const COLUMNS = [
  { x: 690, title: 'heard' },
  { x: 870, title: '99 % heard (x peace)' },
  { x: 990, title: 'relays sent' },
  { x: 1100, title: 'sybils sent' },
  { x: 1220, title: 'shut out' },
] as const;

interface Row {
  readonly name: string;
  readonly colour: string;
  readonly sybils: SybilSummary;
}

function rowsOf(data: ChartData): Row[] {
  const looks = armLooks(data.outcome.scenario.arms);
  return Object.entries(data.summary.arms).flatMap(([name, { sybils }]) =>
    sybils === undefined ? [] : [{ name, colour: looks.get(name)?.colour ?? INK, sybils }],
  );
}

/** Whether sybils attacked any arm. */
export function hasSybils(data: ChartData): boolean {
  return rowsOf(data).length > 0;
}

/** The share of the mesh as an area of steps. */
function strip({ sybils, colour }: Row, top: number, endSeconds: number): Markup {
  const bottom = top + STRIP.height;
  const x = (seconds: number) => STRIP.left + (STRIP.width * seconds) / endSeconds;
  let path = `M${STRIP.left},${bottom}`;
  let before = 0;
  for (const { seconds, share } of sybils.meshShares) {
    const y = (value: number) => (bottom - STRIP.height * value).toFixed(1);
    path += `L${x(seconds).toFixed(1)},${y(before)}L${x(seconds).toFixed(1)},${y(share)}`;
    before = share;
  }
  const right = STRIP.left + STRIP.width;
  path += `L${right},${(bottom - STRIP.height * before).toFixed(1)}L${right},${bottom}Z`;
  return join(
    element('rect', {
      x: STRIP.left,
      y: top,
      width: STRIP.width,
      height: STRIP.height,
      fill: 'none',
      stroke: GRID,
    }),
    element('path', { d: path, fill: colour, 'fill-opacity': 0.75 }),
  );
}

function figures({ sybils }: Row, y: number): Markup {
  const words = [
    humanPercent(sybils.heardFraction),
    t99InWords(sybils),
    humanBytes(sybils.honestBytes),
    humanBytes(sybils.sybilBytes),
    groupThousands(sybils.graylistedPairs),
  ];
  return join(
    ...words.map((word, index) =>
      textAt(COLUMNS[index]!.x, y, word, { sizePx: TYPE_PX.label, anchor: 'end' }),
    ),
  );
}

/** Where the time of the release and the ends of the run are. */
function timeAxis(bottom: number, endSeconds: number, releaseSeconds: number): Markup {
  const x = STRIP.left + (STRIP.width * releaseSeconds) / endSeconds;
  return join(
    element('line', { x1: x, x2: x, y1: TOP - 4, y2: bottom, stroke: INK, 'stroke-dasharray': '3 3' }),
    textAt(x + 4, bottom + 12, `release at ${humanDuration(releaseSeconds)}`, {
      sizePx: TYPE_PX.caption,
      colour: INK,
    }),
    textAt(STRIP.left, bottom + 12, '0 s', { sizePx: TYPE_PX.caption, colour: FAINT_INK }),
    textAt(STRIP.left + STRIP.width, bottom + 12, humanDuration(endSeconds), {
      sizePx: TYPE_PX.caption,
      colour: FAINT_INK,
      anchor: 'end',
    }),
  );
}

/** Draws the attacks, as an SVG file. */
export function drawSybils(_board: unknown, data: ChartData): string {
  const rows = rowsOf(data);
  const { scenario } = data.outcome;
  const bottom = TOP + rows.length * ROW_PX;
  const caption = data.sourceOfAll;
  const peace = rows.find(({ sybils }) => sybils.againstPeace !== null)?.sybils.againstPeace;
  const inPeace =
    peace == null || peace.heardT99Seconds === null
      ? ''
      : `; in peace (${peace.arm}) ${humanPercent(peace.heardFraction)} hear, 99 % after ${humanDuration(peace.heardT99Seconds)}`;
  return chartSvg(
    {
      width: WIDTH,
      height: bottom + 26 + captionHeightPx(caption, WIDTH) + CHART_PADDING_PX,
      title: 'Attacks on gossip: what sybils hold of the mesh, and what is heard all the same',
      subtitle: `Sybils are peers beside the relays and count as none${inPeace}`,
      description:
        'For each attacked arm the share of mesh links held by sybils over time, and delivery beside peace.',
      caption,
    },
    textAt(STRIP.left, TOP - 17, "mesh links (of the attack's targets) that lead to a sybil, 0 to 100 %", {
      sizePx: TYPE_PX.caption,
      colour: FAINT_INK,
    }),
    ...COLUMNS.map(({ x, title }) =>
      textAt(x, TOP - 17, title, { sizePx: TYPE_PX.caption, colour: FAINT_INK, anchor: 'end' }),
    ),
    ...rows.map((row, index) => {
      const top = TOP + index * ROW_PX;
      const { attack, target, sybils } = row.sybils;
      return join(
        textAt(STRIP.left - 10, top + 15, row.name, { sizePx: TYPE_PX.label, anchor: 'end', bold: true }),
        textAt(
          STRIP.left - 10,
          top + 29,
          row.name === attack
            ? `${groupThousands(sybils)} on ${target}`
            : `${attack}, ${groupThousands(sybils)}`,
          { sizePx: TYPE_PX.caption, anchor: 'end', colour: FAINT_INK },
        ),
        strip(row, top, scenario.durationSeconds),
        figures(row, top + 22),
      );
    }),
    timeAxis(bottom, scenario.durationSeconds, scenario.updates[0]?.atSeconds ?? 0),
  );
}
