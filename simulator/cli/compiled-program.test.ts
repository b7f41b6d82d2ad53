import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { compiledProgram } from './compiled-program.mjs';

const MAIN = `import { word } from './parts/word.ts';
export const said: string = word;
export const late = async (): Promise<string> => (await import('./parts/late.ts')).late;
`;

function madeProgram(): { readonly root: string; readonly write: (path: string, text: string) => void } {
  const root = mkdtempSync(join(tmpdir(), 'relaywave-program-'));
  mkdirSync(join(root, 'parts'));
  const write = (path: string, text: string): void => writeFileSync(join(root, path), text);
  write('tsconfig.json', '{}');
  write('main.ts', MAIN);
  write('parts/word.ts', "export const word: string = 'one';\n");
  write('parts/late.ts', 'export const late: string = import.meta.url;\n');
  return { root, write };
}

test('compiled program: it is compiled once, and again when any of its sources has changed', async () => {
  const { root, write } = madeProgram();
  try {
    const first = await compiledProgram(root, 'main.ts');
    assert.equal((await import(first)).said, 'one');
    assert.equal(await compiledProgram(root, 'main.ts'), first);
    write('parts/word.ts', "export const word: string = 'two';\n");
    const second = await compiledProgram(root, 'main.ts');
    assert.equal((await import(second)).said, 'two');
    write('parts/word.ts', "export const word: string = 'one';\n");
    assert.equal(await compiledProgram(root, 'main.ts'), first);
    const kept = readdirSync(join(root, 'node_modules/.cache/relaywave'));
    assert.equal(kept.length, 3, `two programs and an index: ${kept.join()}`);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test('compiled program: what was compiled more than a week ago is thrown away, of this program only', async () => {
  const { root, write } = madeProgram();
  try {
    const cache = join(root, 'node_modules/.cache/relaywave');
    const [first] = (await compiledProgram(root, 'main.ts')).split('/').slice(-2);
    const longAgo = new Date(Date.now() - 8 * 86_400_000);
    mkdirSync(join(cache, 'program-of-others'));
    for (const name of [first!, 'program-of-others']) utimesSync(join(cache, name), longAgo, longAgo);
    write('parts/word.ts', "export const word: string = 'two';\n");
    const [second] = (await compiledProgram(root, 'main.ts')).split('/').slice(-2);
    const folders = readdirSync(cache).filter((name) => !name.endsWith('.json'));
    assert.deepEqual(folders.sort(), [second, 'program-of-others'].sort());
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test('compiled program: a source finds its files from where it stands', async () => {
  const { root } = madeProgram();
  try {
    rmSync(join(root, 'tsconfig.json'));
    const { late } = await import(await compiledProgram(root, 'main.ts'));
    assert.equal(await late(), pathToFileURL(join(root, 'parts/late.ts')).href);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

test('compiled program: where nothing can be kept, or a source is broken, it says so', async () => {
  const { root, write } = madeProgram();
  try {
    symlinkSync('/dev/null', join(root, 'node_modules'));
    await assert.rejects(compiledProgram(root, 'main.ts'), /ENOTDIR|EEXIST/);
    rmSync(join(root, 'node_modules'));
    write('parts/word.ts', 'export const word = ;\n');
    await assert.rejects(compiledProgram(root, 'main.ts'), /Unexpected ";"/);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
