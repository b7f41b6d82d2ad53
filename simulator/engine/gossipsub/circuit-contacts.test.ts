import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from '../random.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { CircuitContacts } from './circuit-contacts.ts';

const nothing = (): void => {};
const never = (): boolean => false;

function even(relays: number): Float64Array {
  return new Float64Array(relays).fill(1 / relays);
}

/** Weights as unlike as relays' are. */
function uneven(relays: number): Float64Array {
  const weights = Float64Array.from({ length: relays }, (_unused, relay) => (1 + (relay % 7)) ** 2);
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / all);
}

interface Spread {
  /** When the n-th relay got the new state, seconds; the first ones have it from the start. */
  readonly seconds: number[];
  readonly meetings: number;
}

/** Two states, handed over at once where they meet, until everybody who can be met has the new one. */
function spread(weights: Float64Array, first: number, circuitsPerSecond: number, seed: number): Spread {
  const clock = new VirtualClock(weights.length, seed);
  const seconds: number[] = [];
  const isNew = weights.map(() => 0);
  let meetings = 0;
  const take = (relay: number): void => {
    isNew[relay] = 1;
    seconds.push(clock.nowUs / 1e6);
    contacts.setState(relay, 'new');
  };
  const contacts = new CircuitContacts({
    clock,
    consensusWeight: weights,
    circuitsPerSecond,
    seed,
    onCircuit: (relay, peer) => {
      assert.equal(clock.currentRelay, relay);
      assert.notEqual(isNew[relay], isNew[peer], 'they differ');
      meetings++;
      take(isNew[relay] === 1 ? peer : relay);
    },
  });
  for (let relay = 0; relay < weights.length; relay++) {
    if (relay < first) take(relay);
    else contacts.setState(relay, 'old');
  }
  clock.runUntil(1e12, nothing, never);
  return { seconds, meetings };
}

/** The same by building every circuit. */
function spreadByBruteForce(weights: Float64Array, first: number, perSecond: number, seed: number): number[] {
  const stream = randomStream(seed, 'every circuit');
  const cumulative = [...weights].map((_weight, relay) =>
    weights.subarray(0, relay + 1).reduce((sum, weight) => sum + weight, 0),
  );
  const pick = (): number => {
    const at = stream.uniform();
    return Math.min(
      weights.length - 1,
      cumulative.findIndex((upTo) => at < upTo),
    );
  };
  const isNew = Array.from(weights, (_weight, relay) => relay < first);
  const seconds = new Array<number>(first).fill(0);
  for (let now = 0; seconds.length < weights.length; ) {
    now += stream.exponential(1 / perSecond);
    const [one, two, three] = [pick(), pick(), pick()];
    const meets = [
      [one, two],
      [two, three],
    ].filter(([a, b]) => isNew[a] !== isNew[b]);
    for (const relay of meets.flat()) {
      if (isNew[relay]) continue;
      isNew[relay] = true;
      seconds.push(now);
    }
  }
  return seconds;
}

test('circuit contacts: the new state spreads along the expected curve', () => {
  const relays = 4000;
  const perSecond = 1000;
  // A circuit converts each old relay that stands beside a new one: with a share i of new relays, in the mean
  // i (1 - i) (4 - i). By partial fractions that share is reached at this time, but for a constant.
  const secondsAt = (share: number): number =>
    (relays / perSecond) * (Math.log(share) / 4 - Math.log(1 - share) / 3 + Math.log(4 - share) / 12);
  const runs = [1, 2, 3, 4].map((seed) => spread(even(relays), 200, perSecond, seed));
  for (const share of [0.1, 0.25, 0.5, 0.75, 0.9, 0.99]) {
    const expected = secondsAt(share) - secondsAt(0.05);
    const mean =
      runs.reduce((sum, { seconds }) => sum + seconds[Math.round(share * relays) - 1], 0) / runs.length;
    assert(Math.abs(mean / expected - 1) < 0.03, `${share}: ${mean} s, expected ${expected} s`);
  }
});

