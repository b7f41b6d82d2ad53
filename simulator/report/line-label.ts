/**
 * Direct labels: a sample of the line, a name and a figure, tied to a point of the line.
 *
 * The sample carries the dash, so that label and line match in black-and-white print too.
 */

import { INK, type LineLook, PAPER, TYPE_PX } from './chart-style.ts';
import type { Panel } from './drawing-board.ts';
import { type LabelBox, type Polyline, placeAmongLines, placeAt, placeLabels } from './label-placement.ts';
import { element, join, type Markup } from './svg-markup.ts';
import { textAt, textWidthPx, wrapText } from './text-layout.ts';

export interface LineLabel {
  /** The point of the line that is named, in pixels. */
  readonly anchorX: number;
  readonly anchorY: number;
  /** Where the middle of the label would best be; at the height of the anchor when left out. */
  readonly wantedY?: number;
  /** Where the label starts. */
  readonly boxLeft: number;
  /** What the line is, in bold. */
  readonly name: string;
  readonly notes: readonly string[];
  /** Text wider than this is broken into lines. */
  readonly roomPx: number;
  readonly look: LineLook;
  /** Whether the label stands left of its point, its sample at the right end; `boxLeft` is its left end still. */
  readonly isLeftOfPoint?: boolean;
}

const SAMPLE_PX = 26;
const GAP_PX = 6;
const LINE_PX = 15;
const BETWEEN_LABELS_PX = 8;

/** Attributes of a line drawn as markup. */
function strokeOf(look: LineLook): Record<string, string | number | undefined> {
  return { fill: 'none', stroke: look.colour, 'stroke-width': look.widthPx, 'stroke-dasharray': look.dash };
}

/** Width that a label leaves for its text between `left` and `right`. */
export function textRoomPx(left: number, right: number): number {
  return right - left - SAMPLE_PX - GAP_PX;
}

interface TextLine {
  readonly text: string;
  readonly bold: boolean;
}

function textLines({ name, notes, roomPx }: LineLabel): TextLine[] {
  const wrapped = (text: string, bold: boolean) =>
    wrapText(text, roomPx, TYPE_PX.label, bold).map((line) => ({ text: line, bold }));
  return [...wrapped(name, true), ...notes.flatMap((note) => wrapped(note, false))];
}

function widthPx(lines: readonly TextLine[]): number {
  const widths = lines.map(({ text, bold }) => textWidthPx(text, TYPE_PX.label, bold));
  return SAMPLE_PX + GAP_PX + Math.max(...widths);
}

function drawLabel(label: LineLabel, lines: readonly TextLine[], middleY: number): Markup {
  const { anchorX, anchorY, boxLeft, look, isLeftOfPoint = false } = label;
  const firstY = middleY - ((lines.length - 1) * LINE_PX) / 2;
  const boxRight = boxLeft + widthPx(lines);
  const textX = isLeftOfPoint ? boxRight - SAMPLE_PX - GAP_PX : boxLeft + SAMPLE_PX + GAP_PX;
  const nearX = isLeftOfPoint ? boxRight : boxLeft;
  const leader = `M${anchorX.toFixed(1)},${anchorY.toFixed(1)}L${nearX.toFixed(1)},${firstY.toFixed(1)}`;
  const sampleLeft = isLeftOfPoint ? boxRight - SAMPLE_PX : boxLeft;
  const sample = { x1: sampleLeft, x2: sampleLeft + SAMPLE_PX, y1: firstY, y2: firstY };
  return join(
    element('path', { d: leader, fill: 'none', stroke: look.colour, 'stroke-width': 1 }),
    element('circle', { cx: anchorX, cy: anchorY, r: 3.2, fill: look.colour, stroke: PAPER }),
    element('line', { ...sample, stroke: PAPER, 'stroke-width': look.widthPx + 4 }),
    element('line', { ...sample, ...strokeOf(look) }),
    ...lines.map(({ text, bold }, index) =>
      textAt(textX, firstY + 4.5 + index * LINE_PX, text, {
        sizePx: TYPE_PX.label,
        colour: INK,
        bold,
        halo: true,
        anchor: isLeftOfPoint ? 'end' : 'start',
      }),
    ),
  );
}

/** The box that a label fills. */
export function boxOf(label: LineLabel): LabelBox {
  const lines = textLines(label);
  return {
    left: label.boxLeft,
    right: label.boxLeft + widthPx(lines),
    wantedY: label.wantedY ?? label.anchorY,
    height: lines.length * LINE_PX + BETWEEN_LABELS_PX,
  };
}

/**
 * Draws labels so that none covers another; they stay between the top and the bottom of the panel. Those
 * that start inside it also keep clear of `lines`, given in pixels.
 */
export function drawLineLabels(
  labels: readonly LineLabel[],
  frame: Panel['frame'],
  lines: readonly Polyline[] = [],
): Markup {
  const texts = labels.map(textLines);
  const boxes = labels.map(boxOf);
  const middles = new Array<number>(labels.length).fill(0);
  const place = (isAmongLines: boolean, placer: (boxes: readonly LabelBox[]) => number[]) => {
    const chosen = labels.flatMap(({ boxLeft }, index) =>
      (lines.length > 0 && boxLeft < frame.right) === isAmongLines ? [index] : [],
    );
    const found = placer(chosen.map((index) => boxes[index] as LabelBox));
    chosen.forEach((index, position) => {
      middles[index] = found[position] as number;
    });
    return chosen.map((index) => placeAt(boxes[index] as LabelBox, middles[index] as number));
  };
  const taken = place(false, (beside) => placeLabels(beside, frame.top, frame.bottom));
  place(true, (inside) => placeAmongLines(inside, lines, frame.top, frame.bottom, taken));
  return join(
    ...labels.map((label, index) => drawLabel(label, texts[index] as TextLine[], middles[index] as number)),
  );
}
