import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AnyHook, defineHook } from '../hooks/define-hook.ts';
import { HookRuntime } from '../hooks/hook-runtime.ts';
import { i32 } from '../hooks/parameter.ts';
import { PowerLossDisk } from '../testing/power-loss-disk.ts';
import { wat } from '../testing/wat.ts';
import { NEVER_MS } from './activation-policy.ts';
import type { CohortReport } from './cohort-gate.ts';
import { DiskStore } from './disk-store.ts';
import type { Claim, Offer } from './offer.ts';
import { type LifecycleOptions, REVOCATIONS_KEPT, RelayLifecycle } from './relay-lifecycle.ts';
import { MemoryStore, type UpdateStore } from './store.ts';

const counter = defineHook({
  id: 'counter',
  interfaceVersion: 1,
  summary: 'For tests: counts its calls in the state.',
  entry: 'count',
  parameters: [i32('a')],
  result: 'i32',
  default: (_a, state) => -++state[0],
  stateBytes: 8,
  fuel: 5000,
  vectors: [{ args: [0] }],
  confirmAfter: 5,
  health: { penalty: (result) => (result >= 900 ? 1000 : 0), tolerance: 250 },
});
const hooks = new Map<string, AnyHook>([[counter.id, counter]]);

/** Answers 100 * `version` + count; traps when `$a` is 1; answers 950 when `$a` is 2. */
const binaryOf = (version: number) =>
  wat(`(module (import "core" "memory" (memory 1 1))
    (func (export "count") (param $a i32) (result i32)
      (if (i32.eq (local.get $a) (i32.const 1)) (then unreachable))
      (i32.store8 (i32.const 64) (i32.add (i32.load8_u (i32.const 64)) (i32.const 1)))
      (if (i32.eq (local.get $a) (i32.const 2)) (then (return (i32.const 950))))
      (i32.add (i32.const ${version * 100}) (i32.load8_u (i32.const 64)))))`);

const offerOf = (version: number, more: Partial<Offer> = {}): Offer => ({
  module: 'count-up',
  version,
  hook: 'counter',
  interfaceVersion: 1,
  binary: binaryOf(version),
  ...more,
});

/** A relay on a store; opening it again on the same store is a restart. */
function open(store: UpdateStore = new MemoryStore(), more: Partial<LifecycleOptions> = {}) {
  const news: string[] = [];
  const clock = { ms: 0, nowMs: () => clock.ms };
  const relay = new RelayLifecycle({
    relayId: 'relay 1',
    hooks,
    runtime: new HookRuntime({ clock }),
    store,
    listener: { onTransition: (_slot, transition, reason) => news.push(`${transition} ${reason}`) },
    ...more,
  });
  const slot = relay.slot(counter);
  const call = (times: number, a = 0) => {
    let last = 0;
    for (let i = 0; i < times; i++) last = slot.call(a);
    return last;
  };
  const refusal = (offer: Offer) => {
    const decision = relay.offer(offer);
    return 'refused' in decision ? decision.refused : 'staged';
  };
  return { store, relay, slot, call, refusal, news, clock };
}

