/**
 * The machine's monotonic clock in microseconds, the same in all of its processes.
 *
 * performance.now() counts from the start of each process; hrtime counts from a zero of the machine's, and the two run
 * alike, so one look at both is enough.
 */

function hrtimeUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

const AHEAD_US = hrtimeUs() - performance.now() * 1000;

export function monotonicUs(): number {
  return performance.now() * 1000 + AHEAD_US;
}
