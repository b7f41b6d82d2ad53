/**
 * Stamps of dots: which pixels around a place a dot covers, and how much, worked out once for each size.
 *
 * A map of thousands of dots is drawn into a buffer of pixels by stamping; a canvas path for each dot would take
 * several times as long.
 */

import type { DotShape } from './relay-states.ts';

export interface DotStamp {
  /** Pixels from the middle, and coverage of 1 to 255. */
  readonly dx: Int8Array;
  readonly dy: Int8Array;
  readonly alpha: Uint8Array;
}

/** Points in a row and column of a pixel that are tried for its coverage. */
const SAMPLES = 4;

function covers(shape: DotShape, x: number, y: number, radiusPx: number): boolean {
  const distance = Math.hypot(x, y);
  if (shape === 'disc') return distance <= radiusPx;
  const thick = Math.max(1, radiusPx * 0.45);
  if (shape === 'ring') return distance <= radiusPx && distance >= radiusPx - thick;
  const isInside = Math.max(Math.abs(x), Math.abs(y)) <= radiusPx;
  return isInside && Math.min(Math.abs(x - y), Math.abs(x + y)) <= thick * 0.7;
}

/** The stamp of a shape with a radius in device pixels, at most 100. */
export function dotStamp(shape: DotShape, radiusPx: number): DotStamp {
  const reach = Math.min(100, Math.ceil(radiusPx));
  const found: [number, number, number][] = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      let hits = 0;
      for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
        const x = dx - 0.5 + ((sample % SAMPLES) + 0.5) / SAMPLES;
        const y = dy - 0.5 + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES;
        if (covers(shape, x, y, radiusPx)) hits++;
      }
      if (hits > 0) found.push([dx, dy, Math.round((255 * hits) / SAMPLES ** 2)]);
    }
  }
  return {
    dx: Int8Array.from(found, ([dx]) => dx),
    dy: Int8Array.from(found, ([, dy]) => dy),
    alpha: Uint8Array.from(found, ([, , alpha]) => alpha),
  };
}
