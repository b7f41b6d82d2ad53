import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cellAdmission } from '../../../node/hooks/catalogue/cell-admission.ts';
import type { AnyHook } from '../../../node/hooks/define-hook.ts';
import type { AttackPlan } from '../../scenario/scenario.ts';
import { ARRIVAL, type ArrivalKind } from '../gossipsub/arrival.ts';
import { FrameMint } from '../gossipsub/frame.ts';
import { Transport, type TransportHost } from '../gossipsub/transport.ts';
import { Uplink } from '../gossipsub/uplink.ts';
import { Trace } from '../trace.ts';
import { Call, VirtualClock } from '../virtual-clock.ts';
import { holdsOnlineKeys, keysBeyond } from './attackers-keys.ts';
import { unbalanced } from './frame-ledger.ts';
import { InvariantWatch } from './invariant-watch.ts';
import { ModuleRules } from './module-rules.ts';
import { checkReach } from './reachability.ts';
import { InvariantError } from './violation.ts';

const HOOK = cellAdmission as unknown as AnyHook;
const [OLD, NEW, ELSEWHERE] = ['old', 'new', 'elsewhere'];
const RELEASES = [
  { sha256: OLD, hook: HOOK.id, module: 'fix', version: 1 },
  { sha256: NEW, hook: HOOK.id, module: 'fix', version: 2 },
  { sha256: ELSEWHERE, hook: 'padding-decision', module: 'other', version: 1 },
];

function rules(changes: { verified?: boolean; keysAreStolen?: boolean } = {}) {
  const clock = { nowUs: 7_000_000, failure: null as Error | null };
  const { verified = true, keysAreStolen = false } = changes;
  const watched = new ModuleRules({
    watch: new InvariantWatch(clock),
    releases: RELEASES,
    keysAreStolen,
    hasVerified: () => verified,
  });
  return { rules: watched, found: () => clock.failure?.message ?? null };
}

