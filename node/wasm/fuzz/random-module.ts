/**
 * Makes random modules that are valid by construction, in the whole accepted language.
 *
 * Programs loop, branch, trap and run out of fuel as they like; functions call only earlier ones, and the table
 * holds only functions that call nothing. Where a NaN's bits could be seen, the program makes them canonical
 * itself (unless `rawFloats`), so that it does the same with and without the meter.
 */

import { ByteWriter } from '../byte-writer.ts';
import { EMPTY_BLOCK, isBinary, OP, type Scalar, TYPE_CODE } from '../opcodes.ts';
import type { Dice } from './dice.ts';
import {
  ADDRESSES,
  LOADS,
  NUMERIC,
  SATURATING,
  SCALARS,
  SHOWS_BITS,
  STORES,
  TRAPS,
  writeConstant,
} from './instruction-tables.ts';

export interface FunctionShape {
  readonly parameters: readonly Scalar[];
  readonly results: readonly Scalar[];
}

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

interface Label {
  /** What a branch to it carries. */
  readonly types: readonly Scalar[];
}

interface Body {
  readonly shape: FunctionShape;
  readonly locals: readonly Scalar[];
  readonly labels: Label[];
  /** Functions that may be called. */
  readonly callees: readonly number[];
  readonly indirect: boolean;
}

export function randomModule(dice: Dice, wanted: RandomInterface, options: RandomOptions): Uint8Array {
  return new Generator(dice, wanted, options).module();
}

class Generator {
  private readonly dice: Dice;
  private readonly wanted: RandomInterface;
  private readonly options: RandomOptions;
  private readonly types: FunctionShape[] = [];
  private readonly shapes: FunctionShape[] = [];
  private readonly globals: Scalar[] = [];
  private readonly leaves: number[] = [];
  private tableEntries = 0;
  private readonly code = new ByteWriter(4096);
  private body: Body = {
    shape: { parameters: [], results: [] },
    locals: [],
    labels: [],
    callees: [],
    indirect: false,
  };
  /** Instructions that the current body may still have. */
  private budget = 0;

  constructor(dice: Dice, wanted: RandomInterface, options: RandomOptions) {
    this.dice = dice;
    this.wanted = wanted;
    this.options = options;
  }