describe('offers', () => {
  it('an update goes live at the next reach and is confirmed by its calls', () => {
    const { refusal, call, news, slot } = open();
    assert.equal(refusal(offerOf(1)), 'staged');
    assert.equal(call(5), 105);
    assert.equal(slot.phase, 'confirmed');
    assert.deepEqual(news, ['staged offered', 'activated reached', 'confirmed trial-passed']);
  });

  it('are refused by name: unknown hook, wrong interface, a binary that admission refuses', () => {
    const { refusal } = open();
    assert.equal(refusal(offerOf(1, { hook: 'nope' })), 'unknown-hook');
    assert.equal(refusal(offerOf(1, { interfaceVersion: 2 })), 'wrong-interface');
    assert.equal(refusal(offerOf(1, { binary: Buffer.from('no') })), 'malformed');
  });

  it('a replay is refused: the floor rises on confirmation, and what runs or waits counts too', () => {
    const { refusal, call } = open();
    assert.equal(refusal(offerOf(3)), 'staged');
    assert.equal(refusal(offerOf(2)), 'not-newer', 'version 3 waits');
    call(1);
    assert.equal(refusal(offerOf(2)), 'not-newer', 'version 3 is on trial');
    call(1, 1); // it traps, and is gone
    assert.equal(refusal(offerOf(3)), 'quarantined');
    assert.equal(refusal(offerOf(2)), 'staged', 'nothing newer was ever confirmed');
    call(5);
    assert.equal(refusal(offerOf(1)), 'not-newer');
    assert.equal(refusal(offerOf(2)), 'not-newer');
  });

  it('a revoked module is taken out and stays out, also after a restart', () => {
    const { relay, store, call, refusal, slot } = open();
    refusal(offerOf(1));
    call(6);
    relay.revoke(slot.activeHash!);
    assert.ok(call(1) < 0);
    const again = open(store);
    assert.equal(again.slot.activeHash, null);
    assert.equal(again.refusal(offerOf(1)), 'revoked');
    assert.equal(
      again.refusal({ ...offerOf(1), version: 2 }),
      'revoked',
      'the same bytes under a new number',
    );
  });
});

describe('what the operator lets a relay run', () => {
  it('waits in its place until the time that the operator names, and may never come', () => {
    const activation = {
      mayRunFromMs: ({ version }: Claim) => (version === 1 ? 0 : version === 2 ? 1000 : NEVER_MS),
    };
    const { refusal, call, slot, clock } = open(new MemoryStore(), { activation });
    const hashOfActive = () => slot.activeHash;
    assert.equal(refusal(offerOf(1)), 'staged');
    call(6);
    const first = hashOfActive();
    assert.notEqual(first, null);
    assert.equal(refusal(offerOf(2)), 'staged');
    clock.ms = 999;
    call(1);
    assert.equal(hashOfActive(), first);
    assert.notEqual(slot.pendingHash, null);
    clock.ms = 1000;
    call(6);
    const second = hashOfActive();
    assert.notEqual(second, first);
    assert.equal(refusal(offerOf(3)), 'staged');
    clock.ms = 1e14;
    call(100);
    assert.equal(hashOfActive(), second);
    assert.notEqual(slot.pendingHash, null);
  });

  it('a rollout that comes later than the operator still counts, and the wait is kept over a restart', () => {
    const store = new MemoryStore();
    const activation = { mayRunFromMs: () => 1000 };
    const before = open(store, { activation });
    assert.equal(before.refusal(offerOf(1, { rollout: [{ upToShare: 1, notBeforeMs: 5000 }] })), 'staged');
    const after = open(store, { activation });
    after.clock.ms = 4999;
    after.call(1);
    assert.equal(after.slot.activeHash, null);
    after.clock.ms = 5000;
    after.call(1);
    assert.notEqual(after.slot.activeHash, null);
  });
});

