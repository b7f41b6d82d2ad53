/**
 * Which relay runs in which process, and whether the machine can hold them.
 *
 * Relays share processes, one for each core. A relay that a fault kills or stops has a process of its own, so that it can
 * really be killed or stopped, by a signal.
 */

import { availableParallelism } from 'node:os';
import type { ScheduledFault } from '../../population/fault-schedule.ts';
import type { FaultKind } from '../../scenario/fault-plan.ts';
import { WireError } from './wire-error.ts';

const PROCESSES_MAX = 8;
/** A process of its own takes some 120 MB and a second of a processor to start. */
export const OWN_PROCESSES_MAX = 24;
/** Of Node's own, and for connections that come and go. */
const SPARE_DESCRIPTORS = 64;

/** Faults that are signals to a process. */
const OF_PROCESSES: readonly FaultKind[] = ['crash', 'publisher-lost', 'pause'];

export interface Placement {
  /** Relays of each process. */
  readonly processes: readonly (readonly number[])[];
  /** Relays that have a process of their own. */
  readonly alone: ReadonlySet<number>;
}

/**
 * Places the relays. `processes` is how many they share, 0 for as many as the machine has cores. Throws WireError for
 * faults that hit more relays than there can be processes.
 */
export function placeRelays(relays: number, faults: readonly ScheduledFault[], processes: number): Placement {
  const alone = new Set<number>();
  for (const [index, { plan, hits }] of faults.entries()) {
    if (!OF_PROCESSES.includes(plan.kind)) continue;
    for (let relay = 0; relay < relays; relay++) if (hits[relay] === 1) alone.add(relay);
    if (alone.size <= OWN_PROCESSES_MAX) continue;
    throw new WireError(
      `the engine wire kills and stops at most ${OWN_PROCESSES_MAX} relays, each a process of its own, and here it would be ${alone.size}`,
      'hit fewer relays, or use engine: gossipsub',
      ['faults', index],
    );
  }
  const together = Array.from({ length: relays }, (_unused, relay) => relay).filter(
    (relay) => !alone.has(relay),
  );
  const wanted = processes === 0 ? availableParallelism() : processes;
  const count = Math.max(1, Math.min(wanted, PROCESSES_MAX, together.length));
  const shared = Array.from({ length: count }, (_unused, process) =>
    together.filter((_relay, place) => place % count === process),
  );
  return {
    processes: [...shared.filter(({ length }) => length > 0), ...[...alone].map((relay) => [relay])],
    alone,
  };
}

/** Throws WireError where a process may not open as many sockets as its relays need. */
export function checkDescriptors(
  { processes }: Placement,
  linksOf: (relay: number) => number,
  limit: number | null,
): void {
  if (limit === null) return;
  const needed = Math.max(
    ...processes.map((relays) => relays.reduce((sum, relay) => sum + linksOf(relay) + 1, SPARE_DESCRIPTORS)),
  );
  if (needed <= limit) return;
  throw new WireError(
    `a process may open ${limit} files here, and the links of its relays need ${needed} sockets`,
    `allow more with "ulimit -n ${Math.ceil(needed / 1024) * 1024}" before the command, take fewer relays, or set threads to more processes`,
  );
}

/** How many files a process may open; null where the system does not say. */
export function descriptorLimit(): number | null {
  const report = process.report?.getReport() as unknown as
    | { userLimits?: { open_files?: { soft?: number | string } } }
    | undefined;
  const soft = Number(report?.userLimits?.open_files?.soft);
  return Number.isFinite(soft) ? soft : null;
}
