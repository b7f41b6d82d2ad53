import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { madeTraffic } from '../testing/made-traffic.ts';
import { exposedSeconds, markExposure, vulnerableCircuitHours } from './marking.ts';

/** Relays 0 and 1 are the party's. Of six paths two are open to attack; one is the party's from end to end. */
const PATHS = [0, 5, 1, /**/ 0, 6, 1, /**/ 0, 1, 1, /**/ 2, 5, 1, /**/ 0, 6, 3, /**/ 2, 7, 3];
const NEVER = Number.NaN;

function activatedAt(seconds: Readonly<Record<number, number>>): Float64Array {
  return Float64Array.from({ length: 8 }, (_unused, relay) => seconds[relay] ?? NEVER);
}

function exposureOf(mark: 'relay-early' | 'drop', activated: Float64Array, clientUpdated: number[] = []) {
  const traffic = madeTraffic({ paths: PATHS, hostile: [0, 1], clientUpdated });
  return markExposure(traffic, mark, activated, 60) ?? assert.fail('no exposure');
}

describe('marks', () => {
  it('a RELAY_EARLY mark works until the middle has the module, path by path', () => {
    const exposure = exposureOf('relay-early', activatedAt({ 0: 1, 1: 1, 2: 1, 3: 1, 5: 10, 6: 20 }));
    // Five paths have an honest middle: twice 5, twice 6, once 7, which never updates.
    assert.equal(exposure.attackableShare, 2 / 6);
    assert.deepEqual(exposure.seconds, [10, 10, 20, 20]);
    assert.deepEqual(
      exposure.fraction.map((share) => Math.round(share * 100)),
      [80, 60, 40, 20],
    );
  });

  it('exposure adds up: 10 s of all, 10 s of three fifths, the rest of one fifth', () => {
    const exposure = exposureOf('relay-early', activatedAt({ 5: 10, 6: 20 }));
    assert.ok(Math.abs(exposedSeconds(exposure, 100) - (10 + 10 * 0.6 + 80 * 0.2)) < 1e-9);
    assert.equal(exposedSeconds(exposure, 5), 5, 'a horizon before the first update');
    // 300 circuits, of which a third may be attacked, for 32 s each.
    assert.ok(Math.abs(vulnerableCircuitHours(exposure, 300, 100) - (100 * 32) / 3600) < 1e-9);
  });

  it('an update of relays does not end marks that only clients see, one of clients does', () => {
    const relaysOnly = exposureOf('drop', activatedAt({ 5: 1, 6: 1, 7: 1 }), [NEVER, NEVER]);
    assert.equal(exposedSeconds(relaysOnly, 100), 100);
    // One client has it 30 s after the release, one came with it.
    const clients = exposureOf('drop', activatedAt({}), [90, 20]);
    assert.deepEqual(
      [clients.seconds, clients.fraction],
      [
        [0, 30],
        [0.5, 0],
      ],
    );
    assert.equal(exposedSeconds(clients, 100), 15);
  });

  it('a party that holds every middle too is not counted: no update could end it', () => {
    const traffic = madeTraffic({ paths: [0, 1, 0], hostile: [0, 1] });
    const exposure = markExposure(traffic, 'relay-early', activatedAt({}), 0) ?? assert.fail();
    assert.equal(vulnerableCircuitHours(exposure, 1000, 3600), 0);
  });

  it('without a path there is nothing to say', () => {
    assert.equal(markExposure(madeTraffic(), 'relay-early', activatedAt({}), 0), null);
  });
});
