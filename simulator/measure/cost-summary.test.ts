import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeLoad } from '../testing/made-load.ts';
import { costSummary } from './cost-summary.ts';
import type { GossipCost } from './outcome.ts';

const column = (...values: number[]) => Float64Array.from(values);

/** Five relays, the last without a part in gossip. */
const COST: GossipCost = {
  deliveries: 4,
  duplicates: 10,
  bytes: 1000,
  frames: 9,
  penalties: 0,
  load: {
    bytesByKind: {
      messages: 800,
      subscriptions: 10,
      ihave: 20,
      iwant: 5,
      graft: 5,
      prune: 4,
      idontwant: 30,
      framing: 6,
      links: 100,
      requests: 20,
    },
    relays: {
      sentBytes: column(100, 400, 200, 300, 0),
      messageBytes: column(90, 300, 160, 250, 0),
      controlBytes: column(10, 100, 40, 50, 0),
      receivedGossipBytes: column(250, 240, 230, 220, 0),
      duplicates: column(1, 2, 3, 4, 0),
    },
  },
};

test('cost: quantiles are loads of relays that took part', () => {
  const perRelay = costSummary(COST)?.perRelay;
  assert.deepEqual(perRelay, {
    relays: 4,
    bytesSent: { p50: 200, p90: 400, p99: 400, max: 400 },
    messageBytesSent: { p50: 160, p90: 300, p99: 300, max: 300 },
    controlBytesSent: { p50: 40, p90: 100, p99: 100, max: 100 },
    gossipBytesReceived: { p50: 230, p90: 250, p99: 250, max: 250 },
    duplicates: { p50: 2, p90: 4, p99: 4, max: 4 },
  });
  // Of 100 relays with loads of 50 to 150 in steps of 100/99 the 90th lies at index 89.
  const hundred = { ...COST, load: madeLoad(100, 9900, 99) };
  assert.equal(costSummary(hundred)?.perRelay.bytesSent.p90, Math.round(9900 * (0.5 + 89 / 99)));
  assert.equal(costSummary(hundred)?.perRelay.duplicates.max, Math.round(99 * 1.5));
});

test('cost: the overhead is control over messages, links and requests apart', () => {
  assert.equal(costSummary(COST)?.controlOverhead, 0.1);
  const { load } = COST;
  const silent = { ...COST, load: { ...load, bytesByKind: { ...load.bytesByKind, messages: 0 } } };
  assert.equal(costSummary(silent)?.controlOverhead, null);
});

test('cost: an arm that sends nothing has none, and one in which nobody took part has loads of 0', () => {
  assert.equal(costSummary(null), null);
  const empty = { ...COST, load: madeLoad(3, 0, 0) };
  assert.deepEqual(costSummary(empty)?.perRelay.bytesSent, { p50: 0, p90: 0, p99: 0, max: 0 });
  assert.equal(costSummary(empty)?.perRelay.relays, 0);
});
