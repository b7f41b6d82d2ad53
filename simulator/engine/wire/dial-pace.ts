/**
 * How many handshakes of a process are under way at once: more where they succeed, half as many where one does not.
 *
 * Handshakes have timeouts, which a machine that is busy with too many of them misses; with too few it waits for the
 * latencies of links.
 */

const AT_FIRST = 8;
const AT_MOST = 32;
const AT_LEAST = 2;
const MORE_FOR_EACH = 0.25;

/** Runs the dials, last first; resolves when each has been tried once. */
export async function dialAll(dials: readonly (() => Promise<boolean>)[]): Promise<void> {
  const left = [...dials];
  const underWay = new Set<Promise<void>>();
  let atOnce = AT_FIRST;
  const begin = (dial: () => Promise<boolean>): void => {
    const done = dial().then((worked) => {
      atOnce = worked ? Math.min(AT_MOST, atOnce + MORE_FOR_EACH) : Math.max(AT_LEAST, atOnce / 2);
      underWay.delete(done);
    });
    underWay.add(done);
  };
  while (left.length > 0) {
    while (left.length > 0 && underWay.size < Math.floor(atOnce)) begin(left.pop()!);
    await Promise.race(underWay);
  }
  await Promise.all(underWay);
}
