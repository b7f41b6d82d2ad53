import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ScheduledFault } from '../../../population/fault-schedule.ts';
import type { FaultPlan } from '../../../scenario/fault-plan.ts';
import { testFault } from '../../../testing/fault-runs.ts';
import { VirtualClock } from '../../virtual-clock.ts';
import { ARRIVAL, Arrival, type ArrivalKind } from '../arrival.ts';
import { FaultConditions } from './conditions.ts';
import { RoughPath } from './rough-path.ts';

const HOSTS = 4;

/** A fault of the hosts named, from `fromSeconds` on. */
function scheduled(plan: FaultPlan, hosts: readonly number[]): ScheduledFault {
  const hits = new Uint8Array(HOSTS);
  for (const host of hosts) hits[host] = 1;
  const [fromUs, untilUs] = [plan.fromSeconds * 1e6, (plan.fromSeconds + plan.forSeconds) * 1e6];
  return { plan, fromUs, untilUs, hits, bridges: new Uint8Array(HOSTS) };
}

/** What arrives when, in seconds, over a path with faults; `post` says when it is due. */
function path(...faults: readonly ScheduledFault[]) {
  const clock = new VirtualClock(HOSTS, 1);
  const arrived: (readonly [name: number, seconds: number])[] = [];
  const dropped: number[] = [];
  const rough = new RoughPath({
    conditions: new FaultConditions(faults),
    seed: 1,
    hosts: HOSTS,
    nowUs: () => clock.nowUs,
    latencyUs: () => 100_000,
    hold: (arrival, rank, untilUs) => clock.scheduleRanked(untilUs, rank, arrival),
    copy: ({ what, from, relay, detail }, atUs) => {
      const copy = new Arrival(take, what, from, relay, detail, null);
      clock.schedule(atUs, copy);
      return copy;
    },
    happened: () => {},
  });
  const take = (arrival: Arrival): void => {
    const verdict = rough.judge(arrival, clock.currentRank);
    if (verdict === 'arrives') arrived.push([arrival.detail, clock.nowUs / 1e6]);
    if (verdict === 'dropped') dropped.push(arrival.detail);
  };
  const post = (name: number, seconds: number, from = 0, to = 1, what: ArrivalKind = ARRIVAL.frame): void =>
    clock.scheduleAs(from, seconds * 1e6, new Arrival(take, what, from, to, name, null));
  const run = (): typeof arrived => {
    clock.runUntil(
      1e9,
      () => {},
      () => false,
    );
    return arrived;
  };
  return { post, run, dropped };
}

const cut = (changes: Partial<FaultPlan> = {}): FaultPlan =>
  testFault({ kind: 'partition', fromSeconds: 10, forSeconds: 5, ...changes });

describe('rough path', () => {
  it('what a short cut holds up comes in order, once TCP has sent it again after the end', () => {
    const { post, run } = path(scheduled(cut(), [1]));
    post(1, 9.9);
    post(2, 10);
    post(3, 14);
    post(4, 15.1); // after the end, and behind what is still to be sent again
    post(5, 14, 2, 3); // the same side
    assert.deepEqual(run(), [
      [1, 9.9],
      [5, 14],
      [2, 15.2],
      [3, 15.2],
      [4, 15.2],
    ]);
  });

  it('a cut that outlasts the patience of TCP loses what is on its way', () => {
    const { post, run, dropped } = path(scheduled(cut({ forSeconds: 16 }), [1]));
    post(1, 10.5);
    post(2, 11.5);
    assert.deepEqual(run(), [[2, 26.2]]);
    assert.deepEqual(dropped, [1]);
  });

  it('a one-way cut lets the other way through', () => {
    const { post, run, dropped } = path(scheduled(cut({ forSeconds: 60, direction: 'outgoing' }), [1]));
    post(1, 12, 1, 0);
    post(2, 12, 0, 1);
    assert.deepEqual(run(), [[2, 12]]);
    assert.deepEqual(dropped, [1]);
  });

  it('a frame is copied once, and its copy not at all', () => {
    const duplication = testFault({ kind: 'duplication', ratio: 1, fromSeconds: 10, forSeconds: 5 });
    const { post, run } = path(scheduled(duplication, [1]));
    post(1, 10);
    post(2, 15);
    assert.deepEqual(run(), [
      [1, 10],
      [1, 10.001],
      [2, 15],
    ]);
  });

  it('what is lost is sent again after 0.2 s, and after twice as long each time', () => {
    const loss = testFault({ kind: 'loss', ratio: 1, retransmitted: true, fromSeconds: 10, forSeconds: 5 });
    const { post, run } = path(scheduled(loss, [1]));
    post(1, 10);
    assert.deepEqual(run(), [[1, 10 + 0.2 * (1 + 2 + 4 + 8 + 16 + 32)]]);
  });

  it('a longer way delays a frame once, and a request by the round trips that came before it', () => {
    const latency = testFault({ kind: 'latency', factor: 2, bySeconds: 0.5, fromSeconds: 10, forSeconds: 5 });
    const { post, run } = path(scheduled(latency, [1]));
    post(1, 10);
    post(2, 10, 2, 1, ARRIVAL.request);
    assert.deepEqual(run(), [
      [1, 10.6],
      [2, 11.8],
    ]);
  });

  it('a frame out of order holds nobody up', () => {
    const reordering = testFault({
      kind: 'reordering',
      ratio: 1,
      bySeconds: 0.3,
      fromSeconds: 10,
      forSeconds: 0.1,
    });
    const { post, run } = path(scheduled(reordering, [1]));
    post(1, 10.05);
    post(2, 10.15);
    assert.deepEqual(run(), [
      [2, 10.15],
      [1, 10.35],
    ]);
  });
});
