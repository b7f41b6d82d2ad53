/**
 * Takes a WebAssembly binary apart, section by section, and refuses what lies outside the accepted language.
 *
 * The verdict depends on the bytes alone. Newer engines accept more features, so a module that uses one is
 * refused here by name and not left to the engine's validator, whose answer would differ between versions.
 */

import { ByteReader } from './byte-reader.ts';
import { type DecodedModule, type FunctionEntry, type MemoryEntry, SECTION } from './decoded-module.ts';
import type { ModuleLimits } from './limits.ts';
import { PAGE_BYTES } from './memory-layout.ts';
import { type Scalar, scalarOf } from './opcodes.ts';
import { refuse } from './rejection.ts';

const KINDS = ['function', 'table', 'memory', 'global'] as const;
/** Place of each section id in a module; data count (12) stands before code (10). */
const ORDER = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 10];
const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

export function decodeModule(bytes: Uint8Array, limits: ModuleLimits): DecodedModule {
  for (let i = 0; i < HEADER.length; i++) {
    if (bytes[i] !== HEADER[i]) refuse('malformed', 'not a WebAssembly 1.0 binary', i);
  }
  const module: DecodedModule = {
    bytes,
    types: [],
    imports: [],
    functions: [],
    importedFunctions: 0,
    memories: [],
    tables: 0,
    tableEntries: 0,
    globals: [],
    exports: [],
    tableFunctions: new Set(),
    segments: [],
    bodies: [],
    sections: new Map(),
  };
  const reader = new ByteReader(bytes, HEADER.length);
  let place = 0;
  while (!reader.done) {
    const at = reader.position;
    const id = reader.byte();
    const length = reader.u32();
    const from = reader.position;
    reader.skip(length);
    const section = new ByteReader(bytes, from, reader.position);
    if (id === 0) {
      section.name();
      continue;
    }
    if (id === 13) refuse('feature-exceptions', 'tag section', at);
    if (id > 13) refuse('feature-unknown', `section ${id}`, at);
    if (ORDER[id] <= place) refuse('malformed', `section ${id} is out of order or repeated`, at);
    place = ORDER[id];
    module.sections.set(id, { from, to: section.end });
    readSection(id, section, module, limits);
    if (!section.done) refuse('malformed', `section ${id} has bytes left over`, section.position);
  }
  if (module.bodies.length !== module.functions.length - module.importedFunctions) {
    refuse('malformed', 'functions and bodies differ in number');
  }
  return module;
}

function readSection(id: number, section: ByteReader, module: DecodedModule, limits: ModuleLimits): void {
  switch (id) {
    case SECTION.type:
      readTypes(section, module, limits);
      return;
    case SECTION.import:
      readImports(section, module, limits);
      return;
    case SECTION.function:
      readFunctions(section, module, limits);
      return;
    case SECTION.table:
      readTables(section, module, limits);
      return;
    case SECTION.memory:
      readMemories(section, module);
      return;
    case SECTION.global:
      readGlobals(section, module, limits);
      return;
    case SECTION.export:
      readExports(section, module, limits);
      return;
    case SECTION.start:
      refuse('start-function', 'a module must not run before it is called', section.position);
      return;
    case SECTION.element:
      readElements(section, module, limits);
      return;
    case SECTION.code:
      readBodies(section, module, limits);
      return;
    case SECTION.data:
      readSegments(section, module, limits);
      return;
    default: // Data count: the validator compares it with the data section.
      section.u32();
  }
}

function readTypes(section: ByteReader, module: DecodedModule, limits: ModuleLimits): void {
  const count = section.count(1);
  if (count > limits.types)
    refuse('limit-types', `${count} types, the limit is ${limits.types}`, section.position);
  for (let i = 0; i < count; i++) {
    const at = section.position;
    const form = section.byte();
    if (form !== 0x60) {
      refuse(
        form >= 0x4d && form <= 0x5f ? 'feature-garbage-collection' : 'malformed',
        'not a function type',
        at,
      );
    }
    const parameters = readTypeList(section, limits);
    const results = readTypeList(section, limits);
    module.types.push({ parameters, results });
  }
}

function readTypeList(section: ByteReader, limits: ModuleLimits): Scalar[] {
  const at = section.position;
  const count = section.count(1);
  if (count > limits.signature) {
    refuse('limit-signature', `${count} parameters or results, the limit is ${limits.signature}`, at);
  }
  return Array.from({ length: count }, () => scalarOf(section.byte(), section.position - 1));
}

