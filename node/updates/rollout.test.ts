import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placeOf, queuePosition, type Rollout, rolloutProblem } from './rollout.ts';

const WAVES: Rollout = [
  { upToShare: 0.01, notBeforeMs: 0 },
  { upToShare: 0.25, notBeforeMs: 1000 },
  { upToShare: 0.5, notBeforeMs: 2000 },
];
const relays = Array.from({ length: 20000 }, (_, i) => `relay ${i}`);

describe('rollout', () => {
  it('waves have the shares they ask for, and leave the rest out', () => {
    const counts = [0, 0, 0, 0];
    for (const relay of relays) counts[placeOf(WAVES, relay, 'salt')?.wave ?? 3]++;
    // Within four standard deviations of the binomial.
    for (const [wave, share] of [0.01, 0.24, 0.25, 0.5].entries()) {
      const deviation = Math.sqrt(relays.length * share * (1 - share));
      assert.ok(
        Math.abs(counts[wave] - relays.length * share) < 4 * deviation,
        `wave ${wave}: ${counts[wave]}`,
      );
    }
  });

  it('another update has other first relays', () => {
    const first = (salt: string) => relays.filter((relay) => placeOf(WAVES, relay, salt)?.wave === 0);
    const a = new Set(first('a'));
    const both = first('b').filter((relay) => a.has(relay)).length;
    assert.ok(both < a.size / 10, `${both} of ${a.size} are first twice`);
  });

  it('a place does not change when later waves are added', () => {
    for (const relay of relays.slice(0, 200)) {
      const early = placeOf(WAVES.slice(0, 1), relay, 'salt');
      if (early !== null) assert.deepEqual(placeOf(WAVES, relay, 'salt'), early);
    }
    assert.equal(queuePosition('relay 1', 'salt'), queuePosition('relay 1', 'salt'));
  });

  it('says what is wrong with waves', () => {
    assert.equal(rolloutProblem(WAVES), null);
    assert.match(rolloutProblem([]) ?? '', /needs a wave/);
    assert.match(rolloutProblem([{ upToShare: 0, notBeforeMs: 0 }]) ?? '', /wave 0: upToShare 0/);
    assert.match(
      rolloutProblem([...WAVES, { upToShare: 0.4, notBeforeMs: 3000 }]) ?? '',
      /wave 3: upToShare 0.4/,
    );
    assert.match(rolloutProblem([{ upToShare: Number.NaN, notBeforeMs: 0 }]) ?? '', /wave 0/);
    assert.match(
      rolloutProblem([...WAVES, { upToShare: 1, notBeforeMs: 10 }]) ?? '',
      /wave 3: notBeforeMs 10/,
    );
  });
});
