/**
 * Rewrites an admitted module so that it cannot run on, remember, or differ between machines.
 *
 * - Fuel: each function entry and loop header pays for the straight code behind it; memory.copy and
 *   memory.fill pay by length. Fuel below zero traps.
 * - Purity: the entry resets the module's globals and wipes the scratch memory that the last call marked, so
 *   that a call sees its arguments and state only, whichever relay the shared instance served before.
 * - Determinism: NaN becomes the canonical one wherever its bits could be seen.
 *
 * The ORIGINAL must have passed the engine's validator: added globals take the next free indices, and an
 * invalid module that names them would become a valid one that sets its own fuel.
 */

import type { BodyPlan, Patch } from './body-plan.ts';
import { ByteWriter } from './byte-writer.ts';
import { type DecodedModule, type FunctionType, SECTION } from './decoded-module.ts';
import { CHUNK_SHIFT, type MemoryLayout } from './memory-layout.ts';
import { CORE, MIGRATE, type ModuleInterface } from './module-interface.ts';
import { EMPTY_BLOCK, OP, type Scalar, TYPE_CODE } from './opcodes.ts';
import { type AddedGlobals, writeBulkGuard, writeWipe } from './scratch-code.ts';

/** Exports that the rewriting adds; a module cannot have them, since its own are checked by name. */
export const ADDED = {
  /** The entry without reset and wipe, for the canary. */
  raw: '$raw',
  fuel: '$fuel',
  dirty: '$dirty',
  memory: '$memory',
} as const;

/** More than any budget, and small enough that fuel minus cost does not wrap. */
const MAX_COST = 0x7fffffff;

/** Temporaries appended to the locals of a function, in this order. */
const TEMPORARIES = ['i32', 'i32', 'i32', 'i64', 'f32', 'f64'] as const satisfies readonly Scalar[];
const TEMPORARY = { address: 0, length: 1, i32: 2, i64: 3, f32: 4, f64: 5 } as const;

interface AddedFunction {
  readonly typeIndex: number;
  readonly locals: readonly Scalar[];
  readonly write: (code: ByteWriter) => void;
}

export function meterModule(
  module: DecodedModule,
  plans: readonly BodyPlan[],
  hook: ModuleInterface,
  shimmed: ReadonlySet<number>,
): Uint8Array {
  return new Meter(module, plans, hook, shimmed).rewrite();
}

class Meter {
  private readonly module: DecodedModule;
  private readonly plans: readonly BodyPlan[];
  private readonly hook: ModuleInterface;
  private readonly layout: MemoryLayout;
  private readonly hasMemory: boolean;
  private readonly globals: AddedGlobals;
  private readonly extraTypes: FunctionType[] = [];
  private readonly added: AddedFunction[] = [];
  private readonly exported: { name: string; functionIndex: number }[] = [];
  private readonly shims = new Map<number, number>();
  private bulkFunction = -1;
  private wipeFunction = -1;

  constructor(
    module: DecodedModule,
    plans: readonly BodyPlan[],
    hook: ModuleInterface,
    shimmed: ReadonlySet<number>,
  ) {
    this.module = module;
    this.plans = plans;
    this.hook = hook;
    this.layout = hook.layout;
    // The host writes buffers whether or not the module looks at them.
    this.hasMemory = module.memories.length > 0 || hook.layout.buffers.length > 0;
    this.globals = { fuel: module.globals.length, dirty: module.globals.length + 1 };
    this.addFunctions(shimmed);
  }