  module(): Uint8Array {
    const { dice, wanted } = this;
    for (const shape of wanted.imports) this.shapes.push(shape);
    const count = 1 + dice.below(4);
    for (let i = 0; i < count; i++)
      this.shapes.push(i === count - 1 ? wanted.entryShape : this.randomShape());
    for (let i = dice.below(5); i > 0; i--) this.globals.push(dice.pick(SCALARS));
    this.tableEntries = dice.chance(60) ? 1 + dice.below(4) : 0;

    const bodies: ByteWriter[] = [];
    for (let i = 0; i < count; i++)
      bodies.push(this.functionBody(wanted.imports.length + i, i === count - 1));

    const out = new ByteWriter(4096).op(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    const functionTypes = this.shapes.map((shape) => this.typeIndex(shape));
    const types = new ByteWriter().u32(this.types.length);
    for (const { parameters, results } of this.types) {
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
    if (this.tableEntries > 0)
      out.section(4, new ByteWriter().op(1, 0x70, 1).u32(this.tableEntries).u32(this.tableEntries));
    if (ownMemory) out.section(5, new ByteWriter().op(1, 1, 1, 1));
    out.section(6, this.globalSection());
    const entry = this.shapes.length - 1;
    out.section(7, new ByteWriter().u32(2).name(wanted.entry).byte(0).u32(entry).name('memory').op(2, 0));
    const inTable = this.leaves.slice(0, this.tableEntries);
    if (inTable.length > 0) {
      const elements = new ByteWriter().op(1, 0, OP.i32Const, 0, OP.end).u32(inTable.length);
      for (const leaf of inTable) elements.u32(leaf);
      out.section(9, elements);
    }
    const code = new ByteWriter(4096).u32(count);
    for (const body of bodies) code.u32(body.length).append(body);
    out.section(10, code);
    if (dice.chance(60)) out.section(11, this.dataSection());
    return out.bytes();
  }

  private randomShape(): FunctionShape {
    const { dice } = this;
    return {
      parameters: Array.from({ length: dice.below(4) }, () => dice.pick(SCALARS)),
      results: Array.from({ length: dice.below(3) }, () => dice.pick(SCALARS)),
    };
  }

  private typeIndex(shape: FunctionShape): number {
    const same = (a: readonly Scalar[], b: readonly Scalar[]) => a.join() === b.join();
    const known = this.types.findIndex(
      (type) => same(type.parameters, shape.parameters) && same(type.results, shape.results),
    );
    return known >= 0 ? known : this.types.push(shape) - 1;
  }

  private globalSection(): ByteWriter {
    const out = new ByteWriter().u32(this.globals.length);
    for (const type of this.globals) {
      out.op(TYPE_CODE[type], 1);
      writeConstant(out, type, this.dice);
      out.op(OP.end);
    }
    return out;
  }

  private dataSection(): ByteWriter {
    const { dice } = this;
    const count = 1 + dice.below(4);
    const out = new ByteWriter().u32(count);
    let last = this.wanted.scratchAt;
    for (let i = 0; i < count; i++) {
      const length = dice.below(40);
      // Often near the end of a chunk, or upon the segment before.
      const near = dice.pick([last, last + 2048 - dice.below(12), this.wanted.scratchAt, 65536 - length]);
      const at = Math.min(near, 65536 - length);
      last = at;
      out.byte(0).op(OP.i32Const).s32(at).op(OP.end).u32(length);
      for (let k = 0; k < length; k++) out.byte(dice.below(256));
    }
    return out;
  }

  private functionBody(index: number, isEntry: boolean): ByteWriter {
    const { dice, code } = this;
    const shape = this.shapes[index];
    const declared = Array.from({ length: dice.below(7) }, () => dice.pick(SCALARS));
    const leaf = !isEntry && this.tableEntries > 0 && dice.chance(50);
    if (leaf) this.leaves.push(index);
    this.body = {
      shape,
      locals: [...shape.parameters, ...declared],
      labels: [{ types: shape.results }],
      callees: leaf ? [] : Array.from({ length: index }, (_, i) => i),
      indirect: !leaf && this.tableEntries > 0,
    };
    this.budget = 40 + dice.below(isEntry ? 400 : 120);
    code.clear();
    code.u32(declared.length);
    for (const type of declared) code.u32(1).byte(TYPE_CODE[type]);
    this.statements(4);
    for (const type of shape.results) this.expression(type, 3);
    code.op(OP.end);
    return new ByteWriter(code.length).append(code);
  }

  private statements(depth: number): void {
    for (let i = 1 + this.dice.below(4); i > 0 && this.budget > 0; i--) this.statement(depth);
  }

  private statement(depth: number): void {
    const { dice, code, body } = this;
    this.budget--;
    switch (dice.below(depth > 0 ? 14 : 6)) {
      case 0:
      case 1:
        this.setVariable();
        return;
      case 2:
      case 3:
        this.store();
        return;
      case 4:
        this.bulk();
        return;
      case 5: {
        this.expression(dice.pick(SCALARS), 2);
        code.op(OP.drop);
        return;
      }
      case 6:
      case 7:
        this.loop(depth);
        return;
      case 8:
        this.block(depth);
        return;
      case 9:
        this.choice(depth);
        return;
      case 10: {
        const label = this.labelIndex();
        if (label < 0) return;
        for (const type of this.typesOf(label)) this.expression(type, 1);
        this.expression('i32', 2);
        code.op(OP.brIf).u32(label);
        for (const _type of this.typesOf(label)) code.op(OP.drop);
        return;
      }
      case 11:
        this.deadEnd(depth);
        return;
      case 12: {
        const callee = body.callees.length > 0 ? dice.pick(body.callees) : -1;
        if (callee < 0) return;
        for (const type of this.shapes[callee].parameters)
          this.visible(type, 1, callee < this.wanted.imports.length);
        code.op(OP.call).u32(callee);
        for (const _type of this.shapes[callee].results) code.op(OP.drop);
        return;
      }
      default: {
        if (!body.indirect || this.leaves.length === 0) return;
        const shape = dice.chance(80) ? this.shapes[dice.pick(this.leaves)] : this.randomShape();
        for (const type of shape.parameters) this.expression(type, 1);
        this.expression('i32', 0);
        code
          .op(OP.i32Const)
          .s32(dice.chance(90) ? 3 : 7)
          .op(OP.i32And);
        code.op(OP.callIndirect).u32(this.typeIndex(shape)).byte(0);
        for (const _type of shape.results) code.op(OP.drop);
      }
    }
  }

  private setVariable(): void {
    const { dice, code, body } = this;
    if (this.globals.length > 0 && dice.chance(30)) {
      const global = dice.below(this.globals.length);
      this.expression(this.globals[global], 2);
      code.op(OP.globalSet).u32(global);
    } else if (body.locals.length > 0) {
      const local = dice.below(body.locals.length);
      this.expression(body.locals[local], 3);
      code.op(OP.localSet).u32(local);
    }
  }

  /** An address: mostly inside the page, at times at the edge of it or of a chunk, at times anywhere. */
  private address(): void {
    const { dice, code } = this;
    const kind = dice.below(10);
    if (kind < 2) code.op(OP.i32Const).s32(dice.pick(ADDRESSES));
    else if (kind < 9) {
      this.expression('i32', 1);
      code
        .op(OP.i32Const)
        .s32(dice.pick([0xff, 0xfff, 0x7fff]))
        .op(OP.i32And);
    } else if (dice.chance(20)) this.expression('i32', 1);
    else code.op(OP.i32Const).s32(dice.below(65536));
  }

  private memoryImmediate(): void {
    // Alignment 0 fits every access.
    this.code
      .byte(0)
      .u32(
        this.dice.chance(50)
          ? 0
          : this.dice.chance(96)
            ? this.dice.below(64)
            : this.dice.pick([2040, 65529, 65535, 0xffffffff]),
      );
  }

  private store(): void {
    const { dice, code } = this;
    const type = dice.pick(SCALARS);
    this.address();
    this.visible(type, 2, true);
    code.op(dice.pick(STORES[type]));
    this.memoryImmediate();
  }

  private bulk(): void {
    const { dice, code } = this;
    const copy = dice.chance(50);
    this.address();
    if (copy) this.address();
    else this.expression('i32', 0);
    if (dice.chance(97)) code.op(OP.i32Const).s32(dice.pick([0, 1, 7, 8, 100, 2048, 5000]));
    else this.expression('i32', 0);
    code.op(OP.prefixed, copy ? 10 : 11, 0);
    if (copy) code.byte(0);
  }

  private loop(depth: number): void {
    const { code, body } = this;
    // Every other loop carries a value from round to round.
    const carried = this.dice.chance(40) ? this.dice.pick(SCALARS) : null;
    if (carried !== null) this.expression(carried, 1);
    code.op(OP.loop);
    if (carried === null) code.byte(EMPTY_BLOCK);
    else code.s32(this.typeIndex({ parameters: [carried], results: [carried] }));
    body.labels.push({ types: carried === null ? [] : [carried] });
    if (carried !== null) code.op(OP.drop);
    this.statements(depth - 1);
    if (carried !== null) this.expression(carried, 1);
    this.expression('i32', 1);
    // A power of two of rounds, more or less; one in some is endless.
    code
      .op(OP.i32Const)
      .s32(this.dice.pick([1, 3, 7, -1]))
      .op(OP.i32And);
    code.op(OP.brIf, 0);
    body.labels.pop();
    code.op(OP.end);
    if (carried !== null) code.op(OP.drop);
  }

  private block(depth: number): void {
    const { code, body } = this;
    const results = this.dice.chance(40)
      ? [this.dice.pick(SCALARS), this.dice.pick(SCALARS)].slice(this.dice.below(2))
      : [];
    code.op(OP.block);
    this.blockType(results);
    body.labels.push({ types: results });
    this.statements(depth - 1);
    for (const type of results) this.expression(type, 1);
    body.labels.pop();
    code.op(OP.end);
    for (const _type of results) code.op(OP.drop);
  }

  private blockType(results: readonly Scalar[]): void {
    if (results.length === 0) this.code.byte(EMPTY_BLOCK);
    else if (results.length === 1 && this.dice.chance(70)) this.code.byte(TYPE_CODE[results[0]]);
    else this.code.s32(this.typeIndex({ parameters: [], results }));
  }

  private choice(depth: number): void {
    const { code, body } = this;
    this.expression('i32', 2);
    code.op(OP.if, EMPTY_BLOCK);
    body.labels.push({ types: [] });
    this.statements(depth - 1);
    if (this.dice.chance(50)) {
      code.op(OP.else);
      this.statements(depth - 1);
    }
    body.labels.pop();
    code.op(OP.end);
  }

  /** A block that is left in the middle, with code behind that cannot be reached. */
  private deadEnd(depth: number): void {
    const { dice, code, body } = this;
    code.op(OP.block, EMPTY_BLOCK);
    body.labels.push({ types: [] });
    this.statements(depth - 1);
    const label = this.labelIndex();
    if (dice.chance(3)) code.op(OP.unreachable);
    else if (dice.chance(10)) {
      for (const type of body.shape.results) this.expression(type, 1);
      code.op(OP.return);
    } else if (label >= 0 && dice.chance(50)) {
      for (const type of this.typesOf(label)) this.expression(type, 1);
      code.op(OP.br).u32(label);
    } else {
      const targets = this.emptyLabels();
      const count = dice.below(5);
      this.expression('i32', 1);
      code.op(OP.brTable).u32(count);
      for (let i = 0; i <= count; i++) code.u32(dice.pick(targets));
    }
    if (dice.chance(50)) this.statements(depth - 1);
    // A stack of no type: these take what is not there.
    if (dice.chance(20)) code.op(dice.pick([0x6a, 0x7c, 0x92, 0xa0, 0x98, 0xa6]), OP.drop);
    if (dice.chance(10)) code.op(dice.pick([0x36, 0x37, 0x38, 0x39]), 0, 0);
    body.labels.pop();
    code.op(OP.end);
  }

  private labelIndex(): number {
    return this.dice.below(this.body.labels.length);
  }

  private typesOf(label: number): readonly Scalar[] {
    const { labels } = this.body;
    return labels[labels.length - 1 - label].types;
  }

  /** Labels that carry nothing; the innermost of a dead end is always one. */
  private emptyLabels(): number[] {
    return this.body.labels.map((_, i) => i).filter((label) => this.typesOf(label).length === 0);
  }

  /** An expression whose bits will be seen. */
  private visible(type: Scalar, depth: number, seen: boolean): void {
    this.expression(type, depth);
    if (seen) this.canonical(type);
  }

  /** Makes a NaN on the stack canonical, without a local: x + 0 would keep its bits, min and max too. */
  private canonical(type: Scalar): void {
    if (this.options.rawFloats || type === 'i32' || type === 'i64') return;
    const { code, body } = this;
    const local = body.locals.indexOf(type);
    if (local < 0) {
      // No local to hold it: a constant instead.
      code.op(OP.drop);
      writeConstant(code, type, this.dice);
      return;
    }
    code.op(OP.localTee).u32(local);
    if (type === 'f64') code.op(OP.f64Const, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f);
    else code.op(OP.f32Const, 0, 0, 0xc0, 0x7f);
    code
      .op(OP.localGet)
      .u32(local)
      .op(OP.localGet)
      .u32(local)
      .op(type === 'f64' ? OP.f64Eq : OP.f32Eq, OP.select);
  }

  private expression(type: Scalar, depth: number): void {
    const { dice, code, body } = this;
    this.budget--;
    const kind = depth <= 0 || this.budget <= 0 ? dice.below(3) : dice.below(12);
    if (kind === 0) {
      writeConstant(code, type, dice);
      return;
    }
    if (kind <= 2) {
      this.variable(type);
      return;
    }
    if (kind === 3) {
      this.address();
      code.op(dice.pick(LOADS[type]));
      this.memoryImmediate();
      return;
    }
    if (kind === 4) {
      this.expression(type, depth - 1);
      this.expression(type, depth - 1);
      this.expression('i32', depth - 1);
      if (dice.chance(50)) code.op(OP.select);
      else code.op(OP.selectTyped, 1, TYPE_CODE[type]);
      return;
    }
    if (kind === 5) {
      this.expression('i32', depth - 1);
      code.op(OP.if, TYPE_CODE[type]);
      body.labels.push({ types: [type] });
      this.expression(type, depth - 1);
      code.op(OP.else);
      this.expression(type, depth - 1);
      body.labels.pop();
      code.op(OP.end);
      return;
    }
    if (kind === 6 && (type === 'i32' || type === 'i64')) {
      const choices = SATURATING.map(([result], i) => (result === type ? i : -1)).filter((i) => i >= 0);
      const subcode = dice.pick(choices);
      this.expression(SATURATING[subcode][1], depth - 1);
      code.op(OP.prefixed, subcode);
      return;
    }
    if (kind === 7 && type === 'i32' && dice.chance(20)) {
      code.op(OP.memorySize, 0);
      return;
    }
    const [first, last, operand] = dice.pick(NUMERIC[type]);
    let opcode = first + dice.below(last - first + 1);
    // What may trap would end nearly every program.
    if (TRAPS.has(opcode) && !dice.chance(5)) opcode = first + dice.below(last - first + 1);
    if (TRAPS.has(opcode) && !dice.chance(5)) {
      this.variable(type);
      return;
    }
    if (isBinary(opcode)) this.expression(operand, depth - 1);
    this.visible(operand, depth - 1, SHOWS_BITS.has(opcode));
    code.op(opcode);
  }

  private variable(type: Scalar): void {
    const { dice, code, body } = this;
    const locals = body.locals.map((_, i) => i).filter((i) => body.locals[i] === type);
    const globals = this.globals.map((_, i) => i).filter((i) => this.globals[i] === type);
    if (globals.length > 0 && dice.chance(30)) code.op(OP.globalGet).u32(dice.pick(globals));
    else if (locals.length > 0) code.op(OP.localGet).u32(dice.pick(locals));
    else writeConstant(code, type, dice);
  }
}
