import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BundleFetcher } from '../channels/bundle.ts';
import type { Offer } from '../channels/channel.ts';
import { cellAdmission } from '../hooks/catalogue/cell-admission.ts';
import type { SlotView } from '../hooks/transition.ts';
import type { ModuleTarget } from '../updates/stage-observer.ts';
import { createLog } from './log.ts';
import { DaemonMetrics } from './metrics.ts';
import type { DaemonStatus } from './status.ts';
import { UpdateWatch } from './update-watch.ts';

const TARGET = {
  path: 'cell-admission/strict-cells-1.wasm',
  role: 'targets',
  sha256: 'ab'.repeat(32),
  length: 8,
  custom: { kind: 'module', hook: 'cell-admission', module: 'strict-cells', version: 1 },
} as unknown as ModuleTarget;
const SLOT: SlotView = { hook: cellAdmission, owner: null, activeHash: null };
const TRUSTED = { root: 1, timestamp: 2, snapshot: 2, timestampSha256: '' };
const WALL_MS = Date.UTC(2026, 0, 1);

function bench() {
  const lines: Record<string, unknown>[] = [];
  const clock = { ms: 0 };
  const metrics = new DaemonMetrics(() => ({}) as DaemonStatus);
  const log = createLog('info', 'json', (line) => lines.push(JSON.parse(line)));
  const watch = new UpdateWatch(log, metrics, { nowMs: () => WALL_MS }, { nowMs: () => clock.ms });
  /** A sample of a metric, by the labels that it must have. */
  const sample = async (name: string, labels: Record<string, string>): Promise<number | undefined> => {
    for (const metric of await Promise.all(
      [metrics.stages, metrics.sinceHeard, metrics.judging, metrics.refusals].map((one) => one.get()),
    )) {
      for (const value of metric.values as { metricName?: string; value: number; labels: object }[]) {
        const has = Object.entries(labels).every(
          ([label, is]) => (value.labels as Record<string, string>)[label] === is,
        );
        if ((value.metricName ?? metric.name) === name && has) return value.value;
      }
    }
    return undefined;
  };
  return { watch, lines, clock, sample };
}

describe('what a relay tells of its updates', () => {
  it('each stage is logged by its name, counted, and timed from when the module was heard of', async () => {
    const { watch, lines, clock, sample } = bench();
    watch.onHeard(TARGET);
    clock.ms = 40;
    watch.onVerified(TARGET);
    watch.onTransition(SLOT, 'staged', 'offered', TARGET.sha256);
    clock.ms = 2500;
    watch.onTransition(SLOT, 'activated', 'reached', TARGET.sha256);
    watch.onTransition(SLOT, 'rolled-back', 'trap', TARGET.sha256);
    assert.deepEqual(
      lines.map(({ event, level }) => [event, level]),
      [
        ['heard', 'info'],
        ['verified', 'info'],
        ['staged', 'info'],
        ['activated', 'info'],
        ['rolled-back', 'warn'],
      ],
    );
    assert.equal(await sample('relaywave_update_stages_total', { stage: 'activated' }), 1);
    assert.equal(await sample('relaywave_update_seconds_since_heard_sum', { stage: 'verified' }), 0.04);
    assert.equal(await sample('relaywave_update_seconds_since_heard_sum', { stage: 'activated' }), 2.5);
  });

  it('judging an offer is timed from its arrival', async () => {
    const { watch, clock, sample, lines } = bench();
    const offer: Offer = { channel: 'gossip', source: new BundleFetcher(new Map()), peer: 'peer' };
    watch.onArrival(offer);
    clock.ms = 7;
    watch.onTaken(offer, { verdict: 'accept', refused: null, news: true }, TRUSTED);
    assert.equal(await sample('relaywave_update_judging_seconds_sum', { channel: 'gossip' }), 0.007);
    assert.deepEqual([lines[0]?.event, lines[0]?.timestamp], ['trusted', 2]);
  });

  it('a flood of refusals is counted in full; the log and the status keep a few', async () => {
    const { watch, lines, sample } = bench();
    for (let number = 0; number < 1000; number++) {
      watch.onRefused({ reason: 'rollback', channel: 'gossip', peer: `peer ${number}`, target: null });
    }
    watch.onRefused({ reason: 'trap', channel: 'gossip', peer: null, target: TARGET } as never);
    assert.equal(await sample('relaywave_update_refusals_total', { reason: 'rollback' }), 1000);
    assert.equal(lines.length, 11);
    assert.equal(watch.refusals.length, 20);
    const { at, reason, target } = watch.refusals.at(-1)!;
    assert.deepEqual([at, reason, target], ['2026-01-01T00:00:00.000Z', 'trap', TARGET.path]);
    assert.equal(watch.refusals[0]?.peer, 'peer 981');
  });
});