describe('invariants', () => {
  it('verified-only: a module that nobody released, or that the relay has not verified, ends the run', () => {
    const sound = rules();
    sound.rules.activated(3, HOOK, OLD);
    assert.equal(sound.found(), null);
    const unknown = rules();
    unknown.rules.activated(3, HOOK, 'unknown');
    assert.match(
      unknown.found()!,
      /^verified-only at 7\.000000 s, relay 3: runs a module .* nobody released/,
    );
    const unverified = rules({ verified: false });
    unverified.rules.activated(3, HOOK, OLD);
    assert.match(unverified.found()!, /runs fix 1 unverified/);
    const misplaced = rules();
    misplaced.rules.activated(3, HOOK, ELSEWHERE);
    assert.match(misplaced.found()!, /signed for padding-decision/);
    const stolen = rules({ keysAreStolen: true });
    stolen.rules.activated(3, HOOK, 'unknown');
    assert.equal(stolen.found(), null, 'thieves with enough keys release what they like');
  });

  it('versions-rise: an older version ends the run, unless something was taken out before', () => {
    const fallen = rules();
    fallen.rules.activated(3, HOOK, NEW);
    fallen.rules.activated(4, HOOK, OLD);
    assert.equal(fallen.found(), null, 'another relay is another matter');
    fallen.rules.activated(3, HOOK, OLD);
    assert.match(fallen.found()!, /^versions-rise .* relay 3: fix fell from version 2 to 1/);
    const revoked = rules();
    revoked.rules.activated(3, HOOK, NEW);
    revoked.rules.takenOut(3, HOOK);
    revoked.rules.activated(3, HOOK, OLD);
    assert.equal(revoked.found(), null);
    const replaced = rules({ keysAreStolen: true });
    replaced.rules.activated(3, HOOK, NEW);
    replaced.rules.activated(3, HOOK, 'of thieves');
    replaced.rules.revoked(3, NEW);
    replaced.rules.activated(3, HOOK, OLD);
    assert.equal(replaced.found(), null, 'what was revoked while thieves held its place');
    for (const [relay, sha256] of [
      [3, OLD],
      [4, NEW],
    ] as const) {
      const another = rules();
      another.rules.activated(3, HOOK, NEW);
      another.rules.revoked(relay, sha256);
      another.rules.activated(3, HOOK, OLD);
      assert.match(another.found()!, /fell from version 2 to 1/, 'another revocation is none of this one');
    }
  });

  it('default-callable: a default that throws, or answers what it must not, ends the run', () => {
    const broken = rules();
    const throwing = {
      ...HOOK,
      fallback: () => {
        throw new Error('no default');
      },
    } as unknown as AnyHook;
    broken.rules.takenOut(3, throwing);
    assert.match(broken.found()!, /^default-callable .* relay 3: .* no default/);
    const wrong = rules();
    wrong.rules.activated(3, { ...HOOK, check: () => false } as unknown as AnyHook, OLD);
    assert.match(wrong.found()!, /answers what its contract forbids/);
  });

  it('reachable-only: the engine tells what arrives across a cut or at a dead relay, when nothing stops it', () => {
    const planted = (state: { cut?: boolean; gone?: boolean }, what: ArrivalKind = ARRIVAL.frame) => {
      const clock = new VirtualClock(2, 1);
      const host = (index: number): TransportHost => ({
        index,
        uplink: new Uplink(1e6),
        receiverOf: () => ({ arrive: () => {} }),
      });
      const hosts = [host(0), host(1)];
      const transport = new Transport(clock, hosts, new FrameMint(true), Trace.forRelays(2), null);
      const parts = {
        watch: new InvariantWatch(clock),
        nowUs: () => clock.nowUs,
        isCut: () => state.cut === true,
        isGone: () => state.gone === true,
      };
      transport.watch = (arrival) =>
        checkReach(parts, arrival.from, arrival.relay, arrival.what === ARRIVAL.dial);
      transport.dispatch(hosts[0]!, { to: 1, latencyUs: 5, what, detail: 0, bytes: 10, frame: null });
      clock.runUntil(
        1e6,
        () => {},
        () => false,
      );
    };
    assert.throws(
      () => planted({ cut: true }),
      /reachable-only .* relay 1: something of relay 0 arrived across a cut/,
    );
    assert.throws(() => planted({ gone: true }), /nobody is there/);
    planted({ gone: true }, ARRIVAL.dial); // a kernel refuses by itself
    planted({});
  });

  it('time-rises: an event before the present ends the run', () => {
    const clock = new VirtualClock(1, 1);
    clock.schedule(100, new Call(0, () => clock.schedule(50, new Call(0, () => {}))));
    assert.throws(
      () =>
        clock.runUntil(
          1000,
          () => {},
          () => false,
        ),
      (error: unknown) => {
        return error instanceof InvariantError && error.violation.invariant === 'time-rises';
      },
    );
  });

  it('frames-conserved: a frame too many or too few ends the run', () => {
    const sound = {
      framesSent: 10,
      framesCopied: 2,
      framesDelivered: 7,
      framesDropped: 3,
      framesInFlight: 2,
    };
    assert.equal(unbalanced(sound, 1), null);
    assert.match(
      unbalanced({ ...sound, framesDropped: 2 }, 1)!.what,
      /10 frames sent and 2 copied, but 7 delivered, 2/,
    );
    assert.notEqual(unbalanced({ ...sound, framesInFlight: 3 }, 1), null);
  });

  it('keys-given: a signature more than the attack was given ends the run', () => {
    const attack = (name: AttackPlan['attack'], keys = 0) => ({ attack: name, keys });
    const used = { targets: ['a', 'b'], snapshot: ['s'], timestamp: ['t'] };
    assert.equal(keysBeyond(attack('stolen-keys', 2), used, []), null);
    assert.match(keysBeyond(attack('stolen-keys', 1), used, [])!, /2 keys of targets, and was given 1/);
    assert.match(keysBeyond(attack('fast-forward'), used, [])!, /was given 0/);
    assert.equal(keysBeyond(attack('fast-forward'), { ...used, targets: [] }, []), null);
    assert.match(keysBeyond(attack('invalid-modules'), { ...used, targets: [] }, [])!, /was given none/);
    const own = { targets: ['x'], snapshot: ['x'], timestamp: ['x'] };
    assert.equal(keysBeyond(attack('invalid-modules'), own, ['x']), null);
  });

  it('keys-given: a theft of targets comes with the keys of snapshot and timestamp, however few it has of targets', () => {
    assert(holdsOnlineKeys({ attack: 'stolen-keys', keys: 1 }));
    assert(holdsOnlineKeys({ attack: 'false-revocation', keys: 1 }));
    assert(!holdsOnlineKeys({ attack: 'false-revocation', keys: 0 }));
    assert(holdsOnlineKeys({ attack: 'equivocation', keys: 0 }));
    assert(!holdsOnlineKeys({ attack: 'mixed', keys: 0 }));
  });

  it('only the first violation is told, and the run ends after its event', () => {
    const clock = new VirtualClock(1, 1);
    const watch = new InvariantWatch(clock);
    let later = false;
    clock.schedule(
      10,
      new Call(0, () => {
        watch.broken('versions-rise', 0, 'first');
        watch.broken('keys-given', 0, 'second');
      }),
    );
    clock.schedule(11, new Call(0, () => (later = true)));
    assert.throws(
      () =>
        clock.runUntil(
          1000,
          () => {},
          () => false,
        ),
      /versions-rise at 0\.000010 s, relay 0: first/,
    );
    assert.equal(later, false);
  });
});
