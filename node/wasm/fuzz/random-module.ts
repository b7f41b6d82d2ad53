/**
 * Makes random modules that are valid by construction, in the whole accepted language.
 *
 * Programs loop, branch, trap and run out of fuel as they like; functions call only earlier ones, and the table
 * holds only functions that call nothing. Where a NaN's bits could be seen, the program makes them canonical
 * itself (unless `rawFloats`), so that it does the same with and without the meter.
 */

import { ByteWriter } from '../byte-writer.ts';
import { OP, TYPE_CODE } from '../opcodes.ts';
import type { Dice } from './dice.ts';
import { SCALARS, writeConstant } from './instruction-tables.ts';
import { type FunctionShape, ModuleOutline, randomShape } from './module-outline.ts';
import { BodyWriter } from './random-body.ts';

/** The interface that the generated modules fill: imports first, entry last. */
export interface RandomInterface {
  readonly entry: string;
  readonly entryShape: FunctionShape;
  readonly imports: readonly (FunctionShape & { readonly name: string })[];
  /** First address that data segments may have. */
  readonly scratchAt: number;
}

export interface RandomOptions {
  /** NaNs reach memory and integers as they are: the same on one machine only. */
  readonly rawFloats: boolean;
}

export function randomModule(dice: Dice, wanted: RandomInterface, options: RandomOptions): Uint8Array {
  const plan = new ModuleOutline(wanted.imports, options.rawFloats);
  const count = 1 + dice.below(4);
  for (let i = 0; i < count; i++) plan.shapes.push(i === count - 1 ? wanted.entryShape : randomShape(dice));
  for (let i = dice.below(5); i > 0; i--) plan.globals.push(dice.pick(SCALARS));
  plan.tableEntries = dice.chance(60) ? 1 + dice.below(4) : 0;

  const bodyWriter = new BodyWriter(dice, plan);
  const bodies: ByteWriter[] = [];
  for (let i = 0; i < count; i++) bodies.push(bodyWriter.write(wanted.imports.length + i, i === count - 1));

  const out = new ByteWriter(4096).op(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  const functionTypes = plan.shapes.map((shape) => plan.typeIndex(shape));
  const types = new ByteWriter().u32(plan.types.length);
  for (const { parameters, results } of plan.types) {
    types.op(0x60).u32(parameters.length);
    for (const type of parameters) types.byte(TYPE_CODE[type]);
    types.u32(results.length);
    for (const type of results) types.byte(TYPE_CODE[type]);
  }
  out.section(1, types);
  const ownMemory = dice.chance(10);
  const imports = new ByteWriter().u32(wanted.imports.length + (ownMemory ? 0 : 1));
  if (!ownMemory) imports.name('core').name('memory').op(2, 1, 1, 1);
  for (const [i, { name }] of wanted.imports.entries()) {
    imports.name('core').name(name).byte(0).u32(functionTypes[i]);
  }
  out.section(2, imports);
  const functions = new ByteWriter().u32(count);
  for (let i = 0; i < count; i++) functions.u32(functionTypes[wanted.imports.length + i]);
  out.section(3, functions);
  if (plan.tableEntries > 0)
    out.section(4, new ByteWriter().op(1, 0x70, 1).u32(plan.tableEntries).u32(plan.tableEntries));
  if (ownMemory) out.section(5, new ByteWriter().op(1, 1, 1, 1));
  out.section(6, globalSection(dice, plan));
  const entry = plan.shapes.length - 1;
  out.section(7, new ByteWriter().u32(2).name(wanted.entry).byte(0).u32(entry).name('memory').op(2, 0));
  const inTable = plan.leaves.slice(0, plan.tableEntries);
  if (inTable.length > 0) {
    const elements = new ByteWriter().op(1, 0, OP.i32Const, 0, OP.end).u32(inTable.length);
    for (const leaf of inTable) elements.u32(leaf);
    out.section(9, elements);
  }
  const code = new ByteWriter(4096).u32(count);
  for (const body of bodies) code.u32(body.length).append(body);
  out.section(10, code);
  if (dice.chance(60)) out.section(11, dataSection(dice, wanted.scratchAt));
  return out.bytes();
}

function globalSection(dice: Dice, plan: ModuleOutline): ByteWriter {
  const out = new ByteWriter().u32(plan.globals.length);
  for (const type of plan.globals) {
    out.op(TYPE_CODE[type], 1);
    writeConstant(out, type, dice);
    out.op(OP.end);
  }
  return out;
}

function dataSection(dice: Dice, scratchAt: number): ByteWriter {
  const count = 1 + dice.below(4);
  const out = new ByteWriter().u32(count);
  let last = scratchAt;
  for (let i = 0; i < count; i++) {
    const length = dice.below(40);
    // Often near the end of a chunk, or upon the segment before.
    const near = dice.pick([last, last + 2048 - dice.below(12), scratchAt, 65536 - length]);
    const at = Math.min(near, 65536 - length);
    last = at;
    out.byte(0).op(OP.i32Const).s32(at).op(OP.end).u32(length);
    for (let k = 0; k < length; k++) out.byte(dice.below(256));
  }
  return out;
}