describe('what signed metadata name', () => {
  const named = (version: number) => offerOf(version, { desired: true });

  it('an older version is taken once the newer one is revoked, and not before', () => {
    const { relay, refusal, call, slot } = open();
    refusal(named(2));
    call(6);
    assert.equal(refusal(named(1)), 'not-newer');
    relay.revoke(slot.activeHash!);
    assert.equal(refusal(offerOf(1)), 'not-newer', 'without metadata it is a replay for ever');
    assert.equal(refusal(named(1)), 'staged');
    assert.equal(Math.floor(call(1) / 100), 1);
  });

  it('the same once the newer one has failed here', () => {
    const { refusal, call } = open();
    refusal(named(2));
    call(6);
    for (let i = 0; i < 3; i++) call(1, 1);
    assert.equal(refusal(named(1)), 'staged');
  });

  it('a version that ran here before comes back, other bytes under its number do not', () => {
    const { refusal, call, slot } = open();
    refusal(named(1));
    call(6);
    refusal(named(5)); // stands for another update of the hook
    call(6);
    const other = { module: 'other', binary: binaryOf(7) };
    assert.equal(refusal({ ...named(3), ...other }), 'staged');
    call(6);
    assert.equal(slot.phase, 'confirmed');
    assert.equal(refusal(offerOf(5)), 'not-newer');
    assert.equal(refusal(named(5)), 'staged');
    assert.equal(refusal({ ...named(5), binary: binaryOf(4) }), 'not-newer');
  });

  it('a floor is kept over a restart', () => {
    const { relay, store, refusal, call, slot } = open();
    refusal(named(2));
    call(6);
    assert.equal(open(store).refusal(named(1)), 'not-newer');
    relay.revoke(slot.activeHash!);
    const again = open(store);
    assert.equal(again.slot.activeHash, null);
    assert.equal(again.refusal(offerOf(1)), 'not-newer', 'also when nothing runs any more');
  });

  it('a revocation is kept for what never ran here, and for what a restart would bring back', () => {
    const { relay, store, refusal, call, slot } = open();
    refusal(named(1));
    call(6);
    const first = slot.activeHash!;
    refusal(named(2));
    call(6);
    refusal(named(3));
    call(1); // on trial: the slot can go back to version 2 only
    assert.equal(relay.revoke(first), true);
    assert.equal(relay.revoke(first), false);
    relay.close();
    const again = open(store);
    again.relay.withdraw('counter');
    assert.equal(Math.floor(again.call(1) / 100), 2);
    for (let i = 0; i < 3; i++) again.call(1, 1);
    assert.ok(again.call(1) < 0, 'the default, not version 1');
  });

  it('a relay switches within the jitter window, at a time of its own, and not before its wave', () => {
    const times = [1, 2, 3].map((name) => {
      const { relay, clock } = open(undefined, { relayId: `relay ${name}` });
      clock.ms = 1000;
      const decision = relay.offer(offerOf(1, { salt: 'salt', jitterMs: 500 }));
      return 'staged' in decision ? decision.notBeforeMs : Number.NaN;
    });
    assert.ok(times.every((ms) => ms >= 1000 && ms < 1500));
    assert.equal(new Set(times).size, 3);
    const { relay } = open();
    const rollout = [{ upToShare: 1, notBeforeMs: 9000 }];
    const decision = relay.offer(offerOf(1, { rollout, jitterMs: 500 }));
    assert.equal('staged' in decision && decision.notBeforeMs, 9000);
  });

  it('a module that was admitted without vectors has yet to answer them', () => {
    const runtime = new HookRuntime();
    const plain = open(undefined, { runtime });
    assert.equal(plain.refusal(offerOf(1)), 'staged');
    const vectors = [{ args: [0], expect: 7 }];
    const tried = open(undefined, { runtime });
    assert.equal(tried.refusal(offerOf(1, { vectors })), 'canary-result');
    assert.equal(tried.refusal(offerOf(1, { vectors: [{ args: [0], expect: 101 }] })), 'staged');
    assert.equal(
      open(undefined, { runtime }).refusal(offerOf(1)),
      'staged',
      'the refusal was of those vectors',
    );
  });
});

describe('health', () => {
  it('wrong but legal output ends the trial as soon as no rest of it could make up for it', () => {
    const { refusal, call, slot, news } = open();
    call(10);
    refusal(offerOf(1));
    call(1, 2);
    assert.equal(slot.phase, 'trial', 'one bad answer of five is within the tolerance');
    assert.equal(call(1, 2), 950, 'the answer stands; the module goes');
    assert.equal(slot.activeHash, null);
    assert.equal(news.at(-1), 'rolled-back health');
    assert.equal(call(1), -11, 'the count is that before the trial');
  });

  it('goes on after the trial', () => {
    const { refusal, call, slot, news } = open();
    refusal(offerOf(1));
    call(7);
    assert.equal(slot.phase, 'confirmed');
    call(2, 2);
    assert.equal(slot.activeHash, null);
    assert.equal(news.at(-1), 'rolled-back health');
  });

  it('one bad answer within the tolerance does not', () => {
    const { refusal, call, slot } = open();
    call(10);
    refusal(offerOf(1));
    call(4);
    call(1, 2);
    assert.equal(slot.phase, 'confirmed');
  });
});

