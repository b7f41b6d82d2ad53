import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type PeerName, RequestError } from '../environment.ts';
import { HookRuntime } from '../hooks/hook-runtime.ts';
import { MODULES_WATCHED, REPORTERS_PER_MODULE, ReportCollector } from './report-collector.ts';
import { answering, tally } from './testing/agent-world.ts';
import { TestTime } from './testing/test-time.ts';
import {
  decodeReport,
  encodeReport,
  REPORT_PROTOCOL,
  type TrialReport,
  TrialReporter,
} from './trial-report.ts';

const HASH = 'ab'.repeat(32);
const CONFIRMED: TrialReport = { sha256: HASH, outcome: 'confirmed', reason: 'trial-passed' };
const FAILED: TrialReport = { sha256: HASH, outcome: 'failed', reason: 'trap' };

/** A reporter whose requests go to an answerer; what was sent, and when. */
function reporter(answer: () => Uint8Array = () => Uint8Array.of(1)) {
  const time = new TestTime();
  const start = time.timeMs;
  const sent: { atMs: number; to: PeerName; report: TrialReport | null }[] = [];
  const peers = {
    connected: () => [],
    onConnect: () => {},
    serve: () => {},
    request: async (to: PeerName, protocol: string, body: Uint8Array) => {
      assert.equal(protocol, REPORT_PROTOCOL);
      sent.push({ atMs: time.timeMs - start, to, report: decodeReport(body) });
      return answer();
    },
  };
  const { timers, random } = time;
  const parts = { environment: { peers, timers, random }, collector: 'publisher', spreadMs: 1000 };
  return { time, sent, reporter: new TrialReporter(parts) };
}

/** A slot whose transitions the reporter hears of. */
function slotFor(listener: TrialReporter) {
  const runtime = new HookRuntime();
  const slot = runtime.slot(tally, null, listener);
  const stage = (number: number) => {
    const admission = runtime.admit(tally, answering(number));
    assert.ok('admitted' in admission);
    slot.stage(admission.admitted);
    return admission.admitted.hash;
  };
  return { slot, stage };
}

describe('trial report: the bytes', () => {
  it('a report comes back as it was', () => {
    assert.deepEqual(decodeReport(encodeReport(CONFIRMED)), CONFIRMED);
    assert.deepEqual(decodeReport(encodeReport(FAILED)), FAILED);
  });

  it('whatever is not exactly a report is none', () => {
    const good = encodeReport(FAILED);
    for (const bad of [
      new Uint8Array(0),
      good.subarray(1),
      Uint8Array.from([...good, 0]),
      Uint8Array.from([2, ...good.subarray(1)]),
      Uint8Array.from([1, 200, ...good.subarray(2)]),
      Uint8Array.from([1, 0, ...good.subarray(2)]),
      Uint8Array.from([0, 2, ...good.subarray(2)]),
    ]) {
      assert.equal(decodeReport(bad), null, Buffer.from(bad).toString('hex'));
    }
  });
});

