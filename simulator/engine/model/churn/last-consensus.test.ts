import assert from 'node:assert/strict';
import { test } from 'node:test';
import { livesOf } from '../../../population/churn.ts';
import { isListedAt } from '../../gossipsub/link-keeper.ts';
import { randomStream } from '../../random.ts';
import { LastConsensus } from './last-consensus.ts';

const HOUR_US = 3.6e9;
const RELAYS = 20;

test('last consensus: it lists who was up at the last full hour, however relays come and go', () => {
  const stream = randomStream(1, 'last consensus');
  // Many absences begin and end at a full hour.
  const momentUs = (): number =>
    stream.integer(3) === 0 ? HOUR_US * (1 + stream.integer(9)) : 1 + stream.integer(10 * HOUR_US);
  const absences = Array.from({ length: RELAYS }, (_unused, relay) => {
    const moments = [...new Set(Array.from({ length: 8 }, momentUs))].sort((a, b) => a - b);
    return moments.flatMap((leavesUs, at) =>
      at % 2 === 0 ? [{ relay, leavesUs, returnsUs: moments[at + 1] ?? Infinity }] : [],
    );
  }).flat();
  const churn = livesOf(
    {
      joinsUs: new Float64Array(RELAYS),
      absences: absences.length,
      absentRelay: Uint32Array.from(absences, ({ relay }) => relay),
      leavesUs: Float64Array.from(absences, ({ leavesUs }) => leavesUs),
      returnsUs: Float64Array.from(absences, ({ returnsUs }) => returnsUs),
    },
    RELAYS,
  );
  const changes = absences.flatMap(({ relay, leavesUs, returnsUs }) => [
    { relay, atUs: leavesUs, isUp: false },
    { relay, atUs: returnsUs, isUp: true },
  ]);
  const looks = Array.from({ length: 500 }, () => ({ relay: -1, atUs: momentUs(), isUp: false }));
  const consensus = new LastConsensus(churn, RELAYS);
  let listed = 0;
  for (const { relay, atUs, isUp } of [...changes, ...looks].sort((a, b) => a.atUs - b.atUs)) {
    if (atUs === Infinity) break;
    if (relay >= 0) consensus.note(relay, atUs, isUp);
    else {
      for (let other = 0; other < RELAYS; other++) {
        const isListed = consensus.lists(other, atUs);
        assert.equal(isListed, isListedAt(churn, other, atUs), `relay ${other} at ${atUs}`);
        if (isListed) listed++;
      }
    }
  }
  assert(listed > 1000 && listed < 500 * RELAYS - 1000);
});
