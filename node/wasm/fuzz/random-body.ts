/**
 * Writes random function bodies, valid by construction, for a module whose outline is known.
 *
 * Every expression leaves one value of the type asked for; every statement leaves the stack as it was.
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
import { type FunctionShape, type ModuleOutline, randomShape } from './module-outline.ts';

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

/** Writes the bodies of one module, in the order of their indices. */
export class BodyWriter {
  private readonly dice: Dice;
  private readonly plan: ModuleOutline;
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

  constructor(dice: Dice, plan: ModuleOutline) {
    this.dice = dice;
    this.plan = plan;
  }

  /** The body of a function, which may call those before it. */
  write(index: number, isEntry: boolean): ByteWriter {
    const { dice, code } = this;
    const shape = this.plan.shapes[index];
    const declared = Array.from({ length: dice.below(7) }, () => dice.pick(SCALARS));
    const leaf = !isEntry && this.plan.tableEntries > 0 && dice.chance(50);
    if (leaf) this.plan.leaves.push(index);
    this.body = {
      shape,
      locals: [...shape.parameters, ...declared],
      labels: [{ types: shape.results }],
      callees: leaf ? [] : Array.from({ length: index }, (_, i) => i),
      indirect: !leaf && this.plan.tableEntries > 0,
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
        for (const type of this.plan.shapes[callee].parameters)
          this.visible(type, 1, callee < this.plan.imports);
        code.op(OP.call).u32(callee);
        for (const _type of this.plan.shapes[callee].results) code.op(OP.drop);
        return;
      }
      default: {
        if (!body.indirect || this.plan.leaves.length === 0) return;
        const shape = dice.chance(80) ? this.plan.shapes[dice.pick(this.plan.leaves)] : randomShape(dice);
        for (const type of shape.parameters) this.expression(type, 1);
        this.expression('i32', 0);
        code
          .op(OP.i32Const)
          .s32(dice.chance(90) ? 3 : 7)
          .op(OP.i32And);
        code.op(OP.callIndirect).u32(this.plan.typeIndex(shape)).byte(0);
        for (const _type of shape.results) code.op(OP.drop);
      }
    }
  }

  private setVariable(): void {
    const { dice, code, body } = this;
    if (this.plan.globals.length > 0 && dice.chance(30)) {
      const global = dice.below(this.plan.globals.length);
      this.expression(this.plan.globals[global], 2);
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
    else code.s32(this.plan.typeIndex({ parameters: [carried], results: [carried] }));
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
    else this.code.s32(this.plan.typeIndex({ parameters: [], results }));
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
    if (this.plan.rawFloats || type === 'i32' || type === 'i64') return;
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
    const globals = this.plan.globals.map((_, i) => i).filter((i) => this.plan.globals[i] === type);
    if (globals.length > 0 && dice.chance(30)) code.op(OP.globalGet).u32(dice.pick(globals));
    else if (locals.length > 0) code.op(OP.localGet).u32(dice.pick(locals));
    else writeConstant(code, type, dice);
  }
}
