import assert from 'node:assert/strict';
import * as nodeFileSystem from 'node:fs';
import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { makeFolders } from './make-folders.ts';

const home = mkdtempSync(path.join(tmpdir(), 'relaywave-folders-'));
after(() => rmSync(home, { recursive: true }));
const at = (...names: string[]): string => path.join(home, ...names);

describe('making folders', () => {
  test('makes those above as well, tells them uppermost first, and the second time does nothing', () => {
    assert.deepEqual(makeFolders(at('a', 'b', 'c'), { mode: 0o700 }), [
      at('a'),
      at('a', 'b'),
      at('a', 'b', 'c'),
    ]);
    assert.equal(statSync(at('a', 'b')).mode & 0o777, 0o700);
    assert.deepEqual(makeFolders(at('a', 'b', 'c')), []);
  });

  test('a file, or a link to nothing, in the way is refused', () => {
    writeFileSync(at('file'), '');
    symlinkSync(at('nowhere'), at('link'));
    assert.throws(() => makeFolders(at('file')), { code: 'EEXIST' });
    assert.throws(() => makeFolders(at('file', 'below')), { code: 'ENOTDIR' });
    assert.throws(() => makeFolders(at('link')), { code: 'EEXIST' });
  });

  test('where the system denies a folder as /proc does, it ends, and tells what it has made', () => {
    const denied = at('d', 'e', 'f');
    const files = {
      ...nodeFileSystem,
      mkdirSync: (name: string) => {
        if (name !== denied) return nodeFileSystem.mkdirSync(name);
        throw Object.assign(new Error('denied'), { code: 'ENOENT' });
      },
    } as unknown as typeof nodeFileSystem;
    const made: string[] = [];
    assert.throws(() => makeFolders(denied, { files, made }), { code: 'ENOENT' });
    assert.deepEqual(made, [at('d'), at('d', 'e')]);
  });

  test('another process may make it in between', () => {
    const files = {
      ...nodeFileSystem,
      mkdirSync: (name: string) => {
        nodeFileSystem.mkdirSync(name);
        return nodeFileSystem.mkdirSync(name);
      },
    } as unknown as typeof nodeFileSystem;
    assert.deepEqual(makeFolders(at('g', 'h'), { files }), []);
    assert.ok(existsSync(at('g', 'h')));
  });
});
