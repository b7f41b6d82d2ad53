/**
 * Compiles AssemblyScript, a TypeScript-like language, into the modules that relays accept.
 *
 * A source is one file named `.as`, so that the project's TypeScript does not take it for its own. It has no heap:
 * `load`, `store` and `memory.data` are all that a hook's module needs. Static data lies at 4096 and above, out of
 * the way of every hook's windows.
 */

import { createRequire } from 'node:module';
import { UpdateError } from './update-file.ts';

const OPTIONS = [
  ...['--outFile', 'module.wasm'],
  // No heap, no start function, no import of a function that ends the program.
  ...['--runtime', 'stub', '--use', 'abort=', '--stackSize', '0', '--noExportMemory'],
  ...['--initialMemory', '1', '--maximumMemory', '1', '--memoryBase', '4096'],
  ...['--disable', 'simd', '--disable', 'threads', '--disable', 'reference-types', '--disable', 'gc'],
  ...['-O3', '--converge'],
];

/** Behind a variable, since the compiler's own declarations replace those of `console` and others. */
const COMPILER: string = 'assemblyscript/asc';

/** What is used of the compiler's interface. */
interface Compiler {
  main(
    options: readonly string[],
    files: {
      readFile(name: string): string | null;
      writeFile(name: string, content: string | Uint8Array): void;
      listFiles(): string[];
      reportDiagnostic(diagnostic: Diagnostic): void;
    },
  ): Promise<{ error: Error | null; stderr: { toString(): string } }>;
}

interface Diagnostic {
  readonly message: string;
  readonly category: number;
  /** Offsets in the source. */
  readonly range: { readonly start: number } | null;
}

const ERROR_CATEGORY = 3;

/** Name, version and options, without loading it. */
export function assemblyScriptVersion(): string {
  const { version } = createRequire(import.meta.url)('assemblyscript/package.json') as { version: string };
  return `assemblyscript ${version} ${OPTIONS.join(' ')}`;
}

/** The binary of a source; throws `UpdateError` with `file:line:column: error: ...` for each mistake. */
export async function compileAssemblyScript(source: string, file: string): Promise<Uint8Array> {
  const { default: compiler } = (await import(COMPILER)) as { default: Compiler };
  let wasm: Uint8Array | null = null;
  const mistakes: string[] = [];
  const { error, stderr } = await compiler.main(['module.ts', ...OPTIONS], {
    readFile: (name) => (name === 'module.ts' ? source : null),
    writeFile: (_name, content) => {
      if (typeof content !== 'string') wasm = content;
    },
    listFiles: () => [],
    reportDiagnostic: ({ message, category, range }) => {
      if (category !== ERROR_CATEGORY) return;
      mistakes.push(`${file}:${placeOf(source, range?.start ?? 0)}: error: ${message}`);
    },
  });
  if (mistakes.length > 0) throw new UpdateError(mistakes.join('\n'));
  if (wasm === null) throw new UpdateError(`${file}:1:1: error: ${error?.message ?? stderr.toString()}`);
  return wasm;
}

/** `line:column` of an offset, both from 1. */
function placeOf(source: string, offset: number): string {
  const before = source.slice(0, offset);
  return `${before.split('\n').length}:${offset - before.lastIndexOf('\n')}`;
}