function readImports(section: ByteReader, module: DecodedModule, limits: ModuleLimits): void {
  const count = section.count(4);
  if (count > limits.imports) {
    refuse('limit-imports', `${count} imports, the limit is ${limits.imports}`, section.position);
  }
  for (let i = 0; i < count; i++) {
    const at = section.position;
    const from = section.name();
    const name = section.name();
    const kindCode = section.byte();
    if (kindCode === 4) refuse('feature-exceptions', 'imported tag', at);
    const kind = KINDS[kindCode] ?? refuse('malformed', `import kind ${kindCode}`, at);
    if (kind === 'function') {
      const typeIndex = section.u32();
      module.functions.push(functionOfType(typeIndex, module, at));
      module.importedFunctions++;
    } else if (kind === 'memory') {
      module.memories.push(readMemory(section));
    } else if (kind === 'table') {
      readTable(section);
    } else {
      scalarOf(section.byte(), section.position - 1);
      section.byte();
    }
    module.imports.push({ module: from, name, kind, at });
  }
}

function functionOfType(typeIndex: number, module: DecodedModule, at: number): FunctionEntry {
  const type = module.types[typeIndex] ?? refuse('invalid', `type ${typeIndex} does not exist`, at);
  return { type, typeIndex };
}

function readFunctions(section: ByteReader, module: DecodedModule, limits: ModuleLimits): void {
  const count = section.count(1);
  if (count > limits.functions) {
    refuse('limit-functions', `${count} functions, the limit is ${limits.functions}`, section.position);
  }
  for (let i = 0; i < count; i++) {
    const at = section.position;
    module.functions.push(functionOfType(section.u32(), module, at));
  }
}

interface ReadLimits {
  readonly min: number;
  readonly max: number | null;
}

function readLimits(section: ByteReader): ReadLimits {
  const at = section.position;
  const flags = section.byte();
  if (flags === 2 || flags === 3) refuse('feature-threads', 'shared limits', at);
  if (flags >= 4 && flags <= 7) refuse('feature-memory64', '64-bit limits', at);
  if (flags > 7) refuse('feature-unknown', `limits of kind ${flags}`, at);
  const min = section.u32();
  return { min, max: flags === 1 ? section.u32() : null };
}

function readTable(section: ByteReader): ReadLimits {
  const at = section.position;
  if (section.byte() !== 0x70) refuse('feature-references', 'table of something else than functions', at);
  return readLimits(section);
}

function readTables(section: ByteReader, module: DecodedModule, limits: ModuleLimits): void {
  const count = section.count(3);
  for (let i = 0; i < count; i++) {
    const at = section.position;
    const table = readTable(section);
    if (++module.tables > 1) refuse('feature-tables', 'more than one table', at);
    if (table.min > limits.table || (table.max ?? 0) > limits.table) {
      refuse(
        'table-limits',
        `a table of ${Math.max(table.min, table.max ?? 0)}, the limit is ${limits.table}`,
        at,
      );
    }
    module.tableEntries = table.min;
  }
}

function readMemory(section: ByteReader): MemoryEntry {
  const at = section.position;
  const { min, max } = readLimits(section);
  return { minPages: min, maxPages: max, at };
}

function readMemories(section: ByteReader, module: DecodedModule): void {
  const count = section.count(2);
  for (let i = 0; i < count; i++) {
    const at = section.position;
    module.memories.push(readMemory(section));
    if (module.memories.length > 1) refuse('feature-multiple-memories', 'more than one memory', at);
  }
}

/** Reads one constant instruction and its `end`; answers its offset and, of an i32, the value. */
function readConstant(section: ByteReader): { at: number; end: number; value: number | null } {
  const at = section.position;
  const opcode = section.byte();
  let value: number | null = null;
  if (opcode === 0x41) value = section.s33() | 0;
  else if (opcode === 0x42) section.skipS64();
  else if (opcode === 0x43) section.skip(4);
  else if (opcode === 0x44) section.skip(8);
  else if (opcode === 0xd0 || opcode === 0xd2) refuse('feature-references', 'reference constant', at);
  else if (opcode === 0xfd) refuse('feature-simd', 'vector constant', at);
  else refuse('feature-extended-constants', `constant expression with opcode 0x${opcode.toString(16)}`, at);
  const end = section.position;
  if (section.byte() !== 0x0b)
    refuse('feature-extended-constants', 'constant expression of two instructions', end);
  return { at, end, value };
}

