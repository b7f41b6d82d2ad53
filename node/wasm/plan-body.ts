/**
 * Reads one function body and plans what admission adds to it.
 *
 * It follows the operand stack only as far as needed: its height (for the size of the frame), and which
 * store addresses are constants (stores into the hook's windows need no mark). The body has not been
 * validated yet, so that nothing here may trust it: an impossible stack is clamped, and left to the validator.
 */

import type { BodyContext, BodyPlan, Patch } from './body-plan.ts';
import { ByteReader } from './byte-reader.ts';
import type { Body } from './decoded-module.ts';
import {
  bannedCode,
  bannedPrefixedCode,
  COST,
  EMPTY_BLOCK,
  isBinary,
  numericCost,
  OP,
  PREFIXED,
  scalarOf,
  storeShape,
} from './opcodes.ts';
import { refuse } from './rejection.ts';

/** Stands for an operand whose value is not known. */
const UNKNOWN = Number.NaN;

interface Frame {
  readonly loop: boolean;
  /** Operands below the block's own. */
  readonly floor: number;
  readonly parameters: number;
  readonly results: number;
}

export function planBody(body: Body, functionIndex: number, context: BodyContext): BodyPlan {
  return new BodyPlanner(body, functionIndex, context).plan();
}

class BodyPlanner {
  private readonly context: BodyContext;
  private readonly reader: ByteReader;
  private readonly patches: Patch[] = [];
  private readonly charges: { cost: number }[] = [];
  private readonly frames: Frame[] = [];
  private readonly stack: number[] = [];
  private readonly callees = new Set<number>();
  private readonly indirectTypes = new Set<number>();
  private instructions = 0;
  private loops = 0;
  private operands = 0;

  constructor(body: Body, functionIndex: number, context: BodyContext) {
    this.context = context;
    this.reader = new ByteReader(context.module.bytes, body.codeAt, body.end);
    const results = context.module.functions[functionIndex].type.results.length;
    this.frames.push({ loop: false, floor: 0, parameters: 0, results });
    // Every local is zeroed at entry.
    this.openCharge(body.codeAt, COST.simple + body.locals);
  }

  plan(): BodyPlan {
    while (this.frames.length > 0) this.instruction();
    if (!this.reader.done) refuse('malformed', 'instructions after the end of a body', this.reader.position);
    return {
      patches: this.patches,
      callees: this.callees,
      indirectTypes: this.indirectTypes,
      instructions: this.instructions,
      loops: this.loops,
      operands: this.operands,
    };
  }

  private openCharge(at: number, cost: number): void {
    const charge = { kind: 'charge', at, cost } as const;
    this.patches.push(charge);
    this.charges.push(charge);
  }

  private spend(cost: number): void {
    this.charges[this.charges.length - 1].cost += cost;
  }

  private push(value: number): void {
    this.stack.push(value);
    if (this.stack.length > this.operands) {
      this.operands = this.stack.length;
      if (this.operands > this.context.limits.operands) {
        refuse('limit-operands', `more than ${this.context.limits.operands} operands`, this.reader.position);
      }
    }
  }

  private pop(): number {
    const floor = this.frames[this.frames.length - 1].floor;
    return this.stack.length > floor ? this.stack.pop()! : UNKNOWN;
  }

  private popMany(count: number): void {
    for (let i = 0; i < count; i++) this.pop();
  }

  private pushMany(count: number): void {
    for (let i = 0; i < count; i++) this.push(UNKNOWN);
  }

  /** Code after a branch is dead until the block ends; its operands come from nowhere. */
  private leave(): void {
    this.stack.length = Math.min(this.stack.length, this.frames[this.frames.length - 1].floor);
  }

