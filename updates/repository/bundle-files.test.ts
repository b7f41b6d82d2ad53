import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BUNDLE_MAX_BYTES, INLINE_MAX_BYTES } from '../../node/channels/limits.ts';
import { targetFile } from '../../node/trust/file-name.ts';
import { developmentKeys } from '../development-key.ts';
import { publishers, sampleKeys, sampleModule, sampleRepository } from '../testing/sample-repository.ts';
import { BUNDLE_LIMITS, gossipFiles } from './bundle-files.ts';
import type { UpdateRepository } from './repository.ts';

const everybody = [...sampleKeys.root, ...publishers];
const third = developmentKeys('delegated', 4);

function withThirdParties(repository: UpdateRepository): void {
  for (const [index, key] of third.entries()) {
    const request = { name: `lab-${index}`, hooks: ['exit-policy'], keys: [key], threshold: 1 };
    repository.delegate(request, publishers);
  }
}

const namesOf = (files: ReadonlyMap<string, Uint8Array>) => [...files.keys()];

describe('the files of a gossip message', () => {
  it('metadata from the root down, then the new module', () => {
    const repository = sampleRepository();
    repository.renew('root', everybody);
    const publication = repository.publishModule(sampleModule(1), publishers);
    const [{ path, sha256 }] = repository.targets();
    const files = gossipFiles(repository, publication);
    assert.deepEqual(namesOf(files), [
      '2.root.json',
      'timestamp.json',
      '3.snapshot.json',
      '2.targets.json',
      targetFile(path, sha256),
    ]);
    for (const [name, bytes] of files) assert.equal(bytes, repository.file(name));
  });

  it('a fresh timestamp travels alone; what waits for signatures does not travel', () => {
    const repository = sampleRepository();
    withThirdParties(repository);
    assert.deepEqual(namesOf(gossipFiles(repository, repository.timestamp(publishers))), ['timestamp.json']);
    const staged = repository.publishModule(sampleModule(1), sampleKeys.targets);
    assert.equal(gossipFiles(repository, staged).size, 0);
  });

  it('a module of INLINE_MAX_BYTES travels inside, a longer one does not', () => {
    for (const [length, inside] of [
      [INLINE_MAX_BYTES, true],
      [INLINE_MAX_BYTES + 1, false],
    ] as const) {
      const repository = sampleRepository();
      const binary = new Uint8Array(length);
      const publication = repository.publishModule(sampleModule(1, { binary }), publishers);
      const names = namesOf(gossipFiles(repository, publication));
      assert.equal(
        names.some((name) => name.endsWith('.wasm')),
        inside,
      );
      assert.equal(names[0], 'timestamp.json');
    }
  });

  it('of many roots the latest, without a gap', () => {
    const repository = sampleRepository();
    for (let i = 0; i < 9; i++) repository.renew('root', everybody);
    const publication = repository.publishModule(sampleModule(1), publishers);
    const roots = namesOf(gossipFiles(repository, publication)).filter((name) => name.endsWith('root.json'));
    assert.deepEqual(
      roots,
      [3, 4, 5, 6, 7, 8, 9, 10].map((version) => `${version}.root.json`),
    );
  });

  it('when not all fits, what is new goes first and the order stays', () => {
    const repository = sampleRepository();
    withThirdParties(repository);
    const publication = repository.publishModule(
      sampleModule(1, { module: 'lab-exit', hook: 'exit-policy', role: 'lab-2' }),
      [third[2], ...publishers],
    );
    const names = namesOf(gossipFiles(repository, publication, { ...BUNDLE_LIMITS, maxFiles: 6 }));
    assert.deepEqual(
      names.map((name) => name.replace(/^targets\/.*/, 'module')),
      ['timestamp.json', '6.snapshot.json', '5.targets.json', '1.lab-0.json', '2.lab-2.json', 'module'],
    );
  });

  it('never more bytes than a message may have', () => {
    const repository = sampleRepository();
    const vectors = Array.from({ length: 32 }, () => ({ args: ['ab'.repeat(2048)], result: null }));
    for (let version = 1; version <= 3; version++) {
      const binary = new Uint8Array(INLINE_MAX_BYTES).fill(version);
      const publication = repository.publishModule(sampleModule(version, { binary, vectors }), publishers);
      const files = gossipFiles(repository, publication);
      const size = [...files].reduce((sum, [name, bytes]) => sum + name.length + bytes.length, 0);
      assert.ok(size <= BUNDLE_MAX_BYTES, `${size}`);
      // The third time the metadata have grown beyond what leaves room for the module.
      const modules = namesOf(files).filter((name) => name.endsWith('.wasm'));
      assert.equal(modules.length, version < 2 ? 1 : 0, `version ${version}`);
    }
  });
});
