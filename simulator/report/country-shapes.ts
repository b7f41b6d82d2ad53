/**
 * Where countries are: for each the outline of its largest piece of land, from the atlas of Natural Earth (1:50m).
 *
 * Enough to put dots into a country, not to draw it. Countries that the atlas draws as part of another one have a
 * place instead.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { feature } from 'topojson-client';
import { countryNumber } from './country-codes.ts';

/** A closed line of longitudes and latitudes in degrees; longitudes may go past 180, so that none jumps. */
export type Outline = readonly (readonly [longitude: number, latitude: number])[];

type Topology = Parameters<typeof feature>[0];
type Geometry = Parameters<typeof feature>[1] & {
  readonly id?: string | number;
  readonly properties?: { readonly name?: string };
};

/** What the library makes of a country. */
interface Shape {
  readonly geometry:
    | { readonly type: 'Polygon'; readonly coordinates: readonly number[][][] }
    | { readonly type: 'MultiPolygon'; readonly coordinates: readonly number[][][][] };
}

interface Atlas {
  readonly topology: Topology;
  readonly countries: readonly Geometry[];
}

/** Half the width of the square that stands for a country without an outline, degrees. */
const SQUARE_DEGREES = 0.15;

/** Countries that the atlas has no outline of: longitude and latitude of their middle. */
const MIDDLES: ReadonlyMap<string, readonly [number, number]> = new Map(
  Object.entries<readonly [number, number]>({
    bq: [-68.27, 12.18],
    bv: [3.41, -54.42],
    cc: [96.87, -12.16],
    cx: [105.63, -10.49],
    gf: [-53.13, 3.93],
    gi: [-5.35, 36.14],
    gp: [-61.55, 16.25],
    mq: [-61.02, 14.64],
    re: [55.54, -21.12],
    sj: [16.5, 78.6],
    tk: [-171.85, -9.2],
    tv: [179.2, -8.52],
    um: [-176.5, 0.8],
    yt: [45.15, -12.83],
  }),
);
/** Of those without a number in the atlas: their names in it. */
const NAMED: ReadonlyMap<string, string> = new Map([['xk', 'Kosovo']]);

let loaded: Atlas | undefined;

function readAtlas(): Atlas {
  const path = createRequire(import.meta.url).resolve('world-atlas/countries-50m.json');
  const topology = JSON.parse(readFileSync(path, 'utf8')) as Topology;
  const { geometries } = topology.objects.countries as unknown as {
    readonly geometries: readonly Geometry[];
  };
  return { topology, countries: geometries };
}

function withoutJumps(ring: readonly number[][]): Outline {
  let turns = 0;
  return ring.map(([longitude, latitude], index) => {
    const before = ring[index - 1]?.[0] ?? longitude!;
    if (longitude! - before > 180) turns--;
    if (longitude! - before < -180) turns++;
    return [longitude! + 360 * turns, latitude!] as const;
  });
}

/** Proportional to the area on a sphere. */
function areaOf(outline: Outline): number {
  let twice = 0;
  for (let index = 1; index < outline.length; index++) {
    const [fromX, fromY] = outline[index - 1]!;
    const [toX, toY] = outline[index]!;
    const [from, to] = [Math.sin((fromY * Math.PI) / 180), Math.sin((toY * Math.PI) / 180)];
    twice += fromX * to - toX * from;
  }
  return Math.abs(twice);
}

function square([longitude, latitude]: readonly [number, number]): Outline {
  const [west, east] = [longitude - SQUARE_DEGREES, longitude + SQUARE_DEGREES];
  const [south, north] = [latitude - SQUARE_DEGREES, latitude + SQUARE_DEGREES];
  return [
    [west, south],
    [west, north],
    [east, north],
    [east, south],
    [west, south],
  ];
}

/** The outline of a country by its two letters; undefined for what is no country. */
export function countryOutline(code: string): Outline | undefined {
  const middle = MIDDLES.get(code);
  if (middle !== undefined) return square(middle);
  const number = countryNumber(code);
  const name = NAMED.get(code);
  if (number === undefined && name === undefined) return undefined;
  loaded ??= readAtlas();
  const { topology, countries } = loaded;
  // Some islands bear their country's number too.
  const outlines = countries
    .filter(({ id, properties }) => (number === undefined ? properties?.name === name : id === number))
    .flatMap((country) => {
      const { geometry } = feature(topology, country) as unknown as Shape;
      const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
      return polygons.map((rings) => withoutJumps(rings[0]!));
    });
  return outlines.reduce<Outline | undefined>(
    (largest, outline) => (largest === undefined || areaOf(outline) > areaOf(largest) ? outline : largest),
    undefined,
  );
}