  private instruction(): void {
    const { reader } = this;
    const at = reader.position;
    const opcode = reader.byte();
    this.instructions++;
    if (opcode >= 0x45 && opcode <= 0xc4) {
      this.numeric(opcode, at);
      return;
    }
    if (opcode >= 0x28 && opcode <= 0x3e) {
      this.memoryAccess(opcode, at);
      return;
    }
    switch (opcode) {
      case OP.localGet:
      case OP.globalGet:
        reader.u32();
        this.push(UNKNOWN);
        this.spend(COST.simple);
        return;
      case OP.localSet:
      case OP.globalSet:
        reader.u32();
        this.pop();
        this.spend(COST.simple);
        return;
      case OP.localTee:
        reader.u32();
        this.pop();
        this.push(UNKNOWN);
        this.spend(COST.simple);
        return;
      case OP.i32Const:
        this.push(reader.s33() | 0);
        this.spend(COST.simple);
        return;
      case OP.i64Const:
        reader.skipS64();
        this.push(UNKNOWN);
        this.spend(COST.simple);
        return;
      case OP.f32Const:
      case OP.f64Const:
        reader.skip(opcode === OP.f32Const ? 4 : 8);
        this.push(UNKNOWN);
        this.spend(COST.simple);
        return;
      case OP.drop:
        this.pop();
        this.spend(COST.simple);
        return;
      case OP.select:
      case OP.selectTyped:
        if (opcode === OP.selectTyped) this.selectType(at);
        this.popMany(3);
        this.push(UNKNOWN);
        this.spend(COST.simple);
        return;
      case OP.memorySize:
        if (reader.byte() !== 0) refuse('feature-multiple-memories', 'memory index', at);
        this.push(UNKNOWN);
        this.spend(COST.simple);
        return;
      case OP.memoryGrow:
        refuse('memory-grow', 'memory is of fixed size', at);
        return;
      case OP.prefixed:
        this.prefixed(at);
        return;
      default:
        this.control(opcode, at);
    }
  }

  private control(opcode: number, at: number): void {
    const { reader } = this;
    switch (opcode) {
      case OP.nop:
        this.spend(COST.simple);
        return;
      case OP.unreachable:
      case OP.return:
        this.spend(COST.simple);
        this.leave();
        return;
      case OP.block:
      case OP.loop:
      case OP.if:
        this.open(opcode, at);
        return;
      case OP.else:
        this.otherwise();
        return;
      case OP.end:
        this.close();
        return;
      case OP.br:
        reader.u32();
        this.spend(COST.simple);
        this.leave();
        return;
      case OP.brIf:
        reader.u32();
        this.pop();
        this.spend(COST.simple);
        return;
      case OP.brTable:
        this.branchTable(at);
        return;
      case OP.call:
        this.call(at);
        return;
      case OP.callIndirect:
        this.callIndirect(at);
        return;
      default:
        refuse(bannedCode(opcode), `opcode 0x${opcode.toString(16).padStart(2, '0')}`, at);
    }
  }

  private open(opcode: number, at: number): void {
    const { limits } = this.context;
    this.spend(COST.simple);
    if (opcode === OP.if) this.pop();
    const { parameters, results } = this.blockType();
    if (this.frames.length > limits.nesting) {
      refuse('limit-nesting', `blocks more than ${limits.nesting} deep`, at);
    }
    this.popMany(parameters);
    const loop = opcode === OP.loop;
    this.frames.push({ loop, floor: this.stack.length, parameters, results });
    this.pushMany(parameters);
    if (loop) {
      this.loops++;
      this.openCharge(this.reader.position, COST.simple);
    }
  }

  private blockType(): { parameters: number; results: number } {
    const at = this.reader.position;
    if (this.context.module.bytes[at] === EMPTY_BLOCK) {
      this.reader.byte();
      return { parameters: 0, results: 0 };
    }
    const code = this.reader.s33();
    if (code < 0) {
      // A padded negative number is read differently by different engines.
      if (this.reader.position !== at + 1) refuse('malformed', 'block type', at);
      scalarOf(code & 0x7f, at);
      return { parameters: 0, results: 1 };
    }
    const type = this.context.module.types[code] ?? refuse('invalid', `type ${code} does not exist`, at);
    return { parameters: type.parameters.length, results: type.results.length };
  }

  private otherwise(): void {
    const frame = this.frames[this.frames.length - 1];
    this.stack.length = Math.min(this.stack.length, frame.floor);
    this.pushMany(frame.parameters);
  }

  private close(): void {
    const frame = this.frames.pop()!;
    this.stack.length = Math.min(this.stack.length, frame.floor);
    this.pushMany(frame.results);
    if (frame.loop) this.charges.pop();
  }

