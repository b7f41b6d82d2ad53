/**
 * The accepted instructions: what they take from the operand stack, what they leave, what they cost.
 *
 * The language is WebAssembly 1.0 with multi-value, sign extension, saturating conversions, memory.copy and
 * memory.fill: what every engine since 2021 runs alike. Costs are fuel units of about 0.3 ns on a desktop
 * core; they are part of the interface, since a change moves where a module runs out.
 */

import { type RejectionCode, refuse } from './rejection.ts';

export const OP = {
  unreachable: 0x00,
  nop: 0x01,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  drop: 0x1a,
  select: 0x1b,
  selectTyped: 0x1c,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Store: 0x36,
  i64Store: 0x37,
  f32Store: 0x38,
  f64Store: 0x39,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i64Const: 0x42,
  f32Const: 0x43,
  f64Const: 0x44,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32LtS: 0x48,
  i32GtU: 0x4b,
  f32Eq: 0x5b,
  f64Eq: 0x61,
  i32Ctz: 0x68,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32And: 0x71,
  i32Or: 0x72,
  i32Shl: 0x74,
  i32ShrU: 0x76,
  f32Copysign: 0x98,
  f64Copysign: 0xa6,
  i32ReinterpretF32: 0xbc,
  i64ReinterpretF64: 0xbd,
  prefixed: 0xfc,
} as const;

export const PREFIXED = { memoryInit: 8, memoryCopy: 10, memoryFill: 11 } as const;

/** The binary codes of the four scalar types. */
export const TYPE_CODE = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c } as const;
/** "No result" as a block type. */
export const EMPTY_BLOCK = 0x40;

export type Scalar = keyof typeof TYPE_CODE;

/** The scalar type behind a type code, or a refusal that names the feature the type belongs to. */
export function scalarOf(code: number, at: number): Scalar {
  switch (code) {
    case TYPE_CODE.i32:
      return 'i32';
    case TYPE_CODE.i64:
      return 'i64';
    case TYPE_CODE.f32:
      return 'f32';
    case TYPE_CODE.f64:
      return 'f64';
    case 0x7b:
      return refuse('feature-simd', 'vector type', at);
    default:
      if (code >= 0x63 && code <= 0x77) return refuse('feature-references', 'reference type', at);
      return refuse('malformed', `value type 0x${code.toString(16)}`, at);
  }
}

/** Numeric instructions 0x45 to 0xc4 that take two operands; the others there take one. */
export function isBinary(opcode: number): boolean {
  return (
    (opcode >= 0x46 && opcode <= 0x4f) ||
    (opcode >= 0x51 && opcode <= 0x66) ||
    (opcode >= 0x6a && opcode <= 0x78) ||
    (opcode >= 0x7c && opcode <= 0x8a) ||
    (opcode >= 0x92 && opcode <= 0x98) ||
    (opcode >= 0xa0 && opcode <= 0xa6)
  );
}

const STORE_TYPES: readonly Scalar[] = ['i32', 'i64', 'f32', 'f64', 'i32', 'i32', 'i64', 'i64', 'i64'];
const STORE_BYTES: readonly number[] = [4, 8, 4, 8, 1, 2, 1, 2, 4];

/** What a store instruction (0x36 to 0x3e) writes. */
export function storeShape(opcode: number): { type: Scalar; bytes: number } {
  return { type: STORE_TYPES[opcode - OP.i32Store], bytes: STORE_BYTES[opcode - OP.i32Store] };
}

export const COST = {
  simple: 1,
  store: 3,
  divide: 8,
  call: 5,
  callIndirect: 10,
  branchTable: 3,
  /** Memory.copy and memory.fill, besides a unit for each 8 bytes. */
  bulk: 8,
} as const;

/** Fuel of a numeric instruction, 0x45 to 0xc4. */
export function numericCost(opcode: number): number {
  const integerDivision = (opcode >= 0x6d && opcode <= 0x70) || (opcode >= 0x7f && opcode <= 0x82);
  const floatDivision = opcode === 0x95 || opcode === 0xa3 || opcode === 0x91 || opcode === 0x9f;
  return integerDivision || floatDivision ? COST.divide : COST.simple;
}

/** The refusal that an instruction outside the language earns. */
export function bannedCode(opcode: number): RejectionCode {
  if ((opcode >= 0x06 && opcode <= 0x0a) || opcode === 0x18 || opcode === 0x19 || opcode === 0x1f) {
    return 'feature-exceptions';
  }
  if (opcode === 0x12 || opcode === 0x13 || opcode === 0x15) return 'feature-tail-calls';
  if (opcode === 0x25 || opcode === 0x26) return 'feature-tables';
  if (opcode === 0x14 || (opcode >= 0xd0 && opcode <= 0xd6)) return 'feature-references';
  if (opcode === 0xfb) return 'feature-garbage-collection';
  if (opcode === 0xfd) return 'feature-simd';
  if (opcode === 0xfe) return 'feature-threads';
  return 'feature-unknown';
}

/** The same for an instruction behind the prefix 0xfc. */
export function bannedPrefixedCode(subcode: number): RejectionCode {
  if (subcode === 8 || subcode === 9) return 'feature-bulk-segments';
  if (subcode >= 12 && subcode <= 17) return 'feature-tables';
  return 'feature-unknown';
}
