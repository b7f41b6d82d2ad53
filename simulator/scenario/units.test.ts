import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  formatDuration,
  formatRate,
  formatSize,
  parseDuration,
  parseRate,
  parseShare,
  parseSize,
  type TimeUnit,
  type UnitReading,
} from './units.ts';

function value(reading: UnitReading): number {
  assert('value' in reading, JSON.stringify(reading));
  return reading.value;
}

function fault(reading: UnitReading): string {
  assert('problem' in reading, JSON.stringify(reading));
  return `${reading.problem} | ${reading.hint}`;
}

describe('units', () => {
  it('durations: every unit is read into the one asked for, in any case and spacing', () => {
    assert.equal(value(parseDuration('10min', 's')), 600);
    assert.equal(value(parseDuration('  2.5 H ', 's')), 9000);
    assert.equal(value(parseDuration('52d', 'd')), 52);
    assert.equal(value(parseDuration('12h', 'd')), 0.5);
    assert.equal(value(parseDuration('250ms', 's')), 0.25);
    assert.equal(value(parseDuration('205µs', 'us')), 205);
    assert.equal(value(parseDuration('1 day', 's')), 86_400);
    assert.equal(value(parseDuration('0s', 's')), 0);
  });

  it('durations: a tenth of an hour is exactly 360 seconds, since a value is rounded once', () => {
    assert.equal(value(parseDuration('0.1h', 's')), 360);
    assert.equal(value(parseDuration('1.1min', 's')), 66);
  });

  it('sizes: KiB is 1024, kB is 1000', () => {
    assert.equal(value(parseSize('20 KiB')), 20_480);
    assert.equal(value(parseSize('20kb')), 20_000);
    assert.equal(value(parseSize('1MB')), 1_000_000);
    assert.equal(value(parseSize('1.5 MiB')), 1_572_864);
  });

  it('rates: bits and bytes differ by eight', () => {
    assert.equal(value(parseRate('20 Mbit/s')), 20e6);
    assert.equal(value(parseRate('20 mbit / s')), 20e6);
    assert.equal(value(parseRate('2.5 MB/s')), 20e6);
    assert.equal(value(parseRate('1 KiB/s')), 8192);
  });

  it('rates: a letter b that could be bits or bytes is refused, not guessed', () => {
    for (const text of ['20 mb/s', '20 Mb/s', '20 Mbps', '20 MBps', '5 b/s', '5 Gib/s']) {
      assert.match(fault(parseRate(text)), /bits or bytes/, text);
    }
  });

  it('a bare number is refused, as number and as text, with units that would do', () => {
    assert.match(fault(parseDuration(600, 's')), /600 has no unit .*10min/);
    assert.match(fault(parseDuration('600', 's')), /has no unit/);
    assert.match(fault(parseSize(20)), /no unit .*20 KiB/);
    assert.match(fault(parseRate(20)), /no unit .*20 Mbit\/s/);
  });

  it('what is no quantity is refused: wrong units, words, signs, other types', () => {
    assert.match(fault(parseDuration('5m', 's')), /"m" is not a unit of duration .*min/);
    assert.match(fault(parseDuration('5 MB', 's')), /not a unit of duration/);
    assert.match(fault(parseDuration('soon', 's')), /"soon" is not a duration/);
    assert.match(fault(parseDuration('-5s', 's')), /negative/);
    assert.match(fault(parseDuration('1e400s', 's')), /too large/);
    assert.match(fault(parseDuration(`1${'0'.repeat(500)}s`, 's')), /not a duration/);
    for (const input of [null, undefined, true, [], {}])
      assert.match(fault(parseSize(input)), /must be a size/);
  });

  it('shares: a percent is exactly the number that a person means, and nothing is guessed', () => {
    assert.equal(value(parseShare('5%')), 0.05);
    assert.equal(value(parseShare(' 0.1 % ')), 0.001);
    assert.equal(value(parseShare('33.3%')), 0.333);
    assert.equal(value(parseShare('100%')), 1);
    assert.equal(value(parseShare(0.25)), 0.25);
    for (const input of ['5', '0.05', '-5%', '%', '1e2%', 'half', '5 percent', `${'9'.repeat(99)}%`]) {
      assert.match(fault(parseShare(input)), /is not a share \| write a share such as 5% or 0.05/, input);
    }
    for (const input of [null, true, [], Number.NaN])
      assert.match(fault(parseShare(input)), /must be a share/);
  });

  it('what is written reads back as the very same number, in every dimension', () => {
    const anything = fc.double({ min: 0, max: 1e15, noNaN: true });
    fc.assert(
      fc.property(anything, fc.constantFrom<TimeUnit>('us', 'ms', 's', 'd'), (number, unit) => {
        assert.equal(value(parseDuration(formatDuration(number, unit), unit)), number);
        assert.equal(value(parseSize(formatSize(number))), number);
        assert.equal(value(parseRate(formatRate(number))), number);
      }),
    );
  });

  it('what is written is the short form that a person would write', () => {
    assert.equal(formatDuration(600, 's'), '10min');
    assert.equal(formatDuration(0.25, 's'), '250ms');
    assert.equal(formatDuration(365, 'd'), '365d');
    assert.equal(formatDuration(205, 'us'), '205us');
    assert.equal(formatDuration(0, 's'), '0s');
    assert.equal(formatSize(20_480), '20 KiB');
    assert.equal(formatSize(20_000), '20000 B');
    assert.equal(formatRate(20e6), '20 Mbit/s');
  });
});