test('circuit contacts: hand-overs are distributed as when every circuit is built', () => {
  const weights = uneven(24);
  const runs = 600;
  const some = Array.from({ length: runs }, (_unused, seed) => spread(weights, 2, 50, seed).seconds);
  const all = Array.from({ length: runs }, (_unused, seed) => spreadByBruteForce(weights, 2, 50, seed));
  for (const count of [3, 6, 12, 20, 24]) {
    const times = (spreads: number[][]): number[] =>
      spreads.map((seconds) => seconds[count - 1]).sort((a, b) => a - b);
    const distance = greatestDistance(times(some), times(all));
    // Kolmogorov-Smirnov: 1.63 sqrt(2 / n) is exceeded by chance once in a hundred times.
    assert(distance < 1.63 * Math.sqrt(2 / runs), `relay ${count}: distance ${distance}`);
  }
});

/** The greatest distance between the distributions of two sorted samples of one size. */
function greatestDistance(one: readonly number[], other: readonly number[]): number {
  let [i, j, distance] = [0, 0, 0];
  while (i < one.length && j < other.length) {
    if (one[i] <= other[j]) i++;
    else j++;
    distance = Math.max(distance, Math.abs(i - j) / one.length);
  }
  return distance;
}

test('circuit contacts: the cost follows the hand-overs, not the circuits', () => {
  const { seconds, meetings } = spread(uneven(3000), 1, 1e6, 1);
  assert.equal(seconds.length, 3000);
  assert.equal(meetings, 2999, 'every meeting hands over');
});

test('circuit contacts: who is offline or has no state is never met, and is met again when it is back', () => {
  const clock = new VirtualClock(6, 1);
  const met = new Set<string>();
  const contacts = new CircuitContacts({
    clock,
    consensusWeight: even(6),
    circuitsPerSecond: 1000,
    seed: 1,
    onCircuit: (relay, peer) => void met.add([relay, peer].sort().join()),
  });
  [1, 1, 2, 2, 3].forEach((state, relay) => {
    contacts.setState(relay, state);
  });
  contacts.setOnline(2, false);
  clock.runUntil(1e6, nothing, never);
  const withoutTwo = ['0,3', '0,4', '1,3', '1,4', '3,4'];
  assert.deepEqual([...met].sort(), withoutTwo);
  contacts.setState(2, 1);
  contacts.setOnline(2, true);
  contacts.setState(3, 1);
  met.clear();
  clock.runUntil(2e6, nothing, never);
  assert.deepEqual([...met].sort(), ['0,4', '1,4', '2,4', '3,4']);
  contacts.setOnline(4, false);
  met.clear();
  const events = clock.eventsFired;
  clock.runUntil(3e6, nothing, never);
  assert.equal(met.size, 0);
  assert(clock.eventsFired - events <= 2, 'all alike: nothing happens');
});

test('circuit contacts: rates of three states are those of the circuits', () => {
  const clock = new VirtualClock(10, 1);
  const counts = new Map<string, number>();
  const weights = uneven(10);
  const states = ['a', 'a', 'a', 'a', 'a', 'a', 'b', 'b', 'c', 'c'];
  const contacts = new CircuitContacts({
    clock,
    consensusWeight: weights,
    circuitsPerSecond: 500,
    seed: 5,
    onCircuit: (relay, peer) => {
      const pair = `${relay} ${peer}`;
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    },
  });
  states.forEach((state, relay) => {
    contacts.setState(relay, state);
  });
  const seconds = 400;
  clock.runUntil(seconds * 1e6, nothing, never);
  for (let relay = 0; relay < 10; relay++) {
    for (let peer = 0; peer < 10; peer++) {
      const expected =
        states[relay] === states[peer] ? 0 : 2 * 500 * seconds * weights[relay] * weights[peer];
      const count = counts.get(`${relay} ${peer}`) ?? 0;
      assert(
        Math.abs(count - expected) <= 5 * Math.sqrt(expected),
        `${relay} ${peer}: ${count}, not ${expected}`,
      );
    }
  }
});
