import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adoptionCurve } from '../measure/curve.ts';
import { timeToFraction } from '../measure/quantiles.ts';
import { liveLook } from './chart-style.ts';
import type { PageLine } from './page-data.ts';
import { curveLineOf, differingRows, levelRows, plainLine } from './page-lines.ts';

const RELAYS = 7500;
const times = Float64Array.from(
  { length: RELAYS },
  (_unused, relay) => 0.1 + ((relay * 7919) % RELAYS) / 20_000,
);
const weights = Float64Array.from({ length: RELAYS }, (_unused, relay) => 1 + (relay % 97));
const curve = adoptionCurve(times, weights);
const LINE = { name: 'live', look: liveLook(0, false), untilSeconds: 600 };

/** What a step line is worth at a moment: the value of its last row by then. */
function valueAt({ seconds, values }: PageLine, at: number): number {
  const rows = Array.from(seconds).filter((moment) => moment <= at).length;
  return rows === 0 ? 0 : values[rows - 1]!;
}

test('page lines: a thinned curve crosses the shares of the tables at the very same moments', () => {
  for (const weighting of ['fractionOfRelays', 'fractionOfConsensusWeight'] as const) {
    const line = curveLineOf(curve, { ...LINE, weighting });
    assert.ok(line.seconds.length < 1100, `${line.seconds.length} rows`);
    for (const share of [0.25, 0.5, 0.75, 0.9, 0.99]) {
      const at = timeToFraction(curve, weighting, share)!;
      assert.ok(valueAt(line, at) >= share - 1e-7, `${share} at ${at}`);
      assert.ok(valueAt(line, at - 1e-9) < share, `${share} before ${at}`);
    }
    assert.equal(valueAt(line, 600), 1);
  }
});

test('page lines: nowhere is a thinned curve more than a five-hundredth off', () => {
  const line = curveLineOf(curve, { ...LINE, weighting: 'fractionOfRelays' });
  for (let row = 0; row < curve.seconds.length; row += 7) {
    const off = curve.fractionOfRelays[row]! - valueAt(line, curve.seconds[row]!);
    assert.ok(off >= -1e-7 && off <= 1 / 500 + 1e-7, `row ${row}: ${off}`);
  }
});

test('page lines: a short curve keeps all its rows, and rows past its horizon go', () => {
  const short = adoptionCurve(Float64Array.of(1, 2, 3), Float64Array.of(1, 1, 1));
  assert.deepEqual(levelRows(short), [0, 1, 2]);
  const cut = curveLineOf(short, { ...LINE, weighting: 'fractionOfRelays', untilSeconds: 2.5 });
  assert.deepEqual(Array.from(cut.seconds), [1, 2]);
});

test('page lines: any other line is thinned by what can be seen of it', () => {
  const values = Array.from({ length: 10_000 }, (_unused, row) => Math.sin(row / 500) + 1);
  const rows = differingRows(values);
  assert.ok(rows.length < 3500, `${rows.length} rows`);
  const line = plainLine([...values.keys()], values, { name: 'x', look: liveLook(0, false), shape: 'step' });
  for (let row = 0; row < values.length; row++) {
    assert.ok(Math.abs(valueAt(line, row) - values[row]!) <= 2 / 500 + 1e-9, `row ${row}`);
  }
});
