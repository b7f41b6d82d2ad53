/** Where relays are, in degrees; row i is relay i. */
export interface MapPlaces {
  readonly longitude: Float32Array;
  readonly latitude: Float32Array;
}