  rewrite(): Uint8Array {
    const { module } = this;
    const out = new ByteWriter(module.bytes.length * 2 + 512);
    out.copy(module.bytes, 0, 8);
    out.section(SECTION.type, this.types());
    if (module.importedFunctions > 0) out.section(SECTION.import, this.imports());
    out.section(SECTION.function, this.functions());
    this.copySection(out, SECTION.table);
    if (this.hasMemory) out.section(SECTION.memory, new ByteWriter().op(1, 1, 1, 1));
    out.section(SECTION.global, this.globalSection());
    out.section(SECTION.export, this.exports());
    this.copySection(out, SECTION.element);
    if (module.segments.length > 0) {
      out.section(SECTION.dataCount, new ByteWriter().u32(module.segments.length));
    }
    out.section(SECTION.code, this.code());
    if (module.segments.length > 0) out.section(SECTION.data, this.data());
    return out.bytes();
  }

  private typeIndex(parameters: readonly Scalar[], results: readonly Scalar[]): number {
    this.extraTypes.push({ parameters, results });
    return this.module.types.length + this.extraTypes.length - 1;
  }

  private add(added: AddedFunction): number {
    this.added.push(added);
    return this.module.functions.length + this.added.length - 1;
  }

  private addFunctions(shimmed: ReadonlySet<number>): void {
    const { module, hook } = this;
    if (this.hasMemory) {
      this.bulkFunction = this.add({
        typeIndex: this.typeIndex(['i32', 'i32'], []),
        locals: [],
        write: (code) => writeBulkGuard(code, this.globals),
      });
      this.wipeFunction = this.add({
        typeIndex: this.typeIndex([], []),
        locals: ['i32', 'i32'],
        write: (code) => writeWipe(code, module, this.layout, this.globals.dirty),
      });
    }
    for (const index of shimmed) {
      const { typeIndex } = module.functions[index];
      this.shims.set(
        index,
        this.add({ typeIndex, locals: [], write: (code) => this.writeShim(code, index) }),
      );
    }
    for (const { name, kind, index } of module.exports) {
      if (kind !== 'function') continue;
      this.addEntry(name, index, name === MIGRATE ? hook.migrateFuel : hook.fuel, true);
      if (name === hook.entry) this.addEntry(ADDED.raw, index, hook.fuel, false);
    }
  }

  private addEntry(name: string, target: number, fuel: number, pure: boolean): void {
    const { type, typeIndex } = this.module.functions[target];
    const result = type.results[0];
    const canonical = type.results.length === 1 && (result === 'f32' || result === 'f64') ? result : null;
    const functionIndex = this.add({
      typeIndex,
      locals: canonical === null ? [] : [canonical],
      write: (code) => {
        if (pure) this.writeReset(code);
        code.op(OP.i32Const).s32(fuel).op(OP.globalSet).u32(this.globals.fuel);
        for (let i = 0; i < type.parameters.length; i++) code.op(OP.localGet).u32(i);
        code.op(OP.call).u32(target);
        if (canonical !== null) writeCanonical(code, canonical, type.parameters.length);
      },
    });
    this.exported.push({ name, functionIndex });
  }

  private types(): ByteWriter {
    const { module } = this;
    const out = new ByteWriter(1024).u32(module.types.length + this.extraTypes.length);
    for (const { parameters, results } of [...module.types, ...this.extraTypes]) {
      out.op(0x60).u32(parameters.length);
      for (const type of parameters) out.byte(TYPE_CODE[type]);
      out.u32(results.length);
      for (const type of results) out.byte(TYPE_CODE[type]);
    }
    return out;
  }

  /** The imported functions, in their order; an imported memory becomes an own one. */
  private imports(): ByteWriter {
    const { module } = this;
    const out = new ByteWriter().u32(module.importedFunctions);
    let index = 0;
    for (const { name, kind } of module.imports) {
      if (kind === 'function') out.name(CORE).name(name).byte(0).u32(module.functions[index++].typeIndex);
    }
    return out;
  }

  private functions(): ByteWriter {
    const own = this.module.functions.slice(this.module.importedFunctions);
    const out = new ByteWriter().u32(own.length + this.added.length);
    for (const { typeIndex } of [...own, ...this.added]) out.u32(typeIndex);
    return out;
  }

