/**
 * Columns of a population or topology: typed arrays over shared memory.
 *
 * A worker thread gets the same bytes, not a copy. A new column holds zeros.
 */

export function uint8Column(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

export function uint16Column(length: number): Uint16Array {
  return new Uint16Array(new SharedArrayBuffer(2 * length));
}

export function uint32Column(length: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(4 * length));
}

export function float64Column(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(8 * length));
}
