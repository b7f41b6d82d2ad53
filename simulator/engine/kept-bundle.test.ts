import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type BundleFile, type BundleFolder, keptBundle } from './kept-bundle.mjs';

describe('kept bundles', () => {
  const home = mkdtempSync(join(tmpdir(), 'relaywave-bundle-'));
  after(() => rmSync(home, { recursive: true }));

  writeFileSync(join(home, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(home, 'node_modules/pack'), { recursive: true });
  const settings = join(home, 'node_modules/pack/package.json');
  writeFileSync(settings, '{ "name": "pack", "main": "./one.js" }');
  writeFileSync(join(home, 'node_modules/pack/one.js'), 'export const pack = "pack one";');
  writeFileSync(join(home, 'node_modules/pack/two.js'), 'export const pack = "pack two";');
  const module = join(home, 'module.ts');
  writeFileSync(module, 'export const module: string = "first";');
  writeFileSync(
    join(home, 'entry.ts'),
    'import { module } from "./module.ts"; import { pack } from "pack"; console.log(module, pack);',
  );

  const folder = { path: join(home, 'kept'), isAmongOthers: false };

  const bundleIn = (folders: BundleFolder[]) =>
    keptBundle('test', { entryPoints: [join(home, 'entry.ts')], format: 'esm' }, folders);

  async function bundle(folders = [folder]) {
    const { files, refusal } = await bundleIn(folders);
    assert.equal(refusal, null);
    assert.equal(files.length, 1);
    const [{ file, text }] = files as [BundleFile];
    assert.equal(readFileSync(file, 'utf8'), text);
    return { file, text };
  }

  it('one that is made is found again, and not written again', async () => {
    const { file, text } = await bundle();
    assert.match(text, /"first"/);
    assert.match(text, /"pack one"/);
    const { ino } = statSync(file);
    assert.deepEqual(await bundle(), { file, text });
    assert.equal(statSync(file).ino, ino);
  });

  it('a module that changes makes another, whatever its date and length; back as it was, the first is back', async () => {
    const first = await bundle();
    const { atime, mtime } = statSync(module);
    writeFileSync(module, 'export const module: string = "later";');
    utimesSync(module, atime, mtime);
    const later = await bundle();
    assert.match(later.text, /"later"/);
    assert.notEqual(later.file, first.file);
    writeFileSync(module, 'export const module: string = "first";');
    assert.deepEqual(await bundle(), first);
  });

  it('a package that names another file makes another', async () => {
    await bundle();
    writeFileSync(settings, '{ "name": "pack", "main": "./two.js" }');
    assert.match((await bundle()).text, /"pack two"/);
  });

  it('one of which half is left is made again', async () => {
    const { file, text } = await bundle();
    writeFileSync(file, text.slice(0, 10));
    assert.deepEqual(await bundle(), { file, text });
  });

  it('a folder that cannot hold it leaves it to the next; without any there is the text, and why', async () => {
    const blocked = { path: join(home, 'blocked'), isAmongOthers: false };
    writeFileSync(blocked.path, 'no folder');
    const { file, text } = await bundle([blocked, folder]);
    assert.equal(dirname(file), folder.path);
    const { files, refusal } = await bundleIn([blocked]);
    assert.equal(files[0]?.text, text);
    assert.match(refusal!.message, /^cannot write bundles to .*blocked$/);
    assert.match(String(refusal!.cause), /EEXIST|ENOTDIR/);
  });

  it('a folder among others is for this user alone: nothing is taken from one that is open, or put there', async () => {
    const own = { path: join(home, 'own'), isAmongOthers: true };
    const { file } = await bundle([own]);
    assert.equal(statSync(own.path).mode & 0o777, 0o700);
    assert.equal((await bundle([own])).file, file);
    chmodSync(own.path, 0o777);
    const { files, refusal } = await bundleIn([own]);
    assert.match(String(refusal?.cause), /open to others/);
    assert.notEqual(files[0]?.file, file);
  });

  it('a mistake is told, and nothing is kept of it', async () => {
    writeFileSync(module, 'export const module: string = ;');
    await assert.rejects(bundle(), /Unexpected ";"/);
    writeFileSync(module, 'export const module: string = "first";');
    assert.match((await bundle()).text, /"first"/);
  });
});
