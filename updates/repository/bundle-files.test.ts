import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeBundle, encodeBundle } from '../../node/channels/bundle.ts';
import { BUNDLE_MAX_BYTES, INLINE_MAX_BYTES } from '../../node/channels/limits.ts';
import { targetFile } from '../../node/trust/file-name.ts';
import { developmentKeys } from '../development-key.ts';
import { publishers, sampleKeys, sampleModule, sampleRepository } from '../testing/sample-repository.ts';
import { BUNDLE_LIMITS, type BundleLimits, gossipFiles } from './bundle-files.ts';
import type { Publication, UpdateRepository } from './repository.ts';

const everybody = [...sampleKeys.root, ...publishers];
const third = developmentKeys('delegated', 4);

function withThirdParties(repository: UpdateRepository): void {
  for (const [index, key] of third.entries()) {
    const request = { name: `lab-${index}`, hooks: ['exit-policy'], keys: [key], threshold: 1 };
    repository.delegate(request, publishers);
  }
}

/** The files of a message, which must be one that receivers take. */
function filesOf(
  repository: UpdateRepository,
  publication: Publication,
  limits?: BundleLimits,
): ReadonlyMap<string, Uint8Array> {
  const files = gossipFiles(repository, publication, limits);
  if (files.size === 0) return files;
  const decoded = decodeBundle(encodeBundle(files));
  assert.ok(decoded !== null);
  assert.deepEqual([...decoded.keys()], [...files.keys()]);
  return files;
}

const namesOf = (files: ReadonlyMap<string, Uint8Array>) => [...files.keys()];

describe('the files of a gossip message', () => {
  it('metadata from the root down, then the new module', () => {
    const repository = sampleRepository();
    repository.renew('root', everybody);
    const publication = repository.publishModule(sampleModule(1), publishers);
    const [{ path, sha256 }] = repository.targets();
    const files = filesOf(repository, publication);
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
    assert.deepEqual(namesOf(filesOf(repository, repository.timestamp(publishers))), ['timestamp.json']);
    const staged = repository.publishModule(sampleModule(1), sampleKeys.targets);
    assert.equal(filesOf(repository, staged).size, 0);
  });

  it('a module of INLINE_MAX_BYTES travels inside, a longer one does not', () => {
    for (const [length, inside] of [
      [INLINE_MAX_BYTES, true],
      [INLINE_MAX_BYTES + 1, false],
    ] as const) {
      const repository = sampleRepository();
      const binary = new Uint8Array(length);
      const publication = repository.publishModule(sampleModule(1, { binary }), publishers);
      const names = namesOf(filesOf(repository, publication));
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
    const roots = namesOf(filesOf(repository, publication)).filter((name) => name.endsWith('root.json'));
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
    const names = namesOf(filesOf(repository, publication, { ...BUNDLE_LIMITS, maxFiles: 6 }));
    assert.deepEqual(
      names.map((name) => name.replace(/^targets\/.*/, 'module')),
      ['timestamp.json', '6.snapshot.json', '5.targets.json', '1.lab-0.json', '2.lab-2.json', 'module'],
    );
  });

  it('of two targets one, and delegated roles by name whatever their order of trust', () => {
    const repository = sampleRepository();
    for (const name of ['zeta', 'alpha']) {
      const request = { name, hooks: ['exit-policy'], keys: [third[0]], threshold: 1 };
      repository.delegate(request, publishers);
    }
    repository.publishModule(sampleModule(1), publishers);
    const [{ sha256 }] = repository.targets();
    repository.revoke({ target: { sha256 }, reason: 'bad' }, sampleKeys.targets);
    const lab = sampleModule(1, { module: 'lab-exit', hook: 'exit-policy', role: 'alpha' });
    const publication = repository.publishModule(lab, [third[0], ...publishers]);
    assert.equal([...publication.files.keys()].filter((name) => name.startsWith('targets/')).length, 2);
    assert.deepEqual(
      namesOf(filesOf(repository, publication)).map((name) => name.replace(/^targets\/.*-/, '')),
      ['timestamp.json', '5.snapshot.json', '5.targets.json', '2.alpha.json', '1.zeta.json', '1.wasm'],
    );
  });

  it("a revocation has its file with it if it is the developers'; who refuses a third party could not check one of its", () => {
    const repository = sampleRepository();
    withThirdParties(repository);
    repository.publishModule(sampleModule(1), publishers);
    const lab = sampleModule(2, { module: 'lab-exit', hook: 'exit-policy', role: 'lab-2' });
    repository.publishModule(lab, [third[2], ...publishers]);
    const revoked = (role: string, signers: typeof publishers): string[] => {
      const { sha256 } = repository.targets().find((target) => target.role === role)!;
      const publication = repository.revoke({ target: { sha256 }, reason: 'bad', role }, signers);
      assert.ok([...publication.files.keys()].some((name) => name.endsWith('.revocation.json')));
      return namesOf(filesOf(repository, publication)).filter((name) => !/^\d+\.lab-[013]/.test(name));
    };
    const own = revoked('targets', publishers);
    assert.match(own.at(-1)!, /\.revocation\.json$/);
    assert.match(revoked('lab-2', [third[2], ...publishers]).at(-1)!, /^\d+\.lab-2\.json$/);
  });

  it('never more bytes than a message may have', () => {
    const repository = sampleRepository();
    const vectors = Array.from({ length: 16 }, () => ({ args: ['ab'.repeat(2048)], result: null }));
    for (let version = 1; version <= 3; version++) {
      const binary = new Uint8Array(INLINE_MAX_BYTES).fill(version);
      const publication = repository.publishModule(sampleModule(version, { binary, vectors }), publishers);
      const files = filesOf(repository, publication);
      const size = [...files].reduce((sum, [name, bytes]) => sum + name.length + bytes.length, 0);
      assert.ok(size <= BUNDLE_MAX_BYTES, `${size}`);
      // The third time the metadata have grown beyond what leaves room for the module.
      const modules = namesOf(files).filter((name) => name.endsWith('.wasm'));
      assert.equal(modules.length, version < 3 ? 1 : 0, `version ${version}`);
    }
  });
});
