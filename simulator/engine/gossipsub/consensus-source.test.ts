import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConsensusSource, type Publisher } from './publisher.ts';

const HOUR_US = 3_600_000_000;

/** As of when an authority hands out the repository; runs begin at one o'clock. */
function issuedAtUs(intervalUs: number, nowUs: number): number {
  const asked: number[] = [];
  const publisher = {
    issueAt: (atUs: number) => {
      asked.push(atUs);
      return { versions: null };
    },
  };
  new ConsensusSource(publisher as unknown as Publisher, intervalUs, () => nowUs).versions();
  return asked[0]!;
}

test('consensus: authorities hand out what there was at the last full interval since 1970', () => {
  assert.equal(issuedAtUs(HOUR_US, 0), 0);
  assert.equal(issuedAtUs(HOUR_US, 1.4 * HOUR_US), HOUR_US);
  assert.equal(issuedAtUs(HOUR_US, 2 * HOUR_US), 2 * HOUR_US);
  assert.equal(issuedAtUs(2 * HOUR_US, 0.5 * HOUR_US), -HOUR_US, 'half past one: of midnight');
});
