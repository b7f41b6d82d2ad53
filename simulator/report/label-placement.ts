/**
 * Places labels beside the lines they name, so that none covers another.
 *
 * Labels keep their x and move in y only. Where nothing but other labels is in the way, the result is the
 * arrangement with the least sum of squared moves (isotonic regression by pooling neighbours), which keeps
 * the order of the lines. Among lines, each label in turn takes the nearest place that is free.
 */

export interface LabelBox {
  readonly left: number;
  readonly right: number;
  /** Where the middle of the label would be if it were alone. */
  readonly wantedY: number;
  readonly height: number;
}

interface Block {
  readonly members: number[];
  /** Mean over members of (wanted - own offset): the best y of the block's first middle. */
  startY: number;
  height: number;
}

function overlapsInX(a: LabelBox, b: LabelBox): boolean {
  return a.left < b.right && b.left < a.right;
}

/** Groups of indexes whose labels share a stretch of x, directly or through others. */
function columns(boxes: readonly LabelBox[]): number[][] {
  const groups: number[][] = [];
  for (let index = 0; index < boxes.length; index++) {
    const box = boxes[index] as LabelBox;
    const touching = groups.filter((group) =>
      group.some((other) => overlapsInX(box, boxes[other] as LabelBox)),
    );
    const merged = [...touching.flat(), index];
    for (const group of touching) groups.splice(groups.indexOf(group), 1);
    groups.push(merged);
  }
  return groups;
}

/** Stacks the labels of one column: tops of blocks that would overlap are pooled at their mean. */
function stack(boxes: readonly LabelBox[], group: readonly number[]): Block[] {
  const ordered = [...group].sort(
    (a, b) => (boxes[a] as LabelBox).wantedY - (boxes[b] as LabelBox).wantedY || a - b,
  );
  const blocks: Block[] = [];
  for (const index of ordered) {
    const box = boxes[index] as LabelBox;
    let block: Block = { members: [index], startY: box.wantedY - box.height / 2, height: box.height };
    for (;;) {
      const above = blocks.at(-1);
      if (above === undefined || above.startY + above.height <= block.startY) break;
      const shifted = block.startY - above.height;
      const count = above.members.length + block.members.length;
      const startY = (above.startY * above.members.length + shifted * block.members.length) / count;
      blocks.pop();
      block = {
        members: [...above.members, ...block.members],
        startY,
        height: above.height + block.height,
      };
    }
    blocks.push(block);
  }
  return blocks;
}

/** Moves blocks into [topY, bottomY]: those past the bottom are pushed up, then those past the top down. */
function keepInside(blocks: readonly Block[], topY: number, bottomY: number): void {
  let limit = bottomY;
  for (const block of [...blocks].reverse()) {
    block.startY = Math.min(block.startY, limit - block.height);
    limit = block.startY;
  }
  limit = topY;
  for (const block of blocks) {
    block.startY = Math.max(block.startY, limit);
    limit = block.startY + block.height;
  }
}

/**
 * The middle of each label, in the order given, none overlapping another.
 *
 * All fit between `topY` and `bottomY` (pixels, downwards) unless together they are higher than that; then
 * they run over the bottom.
 */
export function placeLabels(boxes: readonly LabelBox[], topY: number, bottomY: number): number[] {
  const middles = new Array<number>(boxes.length).fill(0);
  for (const group of columns(boxes)) {
    const blocks = stack(boxes, group);
    keepInside(blocks, topY, bottomY);
    for (const block of blocks) {
      let y = block.startY;
      for (const index of block.members) {
        const height = (boxes[index] as LabelBox).height;
        middles[index] = y + height / 2;
        y += height;
      }
    }
  }
  return middles;
}

/** A line as it is drawn, in pixels, its points in the order of x. */
export type Polyline = readonly (readonly [x: number, y: number])[];

/** How far a label is moved at a time while it looks for a free place, in pixels. */
const SEARCH_STEP_PX = 3;

/** A place that a label has taken, in pixels. */
export interface Placed {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

function isCrossed(place: Placed, line: Polyline): boolean {
  for (let index = 1; index < line.length; index++) {
    const [x1, y1] = line[index - 1] as Polyline[number];
    const [x2, y2] = line[index] as Polyline[number];
    if (x2 < place.left || x1 > place.right) continue;
    const yAt = (x: number) => (x2 === x1 ? y2 : y1 + ((x - x1) / (x2 - x1)) * (y2 - y1));
    const isUpright = x1 === x2;
    const fromY = isUpright ? y1 : yAt(Math.max(x1, place.left));
    const toY = isUpright ? y2 : yAt(Math.min(x2, place.right));
    if (Math.min(fromY, toY) < place.bottom && Math.max(fromY, toY) > place.top) return true;
  }
  return false;
}

function isCovered(place: Placed, other: Placed): boolean {
  return (
    place.left < other.right &&
    other.left < place.right &&
    place.top < other.bottom &&
    other.top < place.bottom
  );
}

/** Whether a place is clear of all lines and of all places that are taken. */
export function isFree(place: Placed, lines: readonly Polyline[], taken: readonly Placed[]): boolean {
  return !taken.some((other) => isCovered(place, other)) && !lines.some((line) => isCrossed(place, line));
}

/** The place of a label whose middle is at `middleY`. */
export function placeAt({ left, right, height }: LabelBox, middleY: number): Placed {
  return { left, right, top: middleY - height / 2, bottom: middleY + height / 2 };
}

/**
 * The middle of each label, in the order given, clear of `lines`, of `taken` places and of each other: from the highest label
 * down, each takes the free place nearest to the one it wants, above rather than below. A label that finds
 * none stays where it wanted to be.
 */
export function placeAmongLines(
  boxes: readonly LabelBox[],
  lines: readonly Polyline[],
  topY: number,
  bottomY: number,
  taken: readonly Placed[] = [],
): number[] {
  const placed: Placed[] = [...taken];
  const middles = boxes.map(({ wantedY }) => wantedY);
  const downwards = boxes.map((box, index) => ({ ...box, index }));
  downwards.sort((a, b) => a.wantedY - b.wantedY || a.index - b.index);
  for (const { index, ...box } of downwards) {
    const { wantedY } = box;
    const isOpen = (middle: number) => {
      const place = placeAt(box, middle);
      return place.top >= topY && place.bottom <= bottomY && isFree(place, lines, placed);
    };
    for (let move = 0; move <= bottomY - topY; move += SEARCH_STEP_PX) {
      const found = [wantedY - move, wantedY + move].find(isOpen);
      if (found === undefined) continue;
      middles[index] = found;
      break;
    }
    placed.push(placeAt(box, middles[index] as number));
  }
  return middles;
}
