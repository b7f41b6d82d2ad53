/**
 * When a process of relays dials: each at its time, and not too many at once.
 *
 * Handshakes have timeouts, which a machine that is busy with too many of them misses; with too few it waits for the
 * latencies of links. So more are under way where they succeed, half as many where one does not.
 */

import { setTimeout as delay } from 'node:timers/promises';

const AT_FIRST = 16;
const AT_MOST = 32;
const AT_LEAST = 2;
const MORE_FOR_EACH = 0.25;

export interface Dial {
  /** Not earlier, in milliseconds of real time from the first of all. */
  readonly atMs: number;
  /** Resolves with whether it worked. */
  readonly dial: () => Promise<boolean>;
}

/**
 * Runs the dials in the order of their times. Resolves when each has been tried once, with how much later than its time the
 * latest of them began, in milliseconds.
 */
export async function dialAll(dials: readonly Dial[]): Promise<number> {
  const inOrder = [...dials].sort((a, b) => a.atMs - b.atMs);
  const underWay = new Set<Promise<void>>();
  const startMs = performance.now();
  let atOnce = AT_FIRST;
  let lateMs = 0;
  const begin = ({ dial }: Dial): void => {
    const done = dial().then((worked) => {
      atOnce = worked ? Math.min(AT_MOST, atOnce + MORE_FOR_EACH) : Math.max(AT_LEAST, atOnce / 2);
      underWay.delete(done);
    });
    done.catch(() => {}); // told by the wait for all of them
    underWay.add(done);
  };
  for (const next of inOrder) {
    const earlyMs = next.atMs - (performance.now() - startMs);
    if (earlyMs > 0) await delay(earlyMs);
    while (underWay.size >= Math.floor(atOnce)) await Promise.race(underWay);
    lateMs = Math.max(lateMs, performance.now() - startMs - next.atMs);
    begin(next);
  }
  await Promise.all(underWay);
  return lateMs;
}
