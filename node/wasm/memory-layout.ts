/**
 * Where a hook's state and buffers lie in a module's memory, and which of it the runtime wipes.
 *
 * Memory is one page. The host writes the *windows* (state, then buffers) before every call; everything
 * else is scratch, and reads as zero (or as the module's own data) at the start of every call. Scratch is
 * wiped by chunks that stores have marked, so that a call which touches little costs little.
 */

export const PAGE_BYTES = 65536;
/** State starts here in every hook's layout; the bytes below stay unused, so that a null pointer is none. */
export const STATE_AT = 64;
/** One bit of a 32-bit mark for each chunk of the page. */
export const CHUNK_BYTES = PAGE_BYTES / 32;
export const CHUNK_SHIFT = 11;

export interface Window {
  readonly at: number;
  readonly bytes: number;
}

export interface MemoryLayout {
  readonly state: Window;
  /** One for each buffer parameter, in their order. */
  readonly buffers: readonly Window[];
  /** First byte that belongs to the module: data segments lie at or above it. */
  readonly scratchAt: number;
  /** Stretches below `scratchAt` that no window covers; the last one ends at it. */
  readonly gaps: readonly Window[];
}

/** Lays out a state and buffers of the given lengths, each at a multiple of 16. */
export function layOut(stateBytes: number, bufferBytes: readonly number[]): MemoryLayout {
  const gaps: Window[] = [];
  let end = 0;
  const place = (at: number, bytes: number): Window => {
    if (at > end) gaps.push({ at: end, bytes: at - end });
    end = at + bytes;
    return { at, bytes };
  };
  const state = place(STATE_AT, stateBytes);
  const buffers = bufferBytes.map((bytes) => place(Math.ceil(end / 16) * 16, bytes));
  const scratchAt = Math.ceil(end / CHUNK_BYTES) * CHUNK_BYTES;
  // Even if empty: a store at the end of the last window reaches across.
  gaps.push({ at: end, bytes: scratchAt - end });
  if (scratchAt > PAGE_BYTES / 2)
    throw new RangeError(`state and buffers of ${end} bytes exceed half a page`);
  return { state, buffers, scratchAt, gaps };
}