  private copySection(out: ByteWriter, id: number): void {
    const section = this.module.sections.get(id);
    if (section === undefined) return;
    out
      .byte(id)
      .u32(section.to - section.from)
      .copy(this.module.bytes, section.from, section.to);
  }

  private globalSection(): ByteWriter {
    const out = new ByteWriter().u32(this.module.globals.length + 2);
    const section = this.module.sections.get(SECTION.global);
    if (section !== undefined) {
      // The count may be padded: skip it byte by byte.
      let from = section.from;
      while (this.module.bytes[from] >= 0x80) from++;
      out.copy(this.module.bytes, from + 1, section.to);
    }
    out.op(TYPE_CODE.i32, 1, OP.i32Const, 0, OP.end);
    // All chunks are marked at first, so that the first call lays out the module's data.
    out.op(TYPE_CODE.i32, 1, OP.i32Const).s32(-1).op(OP.end);
    return out;
  }

  private exports(): ByteWriter {
    const out = new ByteWriter().u32(this.exported.length + (this.hasMemory ? 3 : 2));
    for (const { name, functionIndex } of this.exported) out.name(name).byte(0).u32(functionIndex);
    if (this.hasMemory) out.name(ADDED.memory).op(2, 0);
    out.name(ADDED.fuel).byte(3).u32(this.globals.fuel);
    out.name(ADDED.dirty).byte(3).u32(this.globals.dirty);
    return out;
  }

  /** Data becomes passive: the wipe lays it out, again and again. */
  private data(): ByteWriter {
    const { segments, bytes } = this.module;
    const out = new ByteWriter().u32(segments.length);
    for (const { from, to } of segments)
      out
        .byte(1)
        .u32(to - from)
        .copy(bytes, from, to);
    return out;
  }

  private code(): ByteWriter {
    const { module } = this;
    const out = new ByteWriter(module.bytes.length * 2).u32(module.bodies.length + this.added.length);
    const body = new ByteWriter(4096);
    for (let i = 0; i < module.bodies.length; i++) {
      body.clear();
      this.writeBody(body, i);
      out.u32(body.length).append(body);
    }
    for (const { locals, write } of this.added) {
      body.clear();
      body.u32(locals.length);
      for (const type of locals) body.u32(1).byte(TYPE_CODE[type]);
      write(body);
      body.op(OP.end);
      out.u32(body.length).append(body);
    }
    return out;
  }

  private writeBody(out: ByteWriter, index: number): void {
    const { bytes } = this.module;
    const body = this.module.bodies[index];
    const { patches } = this.plans[index];
    const parameters = this.module.functions[this.module.importedFunctions + index].type.parameters.length;
    const temporaries = parameters + body.locals;
    if (patches.every((patch) => patch.kind === 'charge' || patch.kind === 'import-call')) {
      out.copy(bytes, body.at, body.codeAt);
    } else this.writeLocals(out, body.at, body.codeAt);
    let position = body.codeAt;
    for (const patch of patches) {
      out.copy(bytes, position, patch.at);
      position = patch.kind === 'import-call' ? patch.to : patch.at;
      this.writePatch(out, patch, temporaries);
    }
    out.copy(bytes, position, body.end);
  }

  /** The declarations of a body with the temporaries after them. */
  private writeLocals(out: ByteWriter, at: number, codeAt: number): void {
    const { bytes } = this.module;
    let position = at;
    let groups = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[position++];
      groups += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    out.u32(groups + TEMPORARIES.length).copy(bytes, position, codeAt);
    for (const type of TEMPORARIES) out.u32(1).byte(TYPE_CODE[type]);
  }

