/**
 * Real time and the real event loop, for the engine's own use (progress, phases, draining).
 *
 * Captured when this file loads: import it before virtual-globals.ts replaces them.
 */

const realNow = performance.now.bind(performance);
const realSetImmediate = setImmediate;

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