describe('rollout', () => {
  const waves = [
    { upToShare: 0.5, notBeforeMs: 100 },
    { upToShare: 1, notBeforeMs: 200 },
  ];
  /** Relays by the wave that they fall into for version 1. */
  const relayIn = (wave: number) => {
    for (let i = 0; ; i++) {
      const relayId = `relay ${i}`;
      const { relay } = open(undefined, { relayId });
      const decision = relay.offer(offerOf(1, { rollout: waves }));
      if ('staged' in decision && decision.notBeforeMs === waves[wave].notBeforeMs) return relayId;
    }
  };

  it('a relay outside of the waves does not take the update', () => {
    const { refusal } = open(undefined, { relayId: relayIn(1) });
    assert.equal(refusal(offerOf(1, { rollout: waves.slice(0, 1) })), 'not-in-cohort');
  });

  it('the second wave waits for its time, for reports of the first, and for their good news', () => {
    let report: CohortReport | null = null;
    const { refusal, call, clock, slot } = open(undefined, {
      relayId: relayIn(1),
      cohortReports: { report: (_hash, wave) => (wave === 0 ? report : null) },
    });
    refusal(offerOf(1, { rollout: waves }));
    clock.ms = 199;
    assert.ok(call(1) < 0);
    clock.ms = 200;
    assert.ok(call(1) < 0, 'no report yet');
    report = { activated: 9, failed: 0, health: null, healthBefore: null };
    assert.ok(call(1) < 0, 'too few to count');
    report = { activated: 10, failed: 0, health: null, healthBefore: null };
    assert.ok(call(1) > 0);
    assert.equal(slot.phase, 'trial');
  });

  for (const [why, report] of [
    ['too many failed', { activated: 100, failed: 6, health: null, healthBefore: null }],
    [
      'their answers are worse than those before',
      {
        activated: 100,
        failed: 0,
        health: { calls: 10, penalties: 3600 },
        healthBefore: { calls: 10, penalties: 100 },
      },
    ],
  ] as const) {
    it(`the second wave never switches if ${why} in the first`, () => {
      const { refusal, call, clock, news } = open(undefined, {
        relayId: relayIn(1),
        cohortReports: { report: () => report },
      });
      refusal(offerOf(1, { rollout: waves }));
      clock.ms = 1000;
      assert.ok(call(1) < 0);
      assert.equal(news.at(-1), 'withdrawn cohort');
      assert.equal(refusal(offerOf(1, { rollout: waves })), 'staged', 'it may be offered again');
    });
  }
});

