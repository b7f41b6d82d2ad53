/**
 * Tells whether points lie inside an outline: by the crossings of a line that leaves the point to the east.
 *
 * Outlines of large countries have thousands of edges, and thousands of points are asked for, so edges are kept in bands
 * of latitude: a line meets those of its own band only.
 */

import type { Outline } from './country-shapes.ts';

/** Edges of one band, on the average. */
const EDGES_OF_BAND = 8;

/** From and to: longitude and latitude of both ends of an edge. */
type Edge = readonly [fromX: number, fromY: number, toX: number, toY: number];

/** The test for points of an outline that encloses an area. */
export function insideOf(outline: Outline): (longitude: number, latitude: number) => boolean {
  const latitudes = outline.map(([, latitude]) => latitude);
  const south = Math.min(...latitudes);
  const height = Math.max(...latitudes) - south;
  const bands = Array.from({ length: Math.ceil(outline.length / EDGES_OF_BAND) }, (): Edge[] => []);
  const bandOf = (latitude: number): number =>
    Math.max(0, Math.min(bands.length - 1, Math.floor(((latitude - south) / height) * bands.length)));
  for (let index = 1; index < outline.length; index++) {
    const [fromX, fromY] = outline[index - 1]!;
    const [toX, toY] = outline[index]!;
    const last = bandOf(Math.max(fromY, toY));
    for (let band = bandOf(Math.min(fromY, toY)); band <= last; band++) {
      bands[band]!.push([fromX, fromY, toX, toY]);
    }
  }
  return (longitude, latitude) => {
    let isInside = false;
    for (const [fromX, fromY, toX, toY] of bands[bandOf(latitude)]!) {
      if (fromY > latitude === toY > latitude) continue;
      if (longitude < fromX + ((latitude - fromY) / (toY - fromY)) * (toX - fromX)) isInside = !isInside;
    }
    return isInside;
  };
}
