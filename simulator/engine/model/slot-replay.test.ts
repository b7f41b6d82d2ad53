/** The replay of a slot beside a real slot, to which the gossipsub engine's traffic comes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RelayCore } from '../../../node/core.ts';
import { cellAdmission } from '../../../node/hooks/catalogue/cell-admission.ts';
import type { AnyHook } from '../../../node/hooks/define-hook.ts';
import { HookRuntime } from '../../../node/hooks/hook-runtime.ts';
import { NEVER_MS } from '../../../node/updates/activation-policy.ts';
import type { ModuleVersion } from '../../../node/wasm/module-version.ts';
import { prepareReleases } from '../../arms/release.ts';
import { testScenario, testUpdate } from '../../testing/test-scenario.ts';
import { cellsArriveUs, HookTraffic, meanCellWaitUs } from '../gossipsub/hook-traffic.ts';
import type { RelayPolicies } from '../gossipsub/job.ts';
import { randomStream } from '../random.ts';
import { Call, EPOCH_MS, VirtualClock } from '../virtual-clock.ts';
import { type HookCells, type ModuleInLine, replaySlot, type SlotHistory } from './slot-replay.ts';

const HOOK = cellAdmission as unknown as AnyHook;
const RELAY = 0;
const MODULES = 4;
const UNTIL_US = 120e6;
const scenario = testScenario({ updates: Array.from({ length: MODULES }, () => testUpdate()) });

function cellsOf(seed: number, bytesPerSecond: number): HookCells {
  const meanWaitUs = meanCellWaitUs(scenario.traffic.utilization, bytesPerSecond);
  return {
    meanWaitUs,
    arriveUs: (fromUs, cells) => cellsArriveUs(seed, RELAY, HOOK.id, fromUs, cells, meanWaitUs),
  };
}

/** What a slot does itself. */
function runSlot(
  seed: number,
  bytesPerSecond: number,
  modules: readonly ModuleInLine[],
  versions: readonly ModuleVersion[],
): SlotHistory {
  const clock = new VirtualClock(1, seed);
  const activatedUs = new Map<number, number>();
  const confirmed = new Set<number>();
  const releaseOf = (hash: string | null): number => versions.findIndex((version) => version.hash === hash);
  const slot = new HookRuntime({ clock }).slot(cellAdmission, null, {
    onTransition: (_slot, transition, _reason, hash) => {
      if (transition === 'activated') activatedUs.set(releaseOf(hash), clock.nowUs);
      if (transition === 'confirmed') confirmed.add(releaseOf(hash));
    },
  });
  const core = { slot: () => slot } as unknown as RelayCore;
  const traffic = new HookTraffic(
    {
      scenario: { ...scenario, seed },
      policies: {} as RelayPolicies,
      population: { advertisedBytesPerSecond: Float64Array.of(bytesPerSecond) },
    },
    clock,
    { isRunning: () => true, skewMs: () => 0, isAlone: false },
  );
  for (const { release, stagedUs, mayRunMs, revokedUs } of modules) {
    const stage = (): void => {
      const notBeforeMs = Math.min(NEVER_MS, EPOCH_MS + mayRunMs);
      slot.stage(versions[release]!, { notBeforeMs });
      traffic.expectCells(RELAY, core, HOOK, notBeforeMs);
    };
    clock.plan(stagedUs, new Call(RELAY, stage));
    if (revokedUs < Number.POSITIVE_INFINITY)
      clock.plan(revokedUs, new Call(RELAY, () => slot.quarantine(versions[release]!.hash)));
  }
  clock.runUntil(
    UNTIL_US,
    () => {},
    () => false,
  );
  return { activatedUs, confirmed, active: slot.activeHash === null ? null : releaseOf(slot.activeHash) };
}

async function admitted(): Promise<ModuleVersion[]> {
  const runtime = new HookRuntime();
  return (await prepareReleases(scenario)).map(({ request }) => {
    const admission = runtime.admit(HOOK, request.binary);
    assert('admitted' in admission);
    return admission.admitted;
  });
}

test('slot replay: whatever operators decide, it comes to what a slot and its traffic come to', async () => {
  const versions = await admitted();
  let [waited, superseded, early] = [0, 0, 0];
  for (let seed = 1; seed <= 2000; seed++) {
    const stream = randomStream(seed, 'slot replay');
    // From a cell in ten seconds to ten thousand in one.
    const bytesPerSecond = 128 * 10 ** (5 * stream.uniform());
    const count = 1 + stream.integer(MODULES);
    const withinUs = stream.uniform() < 0.5 ? 2e5 : 60e6;
    const staged = Array.from({ length: count }, () => stream.integer(withinUs)).sort((a, b) => a - b);
    const modules = staged.map((stagedUs, release): ModuleInLine => {
      const waits = stream.integer(4);
      const waitsMs = stream.integer(30_000);
      const nowMs = Math.floor(stagedUs / 1000);
      const mayRunMs = [-EPOCH_MS, nowMs + waitsMs, nowMs + stream.integer(20), NEVER_MS][waits]!;
      const isRevoked = count === 1 && stream.uniform() < 0.5;
      const revokedUs = isRevoked ? stagedUs + stream.integer(40e6) : Number.POSITIVE_INFINITY;
      return { release, stagedUs, mayRunMs, revokedUs, trialCells: HOOK.confirmAfter };
    });
    const cells = cellsOf(seed, bytesPerSecond);
    const replayed = replaySlot(modules, cells, UNTIL_US);
    assert.deepEqual(replayed, runSlot(seed, bytesPerSecond, modules, versions), `seed ${seed}`);
    waited += modules.filter(({ release }) => !replayed.activatedUs.has(release)).length;
    superseded += replayed.activatedUs.size - replayed.confirmed.size;
    early += modules.filter(({ release, stagedUs, mayRunMs }) => {
      const switchedUs = replayed.activatedUs.get(release) ?? Number.POSITIVE_INFINITY;
      return switchedUs < mayRunMs * 1000 + (stagedUs % 1000);
    }).length;
  }
  assert(waited > 300 && superseded > 100, `${waited} never ran, ${superseded} were not confirmed`);
  assert(
    early > 0,
    `${early} cells of an earlier trial come in the millisecond in which the next module may run`,
  );
});
