/** Where the relays of a run stand on the map. */

import { relayPlaces } from '../report/relay-places.ts';
import type { JobPlaces } from './api-shapes.ts';

/** A thousandth of a degree is a hundred metres. */
function rounded(degrees: Float32Array): number[] {
  return Array.from(degrees, (value) => Math.round(value * 1000) / 1000);
}

/** Places by the relays' countries: `country[i]` is the index of relay i's in `countries`. */
export function placesOfRelays(countries: readonly string[], country: readonly number[]): JobPlaces {
  const { longitude, latitude } = relayPlaces({
    relays: country.length,
    countries,
    country: Uint16Array.from(country),
  });
  return { longitude: rounded(longitude), latitude: rounded(latitude) };
}