  private writePatch(out: ByteWriter, patch: Patch, temporaries: number): void {
    switch (patch.kind) {
      case 'charge':
        this.writeCharge(out, patch.cost);
        return;
      case 'canonical':
        writeCanonical(out, patch.type, temporaries + TEMPORARY[patch.type]);
        return;
      case 'store':
        this.writeMark(out, patch.type, patch.offset, temporaries);
        return;
      case 'import-call':
        out.op(OP.call).u32(this.shims.get(patch.callee)!);
        return;
      case 'bulk': {
        // [to, value or from, length] -> the same, after paying and marking.
        const address = temporaries + TEMPORARY.address;
        const middle = temporaries + TEMPORARY.i32;
        const length = temporaries + TEMPORARY.length;
        out.op(OP.localSet).u32(length).op(OP.localSet).u32(middle).op(OP.localTee).u32(address);
        out.op(OP.localGet).u32(address).op(OP.localGet).u32(length).op(OP.call).u32(this.bulkFunction);
        out.op(OP.localGet).u32(middle).op(OP.localGet).u32(length);
        return;
      }
    }
  }

  /** fuel -= cost; trap below zero. A cost fits 31 bits, and fuel is never below zero before. */
  private writeCharge(out: ByteWriter, cost: number): void {
    const fuel = this.globals.fuel;
    out.op(OP.globalGet).u32(fuel).op(OP.i32Const).s32(Math.min(cost, MAX_COST)).op(OP.i32Sub, OP.globalSet);
    out.u32(fuel);
    out.op(OP.globalGet).u32(fuel).op(OP.i32Const, 0, OP.i32LtS);
    out.op(OP.if, EMPTY_BLOCK, OP.unreachable, OP.end);
  }

  /** [address, value] -> the same, with the chunk of the address marked and a float made canonical. */
  private writeMark(out: ByteWriter, type: Scalar, offset: number, temporaries: number): void {
    const value = temporaries + TEMPORARY[type];
    const address = temporaries + TEMPORARY.address;
    out.op(OP.localSet).u32(value).op(OP.localTee).u32(address);
    out.op(OP.globalGet).u32(this.globals.dirty).op(OP.i32Const, 1, OP.localGet).u32(address);
    // An address that overflows here is out of bounds, and traps at the store.
    if (offset > 0) out.op(OP.i32Const).s32(offset).op(OP.i32Add);
    out.op(OP.i32Const, CHUNK_SHIFT, OP.i32ShrU, OP.i32Shl, OP.i32Or, OP.globalSet).u32(this.globals.dirty);
    out.op(OP.localGet).u32(value);
    if (type === 'f32' || type === 'f64') writeCanonical(out, type, value);
  }

  /** Globals to their first values; scratch wiped if the last call marked any. */
  private writeReset(code: ByteWriter): void {
    const { globals, bytes } = this.module;
    if (this.hasMemory) {
      code.op(OP.globalGet).u32(this.globals.dirty).op(OP.if, EMPTY_BLOCK);
      code.op(OP.call).u32(this.wipeFunction).op(OP.end);
    }
    for (const [index, { mutable, initAt, initEnd }] of globals.entries()) {
      if (mutable) code.copy(bytes, initAt, initEnd).op(OP.globalSet).u32(index);
    }
  }

  /** Calls an import with every float argument made canonical. */
  private writeShim(code: ByteWriter, index: number): void {
    for (const [i, type] of this.module.functions[index].type.parameters.entries()) {
      code.op(OP.localGet).u32(i);
      if (type === 'f32' || type === 'f64') writeCanonical(code, type, i);
    }
    code.op(OP.call).u32(index);
  }
}

/** [float] -> [the same, or the canonical NaN], by way of a local. */
function writeCanonical(code: ByteWriter, type: 'f32' | 'f64', local: number): void {
  code.op(OP.localTee).u32(local);
  if (type === 'f64') code.op(OP.f64Const, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f);
  else code.op(OP.f32Const, 0, 0, 0xc0, 0x7f);
  code.op(OP.localGet).u32(local).op(OP.localGet).u32(local);
  code.op(type === 'f64' ? OP.f64Eq : OP.f32Eq, OP.select);
}
