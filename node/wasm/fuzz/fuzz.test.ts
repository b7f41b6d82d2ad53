import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { makeCase, runCase } from './differential.ts';

const CASES = 600;
const from = Number(process.env.RELAYWAVE_TEST_SEED ?? 0) * CASES;

describe('random modules', () => {
  it(`${CASES} cases: nothing breaks down, and metered programs do what plain ones do`, () => {
    const kinds = new Map<string, number>();
    const traces = createHash('sha256');
    for (let seed = from; seed < from + CASES; seed++) {
      const { bytes, rawFloats, mutated } = makeCase(seed);
      const { kind, defect, trace } = runCase(bytes, rawFloats, mutated);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      traces.update(trace);
      assert.equal(defect, null, `reproduce with: npx tsx bench/fuzz-modules.ts --from ${seed} --cases 1`);
    }
    // What they did, to the unit of fuel and the byte of memory, on every machine and version of Node so far.
    if (from === 0) assert.equal(traces.digest('hex').slice(0, 16), '2b95a3e161ff903b');
    // The sample must reach every way that a program can end, or it shows nothing.
    for (const kind of ['finished', 'trapped', 'out-of-fuel', 'malformed', 'invalid']) {
      assert.ok((kinds.get(kind) ?? 0) >= CASES / 200, `${kind}: ${kinds.get(kind) ?? 0} of ${CASES}`);
    }
  });
});