describe('trial report: the relay', () => {
  it('a passed trial is reported once, within the spread', async () => {
    const { time, sent, reporter: listener } = reporter();
    const { slot, stage } = slotFor(listener);
    const sha256 = stage(1);
    for (let i = 0; i < 10; i++) slot.call(0);
    assert.deepEqual(sent, []);
    await time.pass(1000);
    assert.deepEqual(
      sent.map(({ to, report }) => [to, report]),
      [['publisher', { sha256, outcome: 'confirmed', reason: 'trial-passed' }]],
    );
    await time.pass(100_000);
    assert.equal(sent.length, 1);
  });

  it('a failed trial is reported with its reason, and a failure after a success as well', async () => {
    const { time, sent, reporter: listener } = reporter();
    const { slot, stage } = slotFor(listener);
    stage(1);
    slot.call(1);
    stage(2);
    for (let i = 0; i < 5; i++) slot.call(0);
    for (let i = 0; i < 3; i++) slot.call(1);
    await time.pass(10_000);
    const told = sent.map(({ report }) => `${report?.outcome} ${report?.reason}`).sort();
    assert.deepEqual(told, ['confirmed trial-passed', 'failed trap', 'failed trap']);
  });

  it('a trial that a revocation or a newer module ended is not reported', async () => {
    const { time, sent, reporter: listener } = reporter();
    const { slot, stage } = slotFor(listener);
    stage(1);
    slot.call(0);
    const second = stage(2);
    slot.call(0);
    slot.quarantine(second, 'revoked');
    await time.pass(10_000);
    assert.deepEqual(sent, []);
  });

  it('a report that does not arrive is tried three times and dropped', async () => {
    const {
      time,
      sent,
      reporter: listener,
    } = reporter(() => {
      throw new RequestError('timeout', 'test');
    });
    const { slot, stage } = slotFor(listener);
    stage(1);
    slot.call(1);
    await time.pass(100_000);
    assert.equal(sent.length, 3);
    assert.equal(time.waiting, 0);
  });

  it('relays that end their trials together do not report together', async () => {
    const times = new Set<number>();
    for (let seed = 1; seed <= 20; seed++) {
      const { time, sent, reporter: listener } = reporter();
      for (let i = 0; i < seed; i++) time.random.uniform();
      const { slot, stage } = slotFor(listener);
      stage(1);
      slot.call(1);
      await time.pass(1000);
      times.add(Math.floor(sent[0].atMs / 50));
    }
    assert.ok(times.size > 8, `${times.size} of 20 twentieths of a second`);
  });

  it('a relay that stops sends nothing more', async () => {
    const { time, sent, reporter: listener } = reporter();
    const { slot, stage } = slotFor(listener);
    stage(1);
    slot.call(1);
    listener.stop();
    await time.pass(10_000);
    assert.deepEqual(sent, []);
    assert.equal(time.waiting, 0);
  });
});

describe('trial report: the collector', () => {
  it('counts a peer once for a module, and a failure for good', () => {
    const heard: string[] = [];
    const collector = new ReportCollector((report, from) => heard.push(`${from} ${report.outcome}`));
    collector.watch(HASH);
    const received = Uint8Array.of(1);
    for (const [peer, report] of [
      ['a', CONFIRMED],
      ['a', CONFIRMED],
      ['b', FAILED],
      ['b', CONFIRMED],
      ['a', FAILED],
    ] as const) {
      assert.deepEqual(collector.answer(encodeReport(report), peer), received);
    }
    assert.deepEqual(heard, ['a confirmed', 'b failed', 'a failed']);
    const counts = collector.counts(HASH)!;
    assert.deepEqual([counts.reported, counts.failed], [2, 2]);
    assert.deepEqual(
      [...counts.reasons],
      [
        ['trial-passed', 1],
        ['trap', 2],
      ],
    );
  });

  it('refuses what is no report, and modules that it does not watch', () => {
    const collector = new ReportCollector();
    assert.equal(collector.answer(encodeReport(FAILED), 'a'), null);
    assert.equal(collector.counts(HASH), null);
    collector.watch(HASH);
    assert.equal(collector.answer(Uint8Array.of(1, 2, 3), 'a'), null);
    assert.equal(collector.counts(HASH)?.reported, 0);
  });

  it('a flood of names fills one module, and leaves those who were there', () => {
    const collector = new ReportCollector();
    collector.watch(HASH);
    const body = encodeReport(FAILED);
    collector.answer(encodeReport(CONFIRMED), 'honest');
    for (let name = 1; name < REPORTERS_PER_MODULE; name++) collector.answer(body, `liar ${name}`);
    assert.equal(collector.answer(body, 'one more'), null);
    assert.equal(collector.counts(HASH)?.reported, REPORTERS_PER_MODULE);
    assert.notEqual(collector.answer(body, 'honest'), null);
  });

  it('watches so many modules and forgets the oldest', () => {
    const collector = new ReportCollector();
    const name = (index: number) => index.toString(16).padStart(64, '0');
    for (let index = 0; index <= MODULES_WATCHED; index++) collector.watch(name(index));
    assert.equal(collector.counts(name(0)), null);
    assert.equal(collector.counts(name(1))?.reported, 0);
  });
});
