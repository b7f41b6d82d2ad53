/** What random programs are made of: instructions by what they leave, and values that programs trip over. */

import type { ByteWriter } from '../byte-writer.ts';
import { OP, type Scalar } from '../opcodes.ts';
import type { Dice } from './dice.ts';

export const SCALARS: readonly Scalar[] = ['i32', 'i64', 'f32', 'f64'];
export const LOADS: Record<Scalar, readonly number[]> = {
  i32: [0x28, 0x2c, 0x2d, 0x2e, 0x2f],
  i64: [0x29, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35],
  f32: [0x2a],
  f64: [0x2b],
};
export const STORES: Record<Scalar, readonly number[]> = {
  i32: [0x36, 0x3a, 0x3b],
  i64: [0x37, 0x3c, 0x3d, 0x3e],
  f32: [0x38],
  f64: [0x39],
};
/** Numeric opcodes by result: [first, last, operand type]. */
export const NUMERIC: Record<Scalar, readonly (readonly [number, number, Scalar])[]> = {
  i32: [
    [0x45, 0x4f, 'i32'],
    [0x50, 0x5a, 'i64'],
    [0x5b, 0x60, 'f32'],
    [0x61, 0x66, 'f64'],
    [0x67, 0x78, 'i32'],
    [0xa7, 0xa7, 'i64'],
    [0xa8, 0xa9, 'f32'],
    [0xaa, 0xab, 'f64'],
    [0xbc, 0xbc, 'f32'],
    [0xc0, 0xc1, 'i32'],
  ],
  i64: [
    [0x79, 0x8a, 'i64'],
    [0xac, 0xad, 'i32'],
    [0xae, 0xaf, 'f32'],
    [0xb0, 0xb1, 'f64'],
    [0xbd, 0xbd, 'f64'],
    [0xc2, 0xc4, 'i64'],
  ],
  f32: [
    [0x8b, 0x98, 'f32'],
    [0xb2, 0xb3, 'i32'],
    [0xb4, 0xb5, 'i64'],
    [0xb6, 0xb6, 'f64'],
    [0xbe, 0xbe, 'i32'],
  ],
  f64: [
    [0x99, 0xa6, 'f64'],
    [0xb7, 0xb8, 'i32'],
    [0xb9, 0xba, 'i64'],
    [0xbb, 0xbb, 'f32'],
    [0xbf, 0xbf, 'i64'],
  ],
};
/** Saturating conversions, 0xfc 0 to 7: [result, operand]. */
export const SATURATING: readonly (readonly [Scalar, Scalar])[] = [
  ['i32', 'f32'],
  ['i32', 'f32'],
  ['i32', 'f64'],
  ['i32', 'f64'],
  ['i64', 'f32'],
  ['i64', 'f32'],
  ['i64', 'f64'],
  ['i64', 'f64'],
];
/** Instructions that show the bits of their last operand. */
export const SHOWS_BITS = new Set<number>([0x98, 0xa6, 0xbc, 0xbd]);

/** Around the edges of the windows (of a state of 36 bytes and a buffer of 100), of chunks, and of the page. */
export const ADDRESSES = [
  60, 64, 72, 93, 97, 99, 109, 112, 128, 205, 209, 211, 2041, 2044, 2048, 4090, 65528, 65532,
];

/** Divisions and the conversions that are not saturating. */
export const TRAPS = new Set([
  0x6d, 0x6e, 0x6f, 0x70, 0x7f, 0x80, 0x81, 0x82, 0xa8, 0xa9, 0xaa, 0xab, 0xae, 0xaf, 0xb0, 0xb1,
]);

const INTERESTING = [0, 1, -1, 2, 7, 31, 63, 64, 255, 2047, 2048, 65535, 65536, 0x7fffffff, -0x80000000];
const FLOATS = [
  0,
  -0,
  1,
  -1,
  0.5,
  1e10,
  -1e30,
  3.4e38,
  Number.POSITIVE_INFINITY,
  Number.NaN,
  1e-310,
  4294967296,
];

export function writeConstant(out: ByteWriter, type: Scalar, dice: Dice): void {
  const view = new DataView(new ArrayBuffer(8));
  if (type === 'i32') out.op(OP.i32Const).s32(dice.chance(60) ? dice.pick(INTERESTING) : dice.next() | 0);
  else if (type === 'i64')
    out.op(OP.i64Const).s32(dice.chance(60) ? dice.pick(INTERESTING) : dice.next() | 0);
  else if (type === 'f32') {
    view.setFloat32(0, dice.pick(FLOATS), true);
    out.op(OP.f32Const);
    for (let i = 0; i < 4; i++) out.byte(view.getUint8(i));
  } else {
    view.setFloat64(0, dice.pick(FLOATS), true);
    out.op(OP.f64Const);
    for (let i = 0; i < 8; i++) out.byte(view.getUint8(i));
  }
}
