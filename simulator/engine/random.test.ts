import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomStream } from './random.ts';

const SAMPLES = 20_000;

test('random: the numbers of a stream are the same on every machine and version', () => {
  const stream = randomStream(1, 'pinned');
  assert.deepEqual(
    [
      stream.uint32(),
      stream.uint32(),
      stream.integer(1000),
      stream.uniform(),
      stream.normal(),
      stream.exponential(1),
    ],
    [2185725158, 4269168216, 77, 0.43843859325733164, 0.2805711925553888, 1.8989286819928914],
  );
});

test('random: seed, purpose and index each open another stream', () => {
  const first = (seed: number, purpose: string, index?: number) =>
    randomStream(seed, purpose, index).uint32();
  const streams = [
    first(1, 'a'),
    first(2, 'a'),
    first(1, 'b'),
    first(1, 'a', 1),
    first(0, 'a'),
    first(1, 'ab'),
  ];
  assert.equal(new Set(streams).size, streams.length);
  assert.equal(first(1, 'a'), first(1, 'a', 0));
});

test('random: streams of neighbouring indexes are not alike', () => {
  const count = 5000;
  let covariance = 0;
  let previous = randomStream(7, 'relay', 0).uniform();
  for (let index = 1; index <= count; index++) {
    const value = randomStream(7, 'relay', index).uniform();
    covariance += (value - 0.5) * (previous - 0.5);
    previous = value;
  }
  const correlation = covariance / count / (1 / 12);
  assert(Math.abs(correlation) < 4 / Math.sqrt(count), `correlation ${correlation}`);
});

test('random: uniform, exponential and normal have the moments of their laws', () => {
  const stream = randomStream(3, 'moments');
  const moments = (draw: () => number): { mean: number; variance: number } => {
    const values = Array.from({ length: SAMPLES }, draw);
    const mean = values.reduce((sum, value) => sum + value, 0) / SAMPLES;
    return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / SAMPLES };
  };
  const near = (value: number, expected: number, tolerance: number) =>
    assert(Math.abs(value - expected) < tolerance, `${value}, expected ${expected}`);
  const uniform = moments(() => stream.uniform());
  near(uniform.mean, 0.5, 0.01);
  near(uniform.variance, 1 / 12, 0.003);
  const exponential = moments(() => stream.exponential(4));
  near(exponential.mean, 4, 0.15);
  near(exponential.variance, 16, 1.5);
  const erlang = moments(() => stream.erlang(20, 4));
  near(erlang.mean, 80, 0.6);
  near(erlang.variance, 320, 20);
  const normal = moments(() => stream.normal());
  near(normal.mean, 0, 0.04);
  near(normal.variance, 1, 0.05);
});

test('random: the wait for many arrivals is drawn word by word as their single waits are', () => {
  for (const count of [1, 2, 15, 16, 17, 64, 100]) {
    const [whole, single] = [randomStream(4, 'erlang', count), randomStream(4, 'erlang', count)];
    const wait = whole.erlang(count, 3);
    let sum = 0;
    for (let drawn = 0; drawn < count; drawn++) sum += single.exponential(3);
    assert(Math.abs(wait / sum - 1) < 1e-12, `${count} arrivals: ${wait}, one by one ${sum}`);
    assert.equal(whole.uint32(), single.uint32(), 'and both streams go on alike');
  }
});

test('random: integer covers its range evenly and shuffle keeps every item', () => {
  const stream = randomStream(5, 'range');
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < SAMPLES; i++) counts[stream.integer(10)]++;
  const chi2 = counts.reduce((sum, count) => sum + (count - SAMPLES / 10) ** 2 / (SAMPLES / 10), 0);
  assert(chi2 < 27.9, `chi-squared ${chi2} with 9 degrees of freedom`); // p = 0.001
  const items = stream.shuffle(Array.from({ length: 100 }, (_unused, i) => i));
  assert.notDeepEqual(items.slice(0, 5), [0, 1, 2, 3, 4]);
  assert.deepEqual(
    [...items].sort((a, b) => a - b),
    Array.from({ length: 100 }, (_unused, i) => i),
  );
});

test('random: a shuffle gives every order as often as any other', () => {
  const stream = randomStream(6, 'orders');
  const counts = new Map<string, number>();
  const rounds = 6000;
  for (let round = 0; round < rounds; round++) {
    const order = stream.shuffle(['a', 'b', 'c']).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  const chi2 = [...counts.values()].reduce((sum, count) => sum + (count - rounds / 6) ** 2 / (rounds / 6), 0);
  assert(chi2 < 20.5, `chi-squared ${chi2} with 5 degrees of freedom`); // p = 0.001
});
