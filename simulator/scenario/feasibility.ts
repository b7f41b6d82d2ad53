/**
 * Whether this machine can carry a scenario: an estimate of its memory, before anything is built.
 *
 * Without it a run that is too large would be killed after minutes by the system, without a word. A container
 * may grant less than the machine has, and then its limit counts.
 */

import { freemem, totalmem } from 'node:os';
import { ENGINES, engineLabel } from './engines.ts';
import { type EngineName, type Scenario, type StackName, sybilsOfArm } from './scenario.ts';

interface EngineMemory {
  readonly baseBytes: number;
  readonly relayBytes: number;
  /** A link has two ends, each with its own state of the other. */
  readonly linkEndBytes: number;
}

/**
 * What whole libp2p nodes need: an end of a link is two streams of yamux with their listeners, 31 KB that stay and as
 * much again while connections come up (0.7 GB at 300 relays of degree 14).
 */
const LIBP2P_MEMORY: EngineMemory = { baseBytes: 320e6, relayBytes: 80e3, linkEndBytes: 65e3 };

const MEMORY: Readonly<Record<EngineName, EngineMemory>> = {
  // Fitted to 0.33, 0.84 and 1.45 GB at 500, 7,500 and 15,000 relays.
  gossipsub: { baseBytes: 320e6, relayBytes: 27e3, linkEndBytes: 3.5e3 },
  // Fitted to 0.22, 0.44 and 1.06 GB at 7,500, 100,000 and 1,000,000 relays of degree 14, the report included.
  model: { baseBytes: 300e6, relayBytes: 250, linkEndBytes: 37 },
  // Measured: 0.38 GB in each of two processes of 50 relays of degree 14, and the command's own.
  wire: { baseBytes: 600e6, relayBytes: 2e6, linkEndBytes: 250e3 },
};

export interface Machine {
  /** Memory that a new process could still get, bytes. */
  readonly availableBytes: number;
}

/** Memory that this process can get: the least of what the machine has free and what its container allows. */
export function thisMachine(): Machine {
  // Only Linux counts caches that it would give up as free; elsewhere free memory is nearly always small.
  const free = process.platform === 'linux' ? freemem() : totalmem() * 0.75;
  // Without a limit, constrainedMemory answers 0 or an absurdly large number, depending on the version.
  const limit = process.constrainedMemory?.() ?? 0;
  const isLimited = limit > 0 && limit < totalmem();
  const left = isLimited ? limit - process.memoryUsage.rss() : Number.POSITIVE_INFINITY;
  return { availableBytes: Math.max(0, Math.min(free, left)) };
}

function memoryOf(engine: EngineName, stack: StackName): EngineMemory {
  return engine === 'gossipsub' && stack === 'libp2p' ? LIBP2P_MEMORY : MEMORY[engine];
}

/** Peak memory that the scenario's engine is expected to need, bytes. */
export function memoryEstimateBytes(
  relays: number,
  degree: number,
  engine: EngineName,
  stack: StackName = 'bare',
): number {
  const { baseBytes, relayBytes, linkEndBytes } = memoryOf(engine, stack);
  return baseBytes + relays * (relayBytes + degree * linkEndBytes);
}

/** What sybils add, fitted to 0.4 GB without and 0.9 GB with floods at 1,000 relays and 20,000 links of sybils. */
const SYBIL_MEMORY = {
  linkBytes: 4e3,
  /** Of each id or topic of a flood, at both ends of a link, until the routers forget it. */
  floodItemBytes: 200,
} as const;

/** Peak memory for the sybils of the most attacked arm; arms run one after the other. */
function sybilMemoryBytes(scenario: Scenario): number {
  const needs = scenario.arms.map((arm) => {
    const plan = arm.kind === 'live' ? sybilsOfArm(scenario, arm) : null;
    if (plan === null) return 0;
    return plan.count * plan.degree * (SYBIL_MEMORY.linkBytes + plan.batch * SYBIL_MEMORY.floodItemBytes);
  });
  return Math.max(0, ...needs);
}

function gigabytes(bytes: number): string {
  const value = bytes / 1e9;
  return `${value < 10 ? value.toFixed(1) : String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')} GB`;
}

function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Says why the scenario does not fit and what would, or null when it fits. */
export function infeasibility(
  scenario: Scenario,
  machine: Machine = thisMachine(),
): { message: string; hint: string } | null {
  if (!scenario.arms.some((arm) => arm.kind === 'live')) return null;
  const { engine, stack } = scenario;
  const { relays, degree } = scenario.network;
  const ofSybils = sybilMemoryBytes(scenario);
  const needed = memoryEstimateBytes(relays, degree, engine, stack) + ofSybils;
  if (needed <= machine.availableBytes) return null;
  const { baseBytes, relayBytes, linkEndBytes } = memoryOf(engine, stack);
  const perRelay = relayBytes + degree * linkEndBytes;
  const fitting = Math.floor((machine.availableBytes - baseBytes - ofSybils) / perRelay);
  const rounded = fitting >= 1000 ? fitting - (fitting % 100) : fitting;
  const fits = rounded > 2 ? `at most ${grouped(rounded)} relays fit here` : 'no network fits here';
  const { model } = ENGINES;
  let other = '';
  if (relays > model.relaysMax)
    other = `; even the engine model is meant for at most ${grouped(model.relaysMax)} relays`;
  else if (engine !== 'model') other = '; the engine model is meant for networks of this size';
  return {
    message:
      `${grouped(relays)} relays${ofSybils > 0 ? ' and the sybils' : ''} need about ${gigabytes(needed)} of memory with the engine ${engineLabel(scenario)}; ` +
      `${gigabytes(machine.availableBytes)} is available`,
    hint: `${fits}${other}`,
  };
}
