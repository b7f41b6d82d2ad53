import assert from 'node:assert/strict';
import { it } from 'node:test';
import { directoryVote, VoteFlag } from '../../node/hooks/catalogue/directory-vote.ts';
import { slotOf, slotWith } from '../testing/slot-with.ts';

const mature = await slotWith(directoryVote, 'guard-maturity');
const usual = slotOf(directoryVote);

it('guard-maturity: differs from the usual vote in one thing: guards known for less than 30 days', () => {
  const hours = [0, 95, 96, 167, 168, 191, 192, 719, 720, 5000];
  let younger = 0;
  for (const uptime of hours) {
    for (const between of hours) {
      for (const permille of [979, 980, 1000]) {
        for (const known of hours) {
          for (const bandwidth of [99, 100, 1999, 2000, 9000]) {
            for (const median of [50, 1500, 8000]) {
              const call = [uptime, between, permille, known, bandwidth, median] as const;
              const before = usual.call(...call);
              const now = mature.call(...call);
              if (known >= 720) assert.equal(now, before, String(call));
              else assert.equal(now, before & ~VoteFlag.guard, String(call));
              if (now !== before) younger++;
            }
          }
        }
      }
    }
  }
  assert.ok(younger > 100, 'and in that it does');
});
