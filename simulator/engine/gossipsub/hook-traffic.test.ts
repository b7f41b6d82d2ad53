import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RelayCore } from '../../../node/core.ts';
import { cellAdmission } from '../../../node/hooks/catalogue/cell-admission.ts';
import type { AnyHook } from '../../../node/hooks/define-hook.ts';
import { HookRuntime } from '../../../node/hooks/hook-runtime.ts';
import type { HookSlot } from '../../../node/hooks/slot.ts';
import type { ModuleVersion } from '../../../node/wasm/module-version.ts';
import { prepareReleases } from '../../arms/release.ts';
import { testScenario, testUpdate } from '../../testing/test-scenario.ts';
import { randomStream } from '../random.ts';
import { Call, VirtualClock } from '../virtual-clock.ts';
import { HookTraffic } from './hook-traffic.ts';

const HOOK = cellAdmission as unknown as AnyHook;
const RELAY = 0;
const MODULES = 4;
const UNTIL_US = 60e6;
/** A trial of a thousand cells takes some ten seconds. */
const ADVERTISED_BYTES_PER_SECOND = 200_000;

interface Life {
  readonly stagedUs: readonly number[];
  /** Infinity for a module that is never revoked. */
  readonly revokedUs: readonly number[];
}

/** What became of a slot's modules, with the health that each transition found, and how many events that took. */
async function run(life: Life, versions: readonly ModuleVersion[], isAlone: boolean) {
  const clock = new VirtualClock(1, 1);
  const news: string[] = [];
  const slot = new HookRuntime({ clock }).slot(cellAdmission, null, {
    onTransition: (view, transition, reason, hash) => {
      if (transition === 'rolled-back') traffic.rolledBack(RELAY, HOOK);
      // What decides nothing about the module that runs may find cells uncounted.
      const isOutside = transition === 'staged' || transition === 'quarantined';
      const health = isOutside ? '' : JSON.stringify((view as HookSlot).health);
      const version = versions.findIndex((each) => each.hash === hash);
      news.push(`${clock.nowUs} ${transition} ${reason} ${version} ${health}`);
    },
  });
  const traffic = new HookTraffic(
    {
      scenario: testScenario(),
      policies: null,
      population: { advertisedBytesPerSecond: Float64Array.of(ADVERTISED_BYTES_PER_SECOND) },
    },
    clock,
    { isRunning: () => true, skewMs: () => 0, isAlone },
  );
  const core = { slot: () => slot } as unknown as RelayCore;
  for (const [index, version] of versions.entries()) {
    const stage = (): void => {
      if (slot.stage(version) === 'staged') traffic.expectCells(RELAY, core, HOOK, 0);
    };
    clock.plan(life.stagedUs[index]!, new Call(RELAY, stage));
    clock.plan(life.revokedUs[index]!, new Call(RELAY, () => slot.quarantine(version.hash)));
  }
  clock.runUntil(
    UNTIL_US,
    () => {},
    () => false,
  );
  return { news, health: slot.health, events: clock.eventsFired };
}

async function admitted(): Promise<ModuleVersion[]> {
  const runtime = new HookRuntime();
  const scenario = testScenario({ updates: Array.from({ length: MODULES }, () => testUpdate()) });
  return (await prepareReleases(scenario)).map(({ request }) => {
    const admission = runtime.admit(HOOK, request.binary);
    assert('admitted' in admission);
    return admission.admitted;
  });
}

test('hook traffic: bursts that decide nothing are left out, and all comes to the same', async () => {
  const versions = await admitted();
  const seen = new Set<string>();
  let [events, eventsOfAll] = [0, 0];
  for (let seed = 0; seed < 60; seed++) {
    const random = randomStream(seed, 'lives');
    const stagedUs = versions.map(() => random.integer(UNTIL_US / 2));
    const revokedUs = stagedUs.map((us) =>
      random.integer(3) === 0 ? us + random.integer(15e6) : Number.POSITIVE_INFINITY,
    );
    const all = await run({ stagedUs, revokedUs }, versions, false);
    const few = await run({ stagedUs, revokedUs }, versions, true);
    assert.deepEqual(few.news, all.news, `seed ${seed}`);
    assert.deepEqual(few.health, all.health, `seed ${seed}`);
    for (const line of few.news) seen.add(line.split(' ')[1]!);
    events += few.events;
    eventsOfAll += all.events;
  }
  for (const transition of ['confirmed', 'superseded', 'rolled-back'])
    assert(seen.has(transition), transition);
  assert(events < eventsOfAll / 2, `${events} events instead of ${eventsOfAll}`);
});
