/** The code of the thread of a run, bundled by another process while this one draws the network. */

import { bundleThread } from '../gossipsub/bundle.ts';

let bundled: Promise<string> | null = null;

/** Begins to bundle the thread of the next run. */
export function bundleAhead(): void {
  if (bundled !== null) return;
  bundled = bundleThread(new URL('./thread.ts', import.meta.url));
  // Whoever awaits it hears of its failure.
  bundled.catch(() => {});
}

/** The file to start a run's thread from: for this run alone, since sources may change until the next one. */
export function bundledThread(): Promise<string> {
  bundleAhead();
  const file = bundled!;
  bundled = null;
  return file;
}
