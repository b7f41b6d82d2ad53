import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defineHook } from '../hooks/define-hook.ts';
import { bytes, f64, i32, i64, u32, u64 } from '../hooks/parameter.ts';
import { readVectors, type VectorJson } from './vector-json.ts';

const every = defineHook({
  id: 'every',
  interfaceVersion: 1,
  summary: 'For tests: a parameter of each kind.',
  entry: 'every',
  parameters: [i32('a'), u32('b'), i64('c'), u64('d'), f64('e'), bytes('f', 4)],
  result: 'u64',
  default: () => 0n,
  fuel: 100,
  vectors: [{ args: [0, 0, 0n, 0n, 0, new Uint8Array(4)] }],
});

const GOOD: VectorJson = {
  args: [-5, 4294967295, '-7', '18446744073709551615', '0.25', 'AQI='],
  result: '9',
};

/** One argument replaced. */
function withArgument(place: number, value: number | string): VectorJson {
  return { ...GOOD, args: GOOD.args.map((argument, index) => (index === place ? value : argument)) };
}

describe('vectors as JSON', () => {
  it('each kind has its form', () => {
    assert.deepEqual(readVectors(every, [GOOD]), [
      {
        args: [-5, 4294967295, -7n, 18446744073709551615n, 0.25, Uint8Array.of(1, 2, 0, 0)],
        expect: 9n,
      },
    ]);
    assert.deepEqual(readVectors(every, [{ ...GOOD, result: null }])?.[0].expect, undefined);
    assert.equal(readVectors(every, [withArgument(4, 3)])?.[0].args[4], 3);
  });

  it('a number keeps its sign and its size', () => {
    const read = readVectors(every, [withArgument(4, '-0'), withArgument(4, '1e-300')])!;
    assert.ok(Object.is(read[0].args[4], -0));
    assert.equal(read[1].args[4], 1e-300);
  });

  for (const [what, vector] of [
    ['too few arguments', { args: GOOD.args.slice(1), result: null }],
    ['too many arguments', { args: [...GOOD.args, 1], result: null }],
    ['an i32 out of range', withArgument(0, 2 ** 31)],
    ['an i32 as text', withArgument(0, '5')],
    ['a negative u32', withArgument(1, -1)],
    ['an i64 as a number', withArgument(2, 7)],
    ['an i64 with a leading zero', withArgument(2, '07')],
    ['an i64 that is no number', withArgument(2, '0x7')],
    ['a u64 out of range', withArgument(3, '18446744073709551616')],
    ['an f64 that is none', withArgument(4, 'NaN')],
    ['an endless f64', withArgument(4, '1e999')],
    ['bytes that are not base64', withArgument(5, '!!!!')],
    ['bytes cut short', withArgument(5, 'AQI')],
    ['more bytes than the buffer has', withArgument(5, 'AQIDBAU=')],
    ['bytes as a number', withArgument(5, 1)],
    ['a result of the wrong form', { ...GOOD, result: 9 }],
  ] satisfies [string, VectorJson][]) {
    it(`${what}: refused`, () => {
      assert.equal(readVectors(every, [GOOD, vector]), null);
    });
  }

  it('a result where the hook has none is refused', () => {
    const silent = { ...every, result: 'none' as const };
    assert.equal(readVectors(silent, [GOOD]), null);
    assert.notEqual(readVectors(silent, [{ ...GOOD, result: null }]), null);
  });

  it('relays that share metadata share what is read of them', () => {
    const list = [GOOD];
    assert.equal(readVectors(every, list), readVectors(every, list));
  });
});