  private branchTable(at: number): void {
    const { limits } = this.context;
    const targets = this.reader.count(1);
    if (targets > limits.branchTable) {
      refuse('limit-branch-table', `${targets} targets, the limit is ${limits.branchTable}`, at);
    }
    for (let i = 0; i <= targets; i++) this.reader.u32();
    this.spend(COST.branchTable);
    this.leave();
  }

  private call(at: number): void {
    const { module, importFuel, shimmed } = this.context;
    const callee = this.reader.u32();
    const entry = module.functions[callee] ?? refuse('invalid', `function ${callee} does not exist`, at);
    this.spend(COST.call + (importFuel[callee] ?? 0));
    if (callee >= module.importedFunctions) this.callees.add(callee);
    else if (shimmed.has(callee)) {
      this.patches.push({ kind: 'import-call', at, to: this.reader.position, callee });
    }
    this.popMany(entry.type.parameters.length);
    this.pushMany(entry.type.results.length);
  }

  private callIndirect(at: number): void {
    const { module } = this.context;
    const typeIndex = this.reader.u32();
    const type = module.types[typeIndex] ?? refuse('invalid', `type ${typeIndex} does not exist`, at);
    if (this.reader.byte() !== 0) refuse('feature-tables', 'table index', at);
    this.spend(COST.callIndirect);
    this.indirectTypes.add(typeIndex);
    this.popMany(1 + type.parameters.length);
    this.pushMany(type.results.length);
  }

  private selectType(at: number): void {
    if (this.reader.u32() !== 1) refuse('invalid', 'select of other than one type', at);
    scalarOf(this.reader.byte(), this.reader.position - 1);
  }

  private numeric(opcode: number, at: number): void {
    // NaN payloads and signs differ between processors; they show only where bits are looked at.
    if (opcode === OP.i32ReinterpretF32 || opcode === OP.f32Copysign) {
      this.patches.push({ kind: 'canonical', at, type: 'f32' });
    } else if (opcode === OP.i64ReinterpretF64 || opcode === OP.f64Copysign) {
      this.patches.push({ kind: 'canonical', at, type: 'f64' });
    }
    this.popMany(isBinary(opcode) ? 2 : 1);
    this.push(UNKNOWN);
    this.spend(numericCost(opcode));
  }

  private memoryAccess(opcode: number, at: number): void {
    const alignment = this.reader.u32();
    if (alignment >= 32) refuse(alignment < 128 ? 'feature-multiple-memories' : 'malformed', 'alignment', at);
    const offset = this.reader.u32();
    if (opcode < OP.i32Store) {
      this.pop();
      this.push(UNKNOWN);
      this.spend(COST.simple);
      return;
    }
    const { type, bytes } = storeShape(opcode);
    this.pop();
    const address = this.pop();
    if (!this.insideWindow(address, offset, bytes)) this.patches.push({ kind: 'store', at, type, offset });
    else if (type === 'f32' || type === 'f64') this.patches.push({ kind: 'canonical', at, type });
    this.spend(COST.store);
  }

  private insideWindow(address: number, offset: number, bytes: number): boolean {
    if (Number.isNaN(address)) return false;
    const from = (address >>> 0) + offset;
    const { state, buffers } = this.context.layout;
    const covers = (window: { at: number; bytes: number }) =>
      from >= window.at && from + bytes <= window.at + window.bytes;
    return covers(state) || buffers.some(covers);
  }

  private prefixed(at: number): void {
    const subcode = this.reader.u32();
    if (subcode <= 7) {
      this.pop();
      this.push(UNKNOWN);
      this.spend(COST.simple);
      return;
    }
    const indices = subcode === PREFIXED.memoryCopy ? 2 : subcode === PREFIXED.memoryFill ? 1 : 0;
    if (indices === 0) refuse(bannedPrefixedCode(subcode), `opcode 0xfc ${subcode}`, at);
    for (let i = 0; i < indices; i++) {
      if (this.reader.byte() !== 0) refuse('feature-multiple-memories', 'memory index', at);
    }
    this.patches.push({ kind: 'bulk', at });
    this.popMany(3);
    this.spend(COST.bulk);
  }
}
