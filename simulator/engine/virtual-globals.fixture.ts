/** Runs in a worker for virtual-globals.test.ts: reports what simulated code sees of time and chance. */

import { webcrypto } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { Call, VirtualClock } from './virtual-clock.ts';
import { installVirtualGlobals } from './virtual-globals.ts';

const clock = new VirtualClock(2, 42);
installVirtualGlobals(clock);
const seen: Record<string, unknown> = {};
const order: string[] = [];

clock.plan(
  3_000_500,
  new Call(0, () => {
    seen.now = Date.now();
    seen.date = new Date().toISOString();
    seen.fixedDate = new Date(0).toISOString();
    seen.isDate = new Date() instanceof Date;
    seen.performance = performance.now();
    seen.random = Math.random();
    seen.values = [...webcrypto.getRandomValues(new Uint8Array(4))];
    setTimeout(() => order.push(`timeout ${clock.nowUs}`), 20);
    clearTimeout(setTimeout(() => order.push('never'), 5));
    setTimeout((word: unknown) => order.push(`${word} ${clock.nowUs}`), 0, 'least');
    setImmediate(() => order.push(`immediate ${clock.nowUs}`));
    const interval = setInterval(() => {
      order.push(`interval ${clock.nowUs}`);
      if (order.length > 4) clearInterval(interval);
    }, 30);
    AbortSignal.timeout(100).addEventListener('abort', () => order.push(`aborted ${clock.nowUs}`));
    try {
      void webcrypto.subtle.digest('SHA-256', new Uint8Array(1));
    } catch (error) {
      seen.subtle = (error as Error).message;
    }
  }),
);
clock.runUntil(
  10_000_000,
  () => {},
  () => false,
);
parentPort?.postMessage({ seen, order });
