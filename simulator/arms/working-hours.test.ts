import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EPOCH_MS } from '../engine/virtual-clock.ts';
import { DEFAULT_BEGINS } from '../scenario/operators-schema.ts';
import { formatWeekMoment, parseWeekMoment } from '../scenario/week-moment.ts';
import { timerMoment, workingMoment } from './working-hours.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const OFFICE = { fromHour: 9, toHour: 17, weekend: false };
/** The run begins on Monday at midnight, local time is UTC, and off-hours work is done as the day opens. */
const PLAIN = { beginsSeconds: 0, offsetSeconds: 0, position: 0 };

test('working hours: what comes in them is done at once, and the rest when they begin again', () => {
  const at = (seconds: number): number => workingMoment(seconds, OFFICE, PLAIN);
  assert.equal(at(10 * HOUR), 10 * HOUR);
  assert.equal(at(9 * HOUR), 9 * HOUR);
  assert.equal(at(8 * HOUR), 9 * HOUR);
  assert.equal(at(17 * HOUR), DAY + 9 * HOUR);
  assert.equal(at(4 * DAY + 20 * HOUR), 7 * DAY + 9 * HOUR, 'Friday evening waits for Monday');
  assert.equal(at(5 * DAY + 12 * HOUR), 7 * DAY + 9 * HOUR, 'so does Saturday noon');
  assert.equal(at(13 * DAY + 12 * HOUR), 14 * DAY + 9 * HOUR, 'and Sunday of the week after');
});

test('working hours: a weekend may be days like others, and no hours are any hour', () => {
  const weekend = { ...OFFICE, weekend: true };
  assert.equal(workingMoment(5 * DAY + 12 * HOUR, weekend, PLAIN), 5 * DAY + 12 * HOUR);
  assert.equal(workingMoment(5 * DAY + 20 * HOUR, weekend, PLAIN), 6 * DAY + 9 * HOUR);
  assert.equal(workingMoment(3 * HOUR, null, PLAIN), 3 * HOUR);
  assert.equal(workingMoment(Number.POSITIVE_INFINITY, OFFICE, PLAIN), Number.POSITIVE_INFINITY);
});

test('working hours: they are local, and count from where in the week the run begins', () => {
  // In Tokyo, nine hours ahead, Monday 00:00 UTC is 09:00.
  assert.equal(workingMoment(0, OFFICE, { ...PLAIN, offsetSeconds: 9 * HOUR }), 0);
  assert.equal(workingMoment(8 * HOUR, OFFICE, { ...PLAIN, offsetSeconds: 9 * HOUR }), DAY);
  // In Los Angeles it is still Sunday, 16:00: 17 hours to Monday 09:00.
  assert.equal(workingMoment(0, OFFICE, { ...PLAIN, offsetSeconds: -8 * HOUR }), 17 * HOUR);
  assert.equal(workingMoment(0, OFFICE, { ...PLAIN, beginsSeconds: 6 * DAY + HOUR }), 32 * HOUR);
});

test('working hours: off-hours work is spread over the next working day', () => {
  assert.equal(workingMoment(20 * HOUR, OFFICE, { ...PLAIN, position: 0.25 }), DAY + 11 * HOUR);
});

test('working hours: whatever the time and the place, nobody acts at night, on a weekend, or before it was due', () => {
  for (let step = 0; step < 5000; step++) {
    const [seconds, offsetSeconds] = [step * 1234.5, ((step % 25) - 12) * HOUR];
    const position = (step % 97) / 97;
    const done = workingMoment(seconds, OFFICE, { beginsSeconds: 518_400, offsetSeconds, position });
    const local = (done + 518_400 + offsetSeconds + 7 * DAY) % (7 * DAY);
    assert.ok(done >= seconds && done < seconds + 3.7 * DAY, `${seconds} waits until ${done}`);
    assert.ok(
      local < 5 * DAY && local % DAY >= 9 * HOUR - 1e-6 && local % DAY < 17 * HOUR,
      `${done} is ${local}`,
    );
  }
});

test('timers: the next time that one goes off, and it goes off at its period', () => {
  assert.equal(timerMoment(0, DAY, 6 * HOUR), 6 * HOUR);
  assert.equal(timerMoment(6 * HOUR, DAY, 6 * HOUR), 6 * HOUR);
  assert.equal(timerMoment(6 * HOUR + 1, DAY, 6 * HOUR), DAY + 6 * HOUR);
  assert.equal(timerMoment(77, 0, 0), 77, 'no timer');
  assert.equal(timerMoment(Number.POSITIVE_INFINITY, DAY, 5), Number.POSITIVE_INFINITY);
});

test('the week: a run begins by default when its epoch says', () => {
  const epoch = new Date(EPOCH_MS);
  const day = (epoch.getUTCDay() + 6) % 7;
  assert.equal(parseWeekMoment(DEFAULT_BEGINS), day * DAY + epoch.getUTCHours() * HOUR);
});

test('the week: moments are read as people write them, and written so that they read back', () => {
  assert.equal(parseWeekMoment('Mon 00:00'), 0);
  assert.equal(parseWeekMoment(' friday 18:30 '), 4 * DAY + 18.5 * HOUR);
  for (const text of ['Mon', 'Mon 24:00', 'Xyz 10:00', 'Mon 10', '10:00', 'Mon 10:60']) {
    assert.equal(parseWeekMoment(text), null, text);
  }
  for (const seconds of [0, 59, 3600, 5 * DAY + 123, 7 * DAY - 1]) {
    assert.equal(parseWeekMoment(formatWeekMoment(seconds)), seconds);
  }
});
