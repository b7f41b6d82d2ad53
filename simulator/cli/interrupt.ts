/**
 * Ctrl-C and its kin: the first asks the work to stop and clean up, the second ends the process at once.
 *
 * Under npm one Ctrl-C arrives twice, from the terminal and from npm, within milliseconds; what comes that
 * soon counts as the same key press.
 */

import type { EventEmitter } from 'node:events';
import { EXIT } from './exit-code.ts';

const SAME_PRESS_WALL_MS = 250;
const CODES = { SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated, SIGHUP: 129 } as const;
type SignalName = keyof typeof CODES;

/** The reason with which work is aborted. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly exitCode: number;

  constructor(signal: SignalName) {
    super(`interrupted by ${signal}`);
    this.exitCode = CODES[signal];
  }
}

export interface InterruptOptions {
  /** What emits the signals: `process`. */
  readonly source: EventEmitter;
  readonly onFirst: () => void;
  /** Ends the process. */
  readonly exitNow: (code: number) => void;
  readonly nowWallMs?: () => number;
}

export interface InterruptWatch {
  readonly signal: AbortSignal;
  /** Gives the signals their default effect back. */
  stop(): void;
}

export function watchInterrupts({ source, onFirst, exitNow, nowWallMs }: InterruptOptions): InterruptWatch {
  const now = nowWallMs ?? (() => performance.now());
  const controller = new AbortController();
  let firstWallMs: number | null = null;
  const listen = (name: SignalName) => () => {
    if (firstWallMs === null) {
      firstWallMs = now();
      onFirst();
      controller.abort(new Interruption(name));
    } else if (now() - firstWallMs >= SAME_PRESS_WALL_MS) {
      exitNow(CODES[name]);
    }
  };
  const listeners = (Object.keys(CODES) as SignalName[]).map((name) => [name, listen(name)] as const);
  for (const [name, listener] of listeners) source.on(name, listener);
  return {
    signal: controller.signal,
    stop: () => {
      for (const [name, listener] of listeners) source.off(name, listener);
    },
  };
}