describe('restart', () => {
  it('brings back the confirmed module and its state', () => {
    const { relay, store, refusal, call } = open();
    refusal(offerOf(1));
    call(8);
    relay.checkpoint();
    call(3);
    const again = open(store);
    assert.equal(again.slot.phase, 'confirmed');
    assert.equal(again.call(1), 109, 'the state is that of the checkpoint');
  });

  it('a module that was in line is in line again', () => {
    const { store, refusal } = open();
    refusal(offerOf(1));
    const again = open(store);
    assert.equal(again.slot.activeHash, null);
    assert.equal(again.call(1), 101);
    assert.equal(again.slot.phase, 'trial');
  });

  it('a crash on trial brings back the module before, and the trial once more; the second crash ends it', () => {
    const { store, refusal, call } = open();
    refusal(offerOf(1));
    call(6);
    refusal(offerOf(2));
    call(2); // the process dies here
    const second = open(store);
    assert.equal(second.call(1), 206, 'the trial starts anew on the state before it');
    const third = open(store);
    assert.equal(third.call(1), 106);
    assert.equal(third.slot.phase, 'confirmed');
    assert.deepEqual([...third.slot.quarantined.values()], ['crashed']);
    assert.deepEqual(third.news, ['quarantined crashed'], 'the process that knew of it is gone');
    assert.equal(third.refusal({ ...offerOf(2), version: 3 }), 'quarantined');
  });

  it('stops in good order are not held against a trial', () => {
    let relay = open();
    relay.refusal(offerOf(1));
    for (let i = 0; i < 5; i++) {
      relay.call(1);
      relay.relay.close();
      relay = open(relay.store);
    }
    assert.equal(relay.call(1), 101);
    assert.equal(relay.slot.phase, 'trial');
  });

  it('a broken binary on disk: the module before it is the last good one', () => {
    const disk = new PowerLossDisk();
    const first = open(new DiskStore('/relay', disk.files));
    first.refusal(offerOf(1));
    first.call(6);
    first.refusal(offerOf(2));
    first.call(6);
    disk.damage(`/relay/modules/${first.slot.activeHash}.wasm`, (bytes) => bytes.subarray(1));
    const again = open(new DiskStore('/relay', disk.files));
    assert.equal(Math.floor(again.call(1) / 100), 1);
    assert.equal(again.slot.phase, 'confirmed');
    assert.equal(again.refusal(offerOf(2)), 'not-newer', 'the floor stands');
  });

  it('with every binary gone the default answers', () => {
    const { store, refusal, call } = open();
    refusal(offerOf(1));
    call(6);
    const emptied: UpdateStore = {
      readRecord: () => store.readRecord(),
      writeRecord: (record) => store.writeRecord(record),
      readModule: () => null,
      writeModule: () => {},
      keepModules: () => {},
    };
    const again = open(emptied);
    assert.ok(again.call(1) < 0);
  });

  it('a record of a hook that the core has changed since is left behind', () => {
    const { store, refusal, call } = open();
    refusal(offerOf(1));
    call(6);
    const newer = { ...counter, interfaceVersion: 2 };
    const again = new RelayLifecycle({
      relayId: 'relay 1',
      hooks: new Map([['counter', newer]]),
      runtime: new HookRuntime(),
      store,
    });
    assert.equal(Object.hasOwn(again.offer(offerOf(1, { interfaceVersion: 2 })), 'staged'), true);
  });
});

describe('a store that fails', () => {
  it('does not stop the relay', () => {
    const failures: unknown[] = [];
    const full: UpdateStore = {
      readRecord: () => null,
      writeRecord: () => {
        throw new Error('no space left on device');
      },
      readModule: () => null,
      writeModule: () => {
        throw new Error('no space left on device');
      },
      keepModules: () => {},
    };
    const { refusal, call } = open(full, { onStoreFailure: (error) => failures.push(error) });
    assert.equal(refusal(offerOf(1)), 'staged');
    assert.equal(call(5), 105);
    assert.ok(failures.length >= 2);
  });
});

describe('a flood of revocations', () => {
  it('REVOCATIONS_KEPT: the latest are remembered, and the store keeps no more', () => {
    const held: { record: ReturnType<UpdateStore['readRecord']> } = { record: null };
    const silent: UpdateStore = {
      readRecord: () => held.record,
      writeRecord: (record) => void (held.record = record),
      readModule: () => null,
      writeModule: () => {},
      keepModules: () => {},
    };
    const { relay } = open(silent);
    const hashOf = (index: number): string => index.toString(16).padStart(64, '0');
    const quick = relay as unknown as { save: () => void };
    const { save } = quick;
    quick.save = () => {}; // each would write all of them
    for (let index = 0; index < REVOCATIONS_KEPT + 10; index++) relay.revoke(hashOf(index));
    quick.save = save;
    assert.equal(relay.revoke(hashOf(REVOCATIONS_KEPT + 10)), true);
    assert.equal(held.record?.revoked.length, REVOCATIONS_KEPT);
    assert.equal(relay.revoke(hashOf(REVOCATIONS_KEPT)), false, 'a late one is known');
    assert.equal(relay.revoke(hashOf(0)), true, 'the first has been forgotten');
  });
});
