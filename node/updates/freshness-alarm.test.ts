import assert from 'node:assert/strict';
import { it } from 'node:test';
import { FreshnessAlarm } from './freshness-alarm.ts';
import { TestTime } from './testing/test-time.ts';

const DAY_MS = 86_400_000;

function alarm(untilMs: number | null) {
  const time = new TestTime();
  const told: string[] = [];
  const delays: number[] = [];
  const state = { untilMs: untilMs === null ? null : time.timeMs + untilMs, aheadMs: 0 };
  const timers = {
    after: (delayMs: number, action: () => void) => {
      delays.push(delayMs);
      return time.timers.after(delayMs, action);
    },
  };
  const observer = { onFreshness: (freshness: string) => told.push(freshness) };
  const clock = { nowMs: () => time.clock.nowMs() + state.aheadMs };
  const onFreshAgain = (): void => void told.push('again');
  const made = new FreshnessAlarm({ clock, timers }, () => state.untilMs, observer, onFreshAgain);
  made.look();
  return { time, told, delays, state, alarm: made };
}

it('freshness alarm: a relay that never had a timestamp misses none', async () => {
  const { time, told } = alarm(null);
  await time.pass(100 * DAY_MS);
  assert.deepEqual(told, []);
  assert.equal(time.waiting, 0);
});

it('freshness alarm: an expiry further off than a timer can count is waited for in parts', async () => {
  const { time, told, delays } = alarm(100 * DAY_MS);
  await time.pass(100 * DAY_MS - 1);
  assert.deepEqual(told, []);
  await time.pass(1);
  assert.deepEqual(told, ['stale']);
  assert.ok(
    delays.every((delayMs) => delayMs < 2 ** 31),
    delays.join(),
  );
});

it('freshness alarm: a timestamp that was renewed meanwhile puts it off', async () => {
  const { time, told, state } = alarm(DAY_MS);
  state.untilMs! += DAY_MS;
  await time.pass(2 * DAY_MS - 1);
  assert.deepEqual(told, []);
  await time.pass(1);
  assert.deepEqual(told, ['stale']);
});

it('freshness alarm: one by a clock that was ahead ends by itself, and is told of; a real one is looked at ever more rarely', async () => {
  const { time, told, delays, state, alarm: made } = alarm(DAY_MS);
  state.aheadMs = 8 * DAY_MS;
  made.look();
  await time.pass(DAY_MS / 2);
  assert.deepEqual(told, ['stale']);
  state.aheadMs = 0;
  await time.pass(DAY_MS / 2 - 1);
  assert.deepEqual(told, ['stale', 'fresh', 'again']);
  const looks = delays.length;
  await time.pass(30 * DAY_MS);
  assert.deepEqual(told, ['stale', 'fresh', 'again', 'stale']);
  assert.ok(delays.length - looks < 20, `${delays.length - looks} looks in a month`);
});

it('freshness alarm: a stopped one is silent', async () => {
  const { time, told, alarm: made } = alarm(DAY_MS);
  made.stop();
  await time.pass(2 * DAY_MS);
  assert.deepEqual(told, []);
});

it('freshness alarm: a relay whose timestamp a new root has retired has nothing fresh until the next one comes', async () => {
  const { time, told, state, alarm: made } = alarm(DAY_MS);
  state.untilMs = null;
  made.look();
  assert.deepEqual(told, ['stale']);
  await time.pass(2 * DAY_MS);
  assert.deepEqual(told, ['stale'], 'told once');
  state.untilMs = time.timeMs + DAY_MS;
  made.look();
  assert.deepEqual(told, ['stale', 'fresh']);
});
