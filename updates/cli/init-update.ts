/** Writes the folder of a new update: update.json, a source that compiles and does nothing yet, and vectors. */

import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { AnyHook } from '../../node/hooks/define-hook.ts';
import { scalarType } from '../../node/hooks/parameter.ts';
import { makeFolders } from '../../node/make-folders.ts';
import { UPDATE_FILE, UpdateError } from '../update-file.ts';
import { VECTOR_FILE } from './vector-file.ts';

export type SourceLanguage = 'wat' | 'assemblyscript';

/** Makes `folder` for an update of the hook; answers the files written. Throws `UpdateError`. */
export function initUpdate(folder: string, hook: AnyHook, language: SourceLanguage): string[] {
  const name = path.basename(folder);
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(name)) {
    throw new UpdateError(`${JSON.stringify(name)}: a name is lower-case letters, digits and -, 64 at most`);
  }
  if (existsSync(folder)) throw new UpdateError(`${folder} exists`);
  const source = language === 'wat' ? 'module.wat' : 'module.as';
  const update = {
    hook: hook.id,
    interfaceVersion: hook.interfaceVersion,
    version: 1,
    source,
    summary: `What ${name} changes, in a sentence`,
  };
  const files = new Map([
    [UPDATE_FILE, `${JSON.stringify(update, null, 2)}\n`],
    [source, language === 'wat' ? watSource(name, hook) : assemblyScriptSource(name, hook)],
    [VECTOR_FILE, `${JSON.stringify([exampleVector(hook)], null, 2)}\n`],
  ]);
  makeFolders(folder);
  for (const [file, content] of files) writeFileSync(path.join(folder, file), content, { flag: 'wx' });
  return [...files.keys()].map((file) => path.join(folder, file));
}

/** What every source must know of its hook. */
function interfaceLines(name: string, hook: AnyHook): string[] {
  const lines = [`${name}: ${hook.summary}`, ''];
  for (const [place, parameter] of hook.parameters.entries()) {
    const what =
      parameter.kind === 'bytes'
        ? `address of ${parameter.bytes} bytes${parameter.writable ? ', which may be changed' : ''}`
        : parameter.kind;
    lines.push(`${place + 1}. ${parameter.name}: ${what}`);
  }
  if (hook.stateBytes > 0) lines.push(`The ${hook.stateBytes} bytes of state lie at address 64.`);
  lines.push(
    `Memory of your own begins at ${Math.max(4096, hook.layout.scratchAt)}; write it before you read it.`,
  );
  for (const [importName, { parameters, results, fuel }] of Object.entries(hook.imports)) {
    lines.push(`core.${importName}(${parameters.join(', ')}) -> (${results.join(', ')}), for ${fuel} fuel`);
  }
  lines.push(`A call may use ${hook.fuel} fuel: about one for each instruction.`);
  return lines;
}

function watSource(name: string, hook: AnyHook): string {
  const parameters = hook.parameters
    .map(({ name: parameter }, place) => `(param $${parameter} ${hook.entryType.parameters[place]})`)
    .join(' ');
  const [result] = hook.entryType.results;
  const memory =
    hook.stateBytes > 0 || hook.layout.buffers.length > 0
      ? '  (import "core" "memory" (memory 1 1))\n\n'
      : '';
  const signature = [parameters, result === undefined ? '' : `(result ${result})`].filter(Boolean).join(' ');
  const body = result === undefined ? '' : `\n    (${result}.const ${exampleResult(hook)})`;
  return `${interfaceLines(name, hook)
    .map((line) => `;; ${line}`.trimEnd())
    .join('\n')}
(module
${memory}  (func (export "${hook.entry}")
    ${signature}${body}))
`;
}

const ASSEMBLYSCRIPT_TYPES = {
  i32: 'i32',
  u32: 'u32',
  i64: 'i64',
  u64: 'u64',
  f64: 'f64',
  bytes: 'usize',
  none: 'void',
};

function assemblyScriptSource(name: string, hook: AnyHook): string {
  const parameters = hook.parameters.map((p) => `${p.name}: ${ASSEMBLYSCRIPT_TYPES[p.kind]}`).join(', ');
  const body = hook.result === 'none' ? '' : `\n  return ${exampleResult(hook)};`;
  return `/**
${interfaceLines(name, hook)
  .map((line) => ` * ${line}`.trimEnd())
  .join('\n')}
 */

export function ${hook.entry}(${parameters}): ${ASSEMBLYSCRIPT_TYPES[hook.result]} {${body}
}
`;
}

/** The default's answer to the first vector: a module that gives it passes at least that one. */
function exampleResult(hook: AnyHook): string {
  const [vector] = hook.vectors;
  const args = vector.args.map((arg) => (typeof arg === 'object' ? new Uint8Array(arg) : arg));
  const state = new Uint8Array(hook.stateBytes);
  if (vector.state !== undefined) state.set(vector.state);
  const value = hook.fallback(...args, state);
  return hook.result !== 'none' && scalarType(hook.result) === 'f64' && Number.isInteger(value)
    ? `${String(value)}.0`
    : String(value);
}

function exampleVector(hook: AnyHook): object {
  const args = hook.vectors[0].args.map((arg) => {
    if (typeof arg === 'bigint') return String(arg);
    return typeof arg === 'object'
      ? Buffer.from(arg)
          .toString('hex')
          .replace(/(00)+$/, '')
      : arg;
  });
  const expect = hook.result === 'none' ? {} : { expect: Number(exampleResult(hook)) };
  return { title: 'what this vector shows', args, ...expect };
}
