/**
 * What this process and the relays' processes that it has started have cost so far.
 *
 * Node counts its own process only. What children use is read from /proc, which Linux alone has; elsewhere they are
 * left out.
 */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { peakMemoryBytes, processorMs } from '../../simulator/report/manifest.ts';

/** The kernel counts processor time of others in hundredths of a second. */
const MS_PER_CLOCK_TICK = 10;

export interface ProcessCost {
  /** Since the process began, wall milliseconds. */
  readonly wallMs: number;
  /** Processor milliseconds of all threads and children, user and system. */
  readonly cpuMs: number;
  /** Highest resident memory so far, bytes; of children that run Node and are alive, theirs added to it. */
  readonly peakBytes: number;
}

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly ownTicks: number;
  /** Of its children that have ended. */
  readonly endedTicks: number;
}

function readStat(pid: string): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in brackets and may hold anything; what follows it are numbers (proc(5)).
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent, ownUser, ownSystem, endedUser, endedSystem] = [1, 11, 12, 13, 14].map((at) => fields[at]!);
    return {
      pid: Number(pid),
      parent: parent!,
      ownTicks: ownUser! + ownSystem!,
      endedTicks: endedUser! + endedSystem!,
    };
  } catch {
    return null; // ended meanwhile, or no Linux
  }
}

function processes(): Stat[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => readStat(name) ?? []);
  } catch {
    return [];
  }
}

/** Highest resident memory of another process that runs this Node, bytes; 0 for any other. */
function peakOf(pid: number): number {
  try {
    if (readlinkSync(`/proc/${pid}/exe`) !== readlinkSync('/proc/self/exe')) return 0;
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Of this process's children that have ended and been waited for, in clock ticks. */
function endedTicks(): number {
  return readStat('self')?.endedTicks ?? 0;
}

/** All that children have used, and those that are alive. */
function childrenCost(): { ticks: number; alive: Stat[] } {
  for (;;) {
    const ended = endedTicks();
    const alive = processes().filter(({ parent }) => parent === process.pid);
    // A child that is waited for between two reads would count twice, or not at all.
    if (endedTicks() !== ended) continue;
    return { ticks: alive.reduce((sum, child) => sum + child.ownTicks + child.endedTicks, ended), alive };
  }
}

/** What it has cost until now. */
export function processCost(): ProcessCost {
  const wallMs = performance.now();
  const { ticks, alive } = childrenCost();
  return {
    wallMs,
    cpuMs: processorMs() + ticks * MS_PER_CLOCK_TICK,
    peakBytes: alive.reduce((sum, { pid }) => sum + peakOf(pid), peakMemoryBytes()),
  };
}
