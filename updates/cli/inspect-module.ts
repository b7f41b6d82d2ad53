/**
 * Takes a binary apart for its reader: sections, imports, exports, and what admission says of it.
 *
 * It goes as far as the bytes allow, since a broken file is a reason to look at it.
 */

import { createHash } from 'node:crypto';
import { catalogue } from '../../node/hooks/catalogue/catalogue.ts';
import type { AnyHook } from '../../node/hooks/define-hook.ts';
import { admit } from '../../node/wasm/admit.ts';
import { ByteReader } from '../../node/wasm/byte-reader.ts';
import { signatureText } from '../../node/wasm/call-graph.ts';
import { decodeModule } from '../../node/wasm/decode-module.ts';
import type { DecodedModule } from '../../node/wasm/decoded-module.ts';
import { DEFAULT_LIMITS } from '../../node/wasm/limits.ts';
import type { ModuleFacts } from '../../node/wasm/module-version.ts';
import { Refusal, type Rejected } from '../../node/wasm/rejection.ts';

export interface SectionSummary {
  readonly name: string;
  /** Offset and length of its content. */
  readonly at: number;
  readonly bytes: number;
}

export interface Verdict {
  readonly hook: string;
  readonly rejected: Rejected | null;
  /** The bytes around the place of the rejection, in hexadecimal, the place itself in brackets. */
  readonly around: string | null;
  readonly facts: ModuleFacts | null;
}

export interface Inspection {
  readonly bytes: number;
  readonly sha256: string;
  readonly sections: readonly SectionSummary[];
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  /** Pages and data; null without a memory. */
  readonly memory: string | null;
  readonly verdicts: readonly Verdict[];
}

const SECTION_NAMES = [
  'custom',
  'type',
  'import',
  'function',
  'table',
  'memory',
  'global',
  'export',
  'start',
  'element',
  'code',
  'data',
  'data count',
];

/** Inspects a binary for the hook given, or for those whose entry it exports, or else for all. */
export function inspectModule(bytes: Uint8Array, hook?: AnyHook): Inspection {
  const module = decodeLeniently(bytes);
  const exported = new Set(module?.exports.map(({ name }) => name));
  const fitting = [...catalogue.values()].filter(({ entry }) => exported.has(entry));
  const hooks =
    hook !== undefined ? [hook] : fitting.length > 0 ? fitting : [...catalogue.values()].slice(0, 1);
  return {
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sections: listSections(bytes),
    imports: module === null ? [] : describeImports(module),
    exports: module === null ? [] : describeExports(module),
    memory: module === null ? null : describeMemory(module),
    verdicts: hooks.map((candidate) => judge(bytes, candidate)),
  };
}

function decodeLeniently(bytes: Uint8Array): DecodedModule | null {
  try {
    return decodeModule(bytes, DEFAULT_LIMITS);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

function listSections(bytes: Uint8Array): SectionSummary[] {
  const sections: SectionSummary[] = [];
  const reader = new ByteReader(bytes, Math.min(8, bytes.length));
  try {
    while (!reader.done) {
      const id = reader.byte();
      const length = reader.u32();
      const at = reader.position;
      reader.skip(length);
      const name = SECTION_NAMES[id] ?? `section ${id}`;
      sections.push({ name: id === 0 ? customName(bytes, at, at + length) : name, at, bytes: length });
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    sections.push({ name: `broken: ${error.message}`, at: error.at ?? reader.position, bytes: 0 });
  }
  return sections;
}

function customName(bytes: Uint8Array, at: number, end: number): string {
  try {
    return `custom ${JSON.stringify(new ByteReader(bytes, at, end).name())}`;
  } catch {
    return 'custom, without a name';
  }
}

function describeImports(module: DecodedModule): string[] {
  let index = 0;
  return module.imports.map(({ module: from, name, kind }) => {
    const signature = kind === 'function' ? ` ${signatureText(module.functions[index++].type)}` : '';
    return `${from}.${name}: ${kind}${signature}`;
  });
}

function describeExports(module: DecodedModule): string[] {
  return module.exports.map(({ name, kind, index }) => {
    const signature = kind === 'function' ? ` ${signatureText(module.functions[index].type)}` : '';
    return `${name}: ${kind}${signature}`;
  });
}

function describeMemory({ memories, segments }: DecodedModule): string | null {
  const [memory] = memories;
  if (memory === undefined) return null;
  const data = segments.reduce((sum, { from, to }) => sum + to - from, 0);
  return `${memory.minPages} to ${memory.maxPages ?? 'any'} pages, ${data} bytes of data`;
}

function judge(bytes: Uint8Array, hook: AnyHook): Verdict {
  const admission = admit(bytes, hook);
  if ('admitted' in admission) {
    return { hook: hook.id, rejected: null, around: null, facts: admission.admitted.facts };
  }
  const { at } = admission;
  return {
    hook: hook.id,
    rejected: admission,
    around: at === undefined ? null : around(bytes, at),
    facts: null,
  };
}

function around(bytes: Uint8Array, at: number): string {
  const from = Math.max(0, at - 8);
  return [...bytes.subarray(from, at + 9)]
    .map((byte, i) => {
      const text = byte.toString(16).padStart(2, '0');
      return from + i === at ? `[${text}]` : text;
    })
    .join(' ');
}
