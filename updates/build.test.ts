import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { wasmEngine } from '../node/wasm/engine.ts';
import { buildAllUpdates, buildUpdate } from './build.ts';

const UPDATE = { hook: 'cell-admission', interfaceVersion: 1, version: 1, source: 'module.wat' };
const GOOD = '(module (func (export "admit_cell") (param i32 i32 i32 i32) (result i32) (i32.const 0)))';

describe('build', () => {
  let folder = '';
  const write = (name: string, content: unknown) =>
    writeFileSync(path.join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'relaywave-build-'));
    write('update.json', UPDATE);
    write('module.wat', GOOD);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('compiles once, and again only when the source changes', async () => {
    const first = await buildUpdate(folder);
    assert.equal(first.rebuilt, true);
    assert.equal(first.hook, 'cell-admission');
    const second = await buildUpdate(folder);
    assert.equal(second.rebuilt, false);
    assert.deepEqual(second.wasm, first.wasm);
    write('module.wat', GOOD.replace('const 0', 'const 1'));
    const third = await buildUpdate(folder);
    assert.equal(third.rebuilt, true);
    assert.notEqual(third.sha256, first.sha256);
  });

  it('does not trust a binary that was changed behind its back', async () => {
    const first = await buildUpdate(folder);
    const file = path.join(folder, 'build', 'module.wasm');
    const bytes = readFileSync(file);
    bytes[bytes.length - 2]! ^= 1;
    writeFileSync(file, bytes);
    const second = await buildUpdate(folder);
    assert.equal(second.rebuilt, true);
    assert.equal(second.sha256, first.sha256);
  });

  it('names file, line and column of a mistake', async () => {
    write(
      'module.wat',
      '(module\n  (func (export "x") (result i32)\n    (i32.const 1) (i32.const 2)\n    (oops)))',
    );
    await assert.rejects(buildUpdate(folder), /module\.wat:4:6: error: unexpected token "?oops/);
    write('module.wat', '(module\n  (func (export "x") (result i32)\n    (i64.const 1)))');
    await assert.rejects(buildUpdate(folder), /module\.wat:\d+:\d+: error: type mismatch/);
  });

  it('refuses what relays refuse: SIMD', async () => {
    write('module.wat', '(module (func (export "x") (drop (v128.const i32x4 0 0 0 0))))');
    await assert.rejects(buildUpdate(folder), /module\.wat:1:\d+: error: .*v128/);
  });

  it('survives a source that breaks its compiler', async () => {
    write('module.wat', `(module (func ${'(block '.repeat(20000)}${')'.repeat(20000)}))`);
    await assert.rejects(buildUpdate(folder), /module\.wat:1:1: error: too deeply nested/);
    write('module.wat', GOOD);
    assert.equal((await buildUpdate(folder)).rebuilt, true);
  });

  it('compiles AssemblyScript, and names file, line and column of its mistakes', async () => {
    write('update.json', { ...UPDATE, source: 'module.as' });
    write('module.as', 'export function admit_cell(a: u32, b: i32, c: i32, d: u32): i32 {\n  return 0;\n}\n');
    const { wasm } = await buildUpdate(folder);
    assert.ok(wasmEngine.validate(wasm));
    write('module.as', 'export function f(a: u32): i32 {\n  const x: i32 = nope + 1;\n  return "text";\n}\n');
    await assert.rejects(buildUpdate(folder), (error: Error) => {
      assert.match(error.message, /module\.as:2:18: error: Cannot find name 'nope'/);
      assert.match(error.message, /module\.as:3:10: error: Type .* is not assignable to type 'i32'/);
      return true;
    });
    write('module.as', 'import { g } from "./other";\nexport function f(): i32 { return g(); }\n');
    await assert.rejects(buildUpdate(folder), /module\.as:1:\d+: error: File '\.?\/?other.*' not found/);
  });

  it('reports every mistake of update.json at once', async () => {
    write('update.json', { ...UPDATE, hook: 3, source: '../evil.wat', verion: 1, misbehaves: 'no' });
    await assert.rejects(buildUpdate(folder), (error: Error) => {
      assert.match(error.message, /verion: unknown key/);
      assert.match(error.message, /hook: must be text/);
      assert.match(error.message, /misbehaves: must be true or false/);
      assert.match(error.message, /source: "\.\.\/evil\.wat" must be/);
      return true;
    });
  });

  it('every update of this project builds', async () => {
    const names = (await buildAllUpdates()).map((update) => update.name);
    assert.ok(names.includes('strict-cells'), names.join());
  });

  it('updates that do wrong say so, and no other does', async () => {
    for (const { name, misbehaves } of await buildAllUpdates()) {
      assert.equal(misbehaves, /^bad-|^hostile-/.test(name), name);
    }
  });
});