function readGlobals(section: ByteReader, module: DecodedModule, limits: ModuleLimits): void {
  const count = section.count(4);
  if (count > limits.globals) {
    refuse('limit-globals', `${count} globals, the limit is ${limits.globals}`, section.position);
  }
  for (let i = 0; i < count; i++) {
    scalarOf(section.byte(), section.position - 1);
    const at = section.position;
    const mutability = section.byte();
    if (mutability > 1)
      refuse(mutability < 4 ? 'feature-threads' : 'malformed', 'mutability of a global', at);
    const init = readConstant(section);
    module.globals.push({ mutable: mutability === 1, initAt: init.at, initEnd: init.end });
  }
}

function readExports(section: ByteReader, module: DecodedModule, limits: ModuleLimits): void {
  const count = section.count(3);
  if (count > limits.exports) {
    refuse('limit-exports', `${count} exports, the limit is ${limits.exports}`, section.position);
  }
  for (let i = 0; i < count; i++) {
    const at = section.position;
    const name = section.name();
    const kindCode = section.byte();
    if (kindCode === 4) refuse('feature-exceptions', 'exported tag', at);
    const kind = KINDS[kindCode] ?? refuse('malformed', `export kind ${kindCode}`, at);
    const index = section.u32();
    if (kind === 'function' && index >= module.functions.length) {
      refuse('invalid', `exported function ${index} does not exist`, at);
    }
    module.exports.push({ name, kind, index, at });
  }
}

function readElements(section: ByteReader, module: DecodedModule, limits: ModuleLimits): void {
  const count = section.count(4);
  if (count > limits.segments) refuse('limit-segments', `${count} element segments`, section.position);
  for (let i = 0; i < count; i++) {
    const at = section.position;
    const flags = section.u32();
    if (flags === 2) refuse('feature-tables', 'element segment of a named table', at);
    if (flags >= 4 && flags <= 7) refuse('feature-references', 'element segment of expressions', at);
    if (flags === 1 || flags === 3) refuse('feature-bulk-segments', 'passive element segment', at);
    if (flags !== 0) refuse('malformed', `element segment of kind ${flags}`, at);
    const start = readConstant(section).value ?? refuse('invalid', 'element offset is not an i32', at);
    const functions = section.count(1);
    if ((start >>> 0) + functions > module.tableEntries) {
      refuse('element-out-of-bounds', `elements ${start >>> 0} to ${(start >>> 0) + functions}`, at);
    }
    for (let k = 0; k < functions; k++) {
      const index = section.u32();
      if (index >= module.functions.length) refuse('invalid', `function ${index} does not exist`, at);
      if (index < module.importedFunctions)
        refuse('import-in-table', 'a table may hold own functions only', at);
      module.tableFunctions.add(index);
    }
  }
}

function readBodies(section: ByteReader, module: DecodedModule, limits: ModuleLimits): void {
  const codeBytes = section.end - section.position;
  if (codeBytes > limits.codeBytes) {
    refuse(
      'limit-code-size',
      `${codeBytes} bytes of code, the limit is ${limits.codeBytes}`,
      section.position,
    );
  }
  const count = section.count(3);
  for (let i = 0; i < count; i++) {
    const length = section.u32();
    const at = section.position;
    section.skip(length);
    if (length > limits.functionBytes) {
      refuse(
        'limit-function-size',
        `a function of ${length} bytes, the limit is ${limits.functionBytes}`,
        at,
      );
    }
    const body = new ByteReader(section.bytes, at, section.position);
    let locals = 0;
    for (let groups = body.count(2); groups > 0; groups--) {
      locals += body.u32();
      if (locals > limits.locals) refuse('limit-locals', `more than ${limits.locals} locals`, body.position);
      scalarOf(body.byte(), body.position - 1);
    }
    module.bodies.push({ at, codeAt: body.position, end: section.position, locals });
  }
}

function readSegments(section: ByteReader, module: DecodedModule, limits: ModuleLimits): void {
  const count = section.count(2);
  if (count > limits.segments) refuse('limit-segments', `${count} data segments`, section.position);
  for (let i = 0; i < count; i++) {
    const at = section.position;
    const flags = section.u32();
    if (flags === 1) refuse('feature-bulk-segments', 'passive data segment', at);
    if (flags === 2) refuse('feature-multiple-memories', 'data segment of a named memory', at);
    if (flags !== 0) refuse('malformed', `data segment of kind ${flags}`, at);
    const value = readConstant(section).value ?? refuse('invalid', 'data offset is not an i32', at);
    const length = section.u32();
    const from = section.position;
    section.skip(length);
    const address = value >>> 0;
    if (address + length > PAGE_BYTES)
      refuse('data-out-of-bounds', `data at ${address}, ${length} bytes`, at);
    module.segments.push({ address, from, to: section.position });
  }
}
