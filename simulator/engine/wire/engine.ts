/**
 * The engine wire as its caller sees it: a scenario in, stage times and costs out, as the gossipsub engine gives them.
 *
 * Relays are real ones in processes of their own, on loopback, in real time; this process starts them, waits until the
 * network stands, has the updates published, and writes down what relays tell. Nothing is left when it is over.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunOptions } from '../../arms/run-contract.ts';
import { bundleThread } from '../gossipsub/bundle.mjs';
import type { EngineInput, EngineResult } from '../gossipsub/engine.ts';
import { sharedColumns } from '../gossipsub/job.ts';
import { PhaseProgress } from '../gossipsub/phase-progress.ts';
import { HostCrew } from './host-crew.ts';
import { checkDescriptors, descriptorLimit, placeRelays } from './placement.ts';
import { latenessMs } from './totals.ts';
import { WireNetwork } from './wire-network.ts';

/** Later than this, what a hundredth of the frames did is no longer the network's doing. */
const LATE_MS = 10;
/** Links that come up so much later than planned are not those of the other engines any more: others know them first. */
const DIALLED_LATE_MS = 1000;

/** Runs the scenario's network; rejects with the signal's reason when stopped. Throws WireError. */
export async function runWire(input: EngineInput, options: RunOptions): Promise<EngineResult> {
  const { scenario, population, topology, releases, faults = [] } = input;
  const { signal } = options;
  signal?.throwIfAborted();
  const { relays } = population;
  const placement = placeRelays(relays, faults, scenario.threads);
  const degrees = new Uint32Array(relays);
  for (let link = 0; link < topology.links; link++) {
    degrees[topology.dialer[link]!]!++;
    degrees[topology.listener[link]!]!++;
  }
  checkDescriptors(placement, (relay) => degrees[relay]!, descriptorLimit());
  const shared = sharedColumns(relays, 0, releases.length, 1);
  const file = await bundleThread(new URL('./host-process.ts', import.meta.url));
  signal?.throwIfAborted();
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-wire-'));
  const progress = new PhaseProgress(
    shared,
    1,
    scenario.durationSeconds,
    options,
    input.progressOf?.(shared),
  );
  const crew = new HostCrew(file, (from, report) => network.onReport(from, report));
  const network = new WireNetwork(input, { placement, degrees, shared, folder, crew });
  const stop = (): void => crew.failed(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const run = network.run((phase) => progress.enter(0, phase, 0));
    run.catch(() => {}); // what fails it is told by the crew
    const { total, counts, dialledLateMs } = await Promise.race([run, crew.failure]);
    progress.ended(0);
    const late = [0.5, 0.99].map((share) => latenessMs(counts, share)) as [number, number];
    return {
      shared,
      traceHash: null,
      threads: placement.processes.length,
      total: {
        ...total,
        warnings: [...warningsOf(scenario.fidelity, late), ...warningOfDials(dialledLateMs)],
      },
      phasesWallMs: progress.phasesWallMs(),
    };
  } finally {
    signal?.removeEventListener('abort', stop);
    progress.stop();
    network.end();
    await crew.dismiss();
    rmSync(folder, { recursive: true, force: true });
  }
}

function warningsOf(fidelity: 'fast' | 'full', [median, late]: readonly [number, number]): string[] {
  const costs =
    fidelity === 'fast'
      ? 'engine wire: relays of one process check equal bytes once, and each waits for what `costs` says'
      : 'engine wire, fidelity full: each relay does all work itself; `costs` does not apply';
  const timers = `half of all that was due was at most ${median} ms late, 99 % at most ${late} ms`;
  const verdict = late > LATE_MS ? ': this machine was too busy, and the times are too long' : '';
  return [
    'engine wire runs in real time: another run of the same seed gives other times',
    costs,
    `engine wire: ${timers}${verdict}`,
  ];
}

function warningOfDials(lateMs: number): string[] {
  if (lateMs <= DIALLED_LATE_MS) return [];
  const late = `links of the start were dialled up to ${(lateMs / 1000).toFixed(1)} s later than planned`;
  return [
    `engine wire: ${late}, so meshes are others than those of simulated relays: make network.startWithin longer`,
  ];
}
