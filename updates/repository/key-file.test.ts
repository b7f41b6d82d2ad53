import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { DEVELOPMENT_KEY_IDS } from '../../node/trust/development-keys.ts';
import {
  DEVELOPMENT_KEYS,
  developmentKey,
  developmentKeyObject,
  developmentKeys,
} from '../development-key.ts';
import { generateKey, readKeys, writeKey } from './key-file.ts';
import { RepositoryError } from './repository-error.ts';

const home = mkdtempSync(path.join(tmpdir(), 'relaywave-keys-'));
after(() => rmSync(home, { recursive: true }));
let folders = 0;
const newFolder = () => path.join(home, `keys-${folders++}`);

function refused(reason: RegExp, work: () => unknown): void {
  assert.throws(work, (error: unknown) => {
    assert.ok(error instanceof RepositoryError);
    assert.equal(error.problem, 'key-file');
    assert.match(error.message, reason);
    return true;
  });
}

/** Changes members of a key's file. */
function edit(file: string, change: Record<string, unknown>): void {
  const content = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...content, ...change }));
}

const hasRights = { skip: process.platform === 'win32' };

describe('keys as files', () => {
  it('a key is read as it was written, and signs', () => {
    const folder = newFolder();
    const written = writeKey(folder, 'targets', generateKey());
    const [read] = readKeys([folder], 'private');
    assert.equal(read.role, 'targets');
    assert.equal(read.development, false);
    assert.equal(read.key.keyId, written.key.keyId);
    assert.ok('sign' in read.key && 'sign' in written.key);
    assert.deepEqual(read.key.sign(Buffer.from('x')), written.key.sign(Buffer.from('x')));
    const [publicHalf] = readKeys([written.publicFile], 'any');
    assert.equal(publicHalf.key.keyId, written.key.keyId);
    assert.equal('sign' in publicHalf.key, false);
    assert.ok(!readFileSync(written.publicFile, 'utf8').includes('PRIVATE'));
  });

  it('only its owner can read a private key, and look into its folder', hasRights, () => {
    const folder = newFolder();
    const { file } = writeKey(folder, 'root', generateKey());
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
  });

  it('a private key that others can read or change is refused, with the cure', hasRights, () => {
    for (const mode of [0o640, 0o604, 0o620, 0o601]) {
      const { file } = writeKey(newFolder(), 'root', generateKey());
      chmodSync(file, mode);
      refused(new RegExp(`chmod 600 ${file}`), () => readKeys([file], 'private'));
      chmodSync(file, 0o600);
      assert.equal(readKeys([file], 'private').length, 1);
    }
  });

  it('a folder gives its private keys, and public ones where any will do', () => {
    const folder = newFolder();
    const own = writeKey(folder, 'root', generateKey());
    const theirs = writeKey(newFolder(), 'root', generateKey());
    writeFileSync(path.join(folder, 'root-theirs.pub.json'), readFileSync(theirs.publicFile));
    writeFileSync(path.join(folder, 'notes.txt'), 'not a key');
    const ids = (wanted: 'private' | 'any') =>
      readKeys([folder], wanted)
        .map(({ key }) => key.keyId)
        .sort();
    assert.deepEqual(ids('private'), [own.key.keyId]);
    assert.deepEqual(ids('any'), [own.key.keyId, theirs.key.keyId].sort());
    // Given in both halves, the one that can sign counts.
    const [both] = readKeys([own.publicFile, own.file], 'private');
    assert.ok('sign' in both.key);
  });

  it('refuses what is no key, a key under another id, and a public one where it must sign', () => {
    const folder = newFolder();
    const { file, publicFile } = writeKey(folder, 'root', generateKey());
    refused(/cannot sign/, () => readKeys([publicFile], 'private'));
    refused(/cannot be read/, () => readKeys([path.join(folder, 'none')], 'private'));
    const other = writeKey(newFolder(), 'root', generateKey());
    edit(publicFile, { public: JSON.parse(readFileSync(other.publicFile, 'utf8')).public });
    refused(/the key in it is/, () => readKeys([publicFile], 'any'));
    edit(publicFile, { public: 'zz' });
    refused(/64 hexadecimal digits/, () => readKeys([publicFile], 'any'));
    edit(file, { private: 'nonsense' });
    refused(/backup/, () => readKeys([file], 'private'));
    writeFileSync(file, '[]');
    refused(/is no key/, () => readKeys([file], 'private'));
    writeFileSync(file, '{');
    refused(/JSON/, () => readKeys([file], 'private'));
    refused(/no keys in it/, () => readKeys([mkdtempSync(path.join(home, 'empty-'))], 'private'));
  });

  it('a folder of folders with keys: says which they are', () => {
    const folder = newFolder();
    const keyFolders = ['online', 'targets'].map((name) => path.join(folder, name));
    for (const one of keyFolders) writeKey(one, 'root', generateKey());
    const named = `no keys in it\n {4}hint: name the folders in it: ${keyFolders.join(' ')}$`;
    refused(new RegExp(named), () => readKeys([folder], 'private'));
  });

  it('never writes over a key', () => {
    const folder = newFolder();
    writeKey(folder, 'root', developmentKeyObject(0));
    refused(/exists/, () => writeKey(folder, 'root', developmentKeyObject(0)));
  });

  it('says where no key can be written', () => {
    const { file } = writeKey(newFolder(), 'root', developmentKeyObject(0));
    refused(/cannot be written \(EEXIST\)/, () => writeKey(file, 'root', developmentKeyObject(1)));
    refused(/cannot be written/, () => writeKey(`${file}/below`, 'root', developmentKeyObject(1)));
  });
});

describe('development keys', () => {
  it('are those that relays refuse outside development networks', () => {
    const ids = Array.from({ length: DEVELOPMENT_KEYS }, (_, index) => developmentKey(index).keyId);
    assert.deepEqual(ids, [...DEVELOPMENT_KEY_IDS]);
    assert.equal(new Set(ids).size, DEVELOPMENT_KEYS);
  });

  it('come in ranges, and not from beyond them', () => {
    assert.deepEqual(
      developmentKeys('targets', 2, 1).map(({ keyId }) => keyId),
      [DEVELOPMENT_KEY_IDS[4], DEVELOPMENT_KEY_IDS[5]],
    );
    assert.throws(() => developmentKeys('targets', 3, 1), RangeError);
    for (const index of [-1, 25, 0.5]) assert.throws(() => developmentKey(index), RangeError);
  });

  it('are marked in their files, and known even if somebody takes the mark off', () => {
    const { file, development } = writeKey(newFolder(), 'root', developmentKeyObject(1));
    assert.equal(development, true);
    assert.equal(JSON.parse(readFileSync(file, 'utf8')).development, true);
    edit(file, { development: false });
    assert.equal(readKeys([file], 'private')[0].development, true);
  });
});
