/** Clock, timers and chance of a real machine, for a relay's environment. */

import { randomBytes } from 'node:crypto';
import type { Clock, Processor, Random, Timers } from '../environment.ts';
import type { SecretSource } from '../relay/x25519.ts';

/** The machine's clock, which may be set: what is signed expires by it. */
export const wallClock: Clock = { nowMs: () => Date.now() };

/** A clock that nobody can set: what passes between cells is measured by it. */
export const steadyClock: Clock = { nowMs: () => performance.timeOrigin + performance.now() };

export const realTimers: Timers = {
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    // A relay runs as long as it listens, not as long as something is planned.
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

export const realRandom: Random = { uniform: () => Math.random() };

/** Work is done when it is asked for: it takes the time that it takes. */
export const realProcessor: Processor = { work: (_work, done) => done() };

export const realSecrets: SecretSource = { secret: () => new Uint8Array(randomBytes(32)) };
