/**
 * Compiles WebAssembly text with wabt, with the features that relays accept and no others.
 *
 * After an input nested too deep, wabt's own stack is broken and every later call fails: it is made anew then.
 */

import { createRequire } from 'node:module';
import { UpdateError } from './update-file.ts';

type Wabt = Awaited<ReturnType<typeof import('wabt')>>;

const FEATURES = {
  mutable_globals: true,
  sat_float_to_int: true,
  sign_extension: true,
  multi_value: true,
  bulk_memory: true,
  exceptions: false,
  simd: false,
  threads: false,
  tail_call: false,
  reference_types: false,
};

let wabt: Promise<Wabt> | null = null;

/** Name and version, without loading it. */
export function wabtVersion(): string {
  const { version } = createRequire(import.meta.url)('wabt/package.json') as { version: string };
  return `wabt ${version}`;
}

/** The binary of a text; throws `UpdateError` with `file:line:column: error: ...` for each mistake. */
export async function compileWat(source: string, file: string): Promise<Uint8Array> {
  wabt ??= import('wabt').then((loaded) => loaded.default());
  const compiler = await wabt;
  try {
    const module = compiler.parseWat('module.wat', source, FEATURES);
    try {
      module.resolveNames();
      module.validate();
      return module.toBinary({ write_debug_names: false }).buffer;
    } finally {
      module.destroy();
    }
  } catch (error) {
    if ((error as Error).constructor.name === 'RuntimeError' || error instanceof RangeError) {
      wabt = null;
      throw new UpdateError(`${file}:1:1: error: too deeply nested for wabt`);
    }
    throw new UpdateError(located((error as Error).message, file));
  }
}

/** wabt's message without its first line, which says only which of its functions failed. */
function located(message: string, file: string): string {
  // wabt does not end the file's name where it should, so that the name is put in here.
  const text = message
    .replace(/^[a-zA-Z]+ failed:\n/, '')
    .replace(
      /^.*?:(\d+):(\d+): (error|warning): /gm,
      (_all, line, column, kind) => `${file}:${line}:${column}: ${kind}: `,
    )
    .trimEnd();
  return text.startsWith(`${file}:`) ? text : `${file}:1:1: error: ${text}`;
}
