/**
 * Real time and the real event loop, for the engine's own use (progress, phases, draining).
 *
 * Captured when this file loads: import it before virtual-globals.ts replaces them.
 */

const realNow = performance.now.bind(performance);
const realSetImmediate = setImmediate;
const realSetTimeout = setTimeout;

/** Milliseconds of real time since the thread began. */
export function wallNowMs(): number {
  return realNow();
}

/** Resolves at the next turn of the real event loop. */
export function wallTurn(): Promise<void> {
  return new Promise((resolve) => realSetImmediate(resolve));
}

/** Runs the callback at the next turn of the real event loop. */
export function atNextWallTurn(callback: () => void): void {
  realSetImmediate(callback);
}

/** Resolves after real time has passed. */
export function wallSleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => realSetTimeout(resolve, milliseconds));
}
