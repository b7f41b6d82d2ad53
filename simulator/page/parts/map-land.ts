/** The land below the dots: the world's countries and their borders, drawn once for each size of the map. */

import { type GeoProjection, geoEqualEarth, geoPath } from 'd3-geo';
import { feature, mesh } from 'topojson-client';
import atlas from 'world-atlas/countries-110m.json';
import type { Theme } from './theme.ts';

/** Parts of the world that fill the map by themselves, for where relays are crowded. */
export const MAP_REGIONS = ['world', 'europe', 'north-america', 'asia'] as const;
export type MapRegion = (typeof MAP_REGIONS)[number];

/** West, south, east and north in degrees. */
const BOUNDS: Readonly<Record<MapRegion, readonly [number, number, number, number]>> = {
  world: [-152, -54, 172, 76],
  europe: [-11, 36, 33, 66],
  'north-america': [-126, 22, -64, 56],
  asia: [58, -12, 148, 54],
};

/** Height over width, on a wide screen and on a narrow one. */
export function mapAspect(region: MapRegion, isNarrow: boolean): number {
  if (region === 'world') return isNarrow ? 0.54 : 0.46;
  return isNarrow ? 0.9 : 0.6;
}

const WORLD = atlas as unknown as Parameters<typeof feature>[0];
const { land, countries } = WORLD.objects as Record<'land' | 'countries', Parameters<typeof feature>[1]>;
const LAND = feature(WORLD, land);
const BORDERS = mesh(WORLD, countries as Parameters<typeof mesh>[1], (one, other) => one !== other);
const LAND_COLOUR = { light: '#e9ecef', dark: '#262b31' } as const;
const BORDER_COLOUR = { light: '#ffffff', dark: '#16191d' } as const;

/** Places to pixels: the region fills the map, whatever lies around it is there too. */
export function mapProjection(region: MapRegion, width: number, height: number): GeoProjection {
  const [west, south, east, north] = BOUNDS[region];
  const middle = (west + east) / 2;
  const [middleLatitude, corners] = [
    (south + north) / 2,
    [
      [west, south],
      [west, north],
      [east, south],
      [east, north],
    ],
  ];
  const edges = [
    [west, middleLatitude],
    [east, middleLatitude],
    [middle, south],
    [middle, north],
    ...corners,
  ];
  const projection = geoEqualEarth().rotate([region === 'world' ? -10 : -middle, 0]);
  projection.fitExtent(
    [
      [4, 4],
      [width - 4, height - 4],
    ],
    { type: 'MultiPoint', coordinates: edges },
  );
  return projection.clipExtent([
    [0, 0],
    [width, height],
  ]);
}

/** Draws the land. `scale` is device pixels to a pixel of the page. */
export function drawLand(
  context: CanvasRenderingContext2D,
  projection: GeoProjection,
  theme: Theme,
  scale: number,
): void {
  const shade = theme.isDark ? 'dark' : 'light';
  const path = geoPath(projection, context);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.fillStyle = LAND_COLOUR[shade];
  context.beginPath();
  path(LAND);
  context.fill();
  context.strokeStyle = BORDER_COLOUR[shade];
  context.lineWidth = 0.8 * scale;
  context.beginPath();
  path(BORDERS);
  context.stroke();
}
