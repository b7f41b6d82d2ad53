import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  type Candidate,
  CandidateFlag,
  encodeCandidates,
  NO_CANDIDATE,
  PathPosition,
  pathSelection,
} from '../../node/hooks/catalogue/path-selection.ts';
import { slotOf, slotWith } from '../testing/slot-with.ts';

const spread = await slotWith(pathSelection, 'spread-paths');
const DRAWS = 4096;

/** Share of evenly spaced random numbers that choose each candidate. */
function shares(slot: typeof spread, candidates: readonly Candidate[], position: number): number[] {
  const counts = candidates.map(() => 0);
  for (let i = 0; i < DRAWS; i++) {
    const chosen = slot.call(
      position,
      candidates.length,
      Math.floor(((i + 0.5) * 2 ** 32) / DRAWS),
      encodeCandidates(candidates),
    );
    counts[chosen]++;
  }
  return counts.map((count) => count / DRAWS);
}
const near = (found: number, wanted: number) =>
  assert.ok(Math.abs(found - wanted) < 0.001, `${found}, wanted ${wanted}`);

const heavyAmongLight: Candidate[] = [
  { weight: 9000, flags: 3 },
  ...Array.from({ length: 9 }, () => ({ weight: 111, flags: 3 })),
];

it('spread-paths: a relay of nine tenths of the weight is chosen for two thirds of the circuits', () => {
  const [heavy, light] = shares(spread, heavyAmongLight, PathPosition.middle);
  // The mean is 999.9, the cap 1999; the others stay at 111.
  near(heavy, 1999 / (1999 + 9 * 111));
  near(light, 111 / (1999 + 9 * 111));
  near(shares(slotOf(pathSelection), heavyAmongLight, PathPosition.middle)[0], 9000 / 9999);
});

it('spread-paths: equal weights stay equal, and weights near the mean are as they were', () => {
  for (const share of shares(
    spread,
    [5, 5, 5, 5].map((weight) => ({ weight, flags: 3 })),
    PathPosition.guard,
  ))
    near(share, 0.25);
  const [small, large] = shares(
    spread,
    [
      { weight: 100, flags: 3 },
      { weight: 200, flags: 3 },
    ],
    PathPosition.exit,
  );
  near(small, 1 / 3);
  near(large, 2 / 3);
});

it('both choose among the eligible only', () => {
  const candidates: Candidate[] = [
    { weight: 1000, flags: CandidateFlag.guard },
    { weight: 1000, flags: CandidateFlag.exit },
    { weight: 1000, flags: CandidateFlag.exit | CandidateFlag.sameFamily },
    { weight: 1000, flags: CandidateFlag.guard | CandidateFlag.exit | CandidateFlag.sameNetwork },
  ];
  for (const slot of [spread, slotOf(pathSelection)]) {
    assert.deepEqual(shares(slot, candidates, PathPosition.guard), [1, 0, 0, 0]);
    assert.deepEqual(shares(slot, candidates, PathPosition.exit), [0, 1, 0, 0]);
    assert.deepEqual(shares(slot, candidates, PathPosition.middle), [0.5, 0.5, 0, 0]);
    assert.equal(slot.call(PathPosition.exit, 1, 5, encodeCandidates(candidates)), NO_CANDIDATE);
  }
});
