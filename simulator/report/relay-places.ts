/**
 * Places of relays on a map, made up within their country.
 *
 * A population knows its relays' countries and no more. The relays of a country are spread evenly over its largest
 * piece of land, in the order of Halton's sequence, so that the same run always gives the same picture. Relays
 * without a country stand together in the southern Atlantic, or all over the map where most have none.
 */

import type { MapPlaces } from '../page/parts/map-places.ts';
import type { Population } from '../population/population.ts';
import { countryOutline, type Outline } from './country-shapes.ts';
import { insideOf } from './outline-inside.ts';

export interface RelayPlaces extends MapPlaces {
  /** Relays that have no country on the map. */
  readonly placeless: number;
}

type Box = readonly [west: number, south: number, east: number, north: number];
const AT_SEA: Box = [-32, -44, -8, -32];
const ANYWHERE: Box = [-165, -50, 175, 72];
/** An outline that a thousand tries miss is too thin to be hit. */
const TRIES = 1000;

/** Halton's sequence: the digits of a number in a base, mirrored at the point. */
function mirrored(index: number, base: number): number {
  let result = 0;
  let scale = 1 / base;
  for (let rest = index; rest > 0; rest = Math.floor(rest / base)) {
    result += (rest % base) * scale;
    scale /= base;
  }
  return result;
}

function boxOf(outline: Outline): Box {
  const longitudes = outline.map(([longitude]) => longitude);
  const latitudes = outline.map(([, latitude]) => latitude);
  return [Math.min(...longitudes), Math.min(...latitudes), Math.max(...longitudes), Math.max(...latitudes)];
}

/** The nth point of a box, even in area. */
function pointOf([west, south, east, north]: Box, index: number): readonly [number, number] {
  const [low, high] = [Math.sin((south * Math.PI) / 180), Math.sin((north * Math.PI) / 180)];
  const longitude = west + (east - west) * mirrored(index, 2);
  const latitude = (Math.asin(low + (high - low) * mirrored(index, 3)) * 180) / Math.PI;
  return [longitude, latitude];
}

/** Places one after the other within an outline, or within a box. */
function* placesIn(outline: Outline | undefined, box: Box): Generator<readonly [number, number], never> {
  const isInside = outline === undefined ? () => true : insideOf(outline);
  let index = 0;
  for (;;) {
    let point = pointOf(box, ++index);
    for (let tried = 0; !isInside(...point) && tried < TRIES; tried++) {
      point = pointOf(box, ++index);
    }
    yield point;
  }
}

function wrapped(longitude: number): number {
  return longitude > 180 ? longitude - 360 : longitude < -180 ? longitude + 360 : longitude;
}

/** What is known of where relays are. */
export type PlacedRelays = Pick<Population, 'relays' | 'countries' | 'country'>;

/** Places of all relays, or of those named, in their order. */
export function relayPlaces(population: PlacedRelays, relays?: Uint32Array): RelayPlaces {
  const shown = relays ?? Uint32Array.from({ length: population.relays }, (_unused, relay) => relay);
  const codes = population.countries;
  const outlines = codes.map((code) => countryOutline(code));
  const placeless = shown.filter((relay) => outlines[population.country[relay]!] === undefined).length;
  const elsewhere = placesIn(undefined, placeless * 2 > shown.length ? ANYWHERE : AT_SEA);
  const within = outlines.map((outline) =>
    outline === undefined ? elsewhere : placesIn(outline, boxOf(outline)),
  );
  const longitude = new Float32Array(shown.length);
  const latitude = new Float32Array(shown.length);
  for (const [row, relay] of shown.entries()) {
    const places = within[population.country[relay]!] ?? elsewhere;
    const [east, north] = places.next().value;
    longitude[row] = wrapped(east);
    latitude[row] = north;
  }
  return { longitude, latitude, placeless };
}
