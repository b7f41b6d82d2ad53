import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Updater } from 'tuf-js';
import { TIMESTAMP_FILE, targetFile } from '../../node/trust/file-name.ts';
import { moduleTargetPath, type UpdateTarget } from '../../node/trust/update-target.ts';
import { developmentKeys } from '../development-key.ts';
import {
  publishers,
  sampleKeys,
  sampleModule,
  sampleOptions,
  sampleRepository,
} from '../testing/sample-repository.ts';
import type { UpdateRepository } from './repository.ts';
import { MemoryStorage } from './repository-storage.ts';
import type { SigningKey } from './signing-key.ts';

const home = mkdtempSync(path.join(tmpdir(), 'relaywave-tuf-'));
const [timestampKey] = sampleKeys.timestamp;
const [freshTimestampKey, ...freshKeys] = developmentKeys('rotation', 9);

/** What the server serves now; a test changes it behind the publisher's back. */
let served: MemoryStorage;
let server: Server;
let clients = 0;

before(async () => {
  server = createServer((request, response) => {
    const bytes = served.read(decodeURIComponent((request.url ?? '/').slice(1)));
    response.writeHead(bytes === null ? 404 : 200).end(bytes ?? undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
after(() => {
  server.close();
  rmSync(home, { recursive: true });
});

function publisher(): UpdateRepository {
  served = new MemoryStorage();
  return sampleRepository(sampleOptions(served));
}

/** The folders of a client that trusts this root. */
function clientFolder(root: Uint8Array): string {
  const folder = path.join(home, `client-${clients++}`);
  mkdirSync(path.join(folder, 'targets'), { recursive: true });
  writeFileSync(path.join(folder, 'root.json'), root);
  return folder;
}

/** Looks for updates as a fresh start of the client in this folder would. */
function updater(folder: string): Updater {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return new Updater({
    metadataDir: folder,
    metadataBaseUrl: url,
    targetDir: path.join(folder, 'targets'),
    targetBaseUrl: `${url}/targets`,
    config: { fetchRetry: 0 },
  });
}

async function download(folder: string, target: string): Promise<Buffer | null> {
  const client = updater(folder);
  await client.refresh();
  const info = await client.getTargetInfo(target);
  return info === undefined ? null : readFileSync(await client.downloadTarget(info));
}

const pathOf = (version: number) => moduleTargetPath('cell-admission', 'strict-cells', version);
const binaryOf = (version: number) => Buffer.from(sampleModule(version).binary);

describe('a client of another make (tuf-js), over HTTP', () => {
  it('finds a module, its terms, and the right bytes', async () => {
    const repository = publisher();
    const vectors = [{ args: [1, '18446744073709551615', 'a5'], result: '0.5' }];
    repository.publishModule(
      sampleModule(1, { vectors, rollout: { fraction: 0.05, jitterSeconds: 60 }, priority: 3 }),
      publishers,
    );
    const folder = clientFolder(repository.firstRoot()!);
    assert.deepEqual(await download(folder, pathOf(1)), binaryOf(1));
    const info = await updater(folder).getTargetInfo(pathOf(1));
    assert.deepEqual(info?.custom, {
      kind: 'module',
      module: 'strict-cells',
      version: 1,
      hook: 'cell-admission',
      interfaceVersion: 1,
      stateVersion: 0,
      rollout: { fraction: '0.05', salt: '444906af2819cdac', jitterSeconds: 60 },
      notBefore: null,
      priority: 3,
      sequence: 2,
      vectors,
      chunks: ['444906af2819cdac27778b93799f22d04a31e1256c4f0f4f84c4072c326c3996'],
    });
    assert.equal(await download(folder, pathOf(2)), null);
  });

  it('follows new publications, rotations of every role, and a fresh timestamp', async () => {
    const repository = publisher();
    repository.publishModule(sampleModule(1), publishers);
    const folder = clientFolder(repository.firstRoot()!);
    await download(folder, pathOf(1));
    const all: SigningKey[] = [...sampleKeys.root, ...publishers, ...freshKeys];
    const replace = (key: SigningKey, by: SigningKey) => ({ add: [by], remove: [key.keyId] });
    repository.rotate('timestamp', replace(timestampKey, freshTimestampKey), all);
    repository.rotate('snapshot', replace(sampleKeys.snapshot[0], freshKeys[0]), [...all, freshTimestampKey]);
    repository.rotate('targets', replace(sampleKeys.targets[0], freshKeys[1]), [...all, freshTimestampKey]);
    repository.rotate('root', { ...replace(sampleKeys.root[0], freshKeys[2]), threshold: 3 }, [
      ...all,
      freshTimestampKey,
    ]);
    const signers = [...sampleKeys.targets.slice(1), freshKeys[0], freshKeys[1], freshTimestampKey];
    repository.publishModule(sampleModule(2), signers);
    repository.timestamp([freshTimestampKey]);
    assert.equal(repository.versions()?.root, 5);
    assert.deepEqual(await download(folder, pathOf(2)), binaryOf(2));
    // And one that joins now, with the first root of all.
    assert.deepEqual(await download(clientFolder(repository.firstRoot()!), pathOf(2)), binaryOf(2));
  });

  it('takes a third party for its hooks only, and sees a revocation beside the module', async () => {
    const repository = publisher();
    const third = developmentKeys('delegated', 2);
    repository.publishModule(sampleModule(1), publishers);
    repository.delegate({ name: 'lab', hooks: ['exit-policy'], keys: third, threshold: 2 }, publishers);
    const folder = clientFolder(repository.firstRoot()!);
    assert.equal(await download(folder, 'exit-policy/nothing-1.wasm'), null);
    const request = sampleModule(1, { module: 'lab-exit', hook: 'exit-policy', role: 'lab' });
    repository.publishModule(request, [...third, ...publishers]);
    repository.revoke({ target: { module: 'strict-cells', version: 1 }, reason: 'drops cells' }, publishers);
    assert.deepEqual(await download(folder, 'exit-policy/lab-exit-1.wasm'), Buffer.from(request.binary));
    const revocation = repository.targets().find(({ custom }) => custom.kind === 'revocation');
    const body = await download(folder, (revocation as UpdateTarget).path);
    assert.deepEqual(JSON.parse(String(body)), revocation?.custom);
    assert.deepEqual(await download(folder, pathOf(1)), binaryOf(1), 'what is revoked stays listed');
    repository.withdrawDelegation('lab', publishers);
    assert.equal(await download(folder, 'exit-policy/lab-exit-1.wasm'), null);
  });

  it('sees nothing of a change before it has its signatures', async () => {
    const repository = publisher();
    repository.publishModule(sampleModule(1), publishers);
    const folder = clientFolder(repository.firstRoot()!);
    const [first, second, ...others] = publishers;
    repository.publishModule(sampleModule(2), [first, ...sampleKeys.snapshot, ...sampleKeys.timestamp]);
    assert.equal(await download(folder, pathOf(2)), null);
    repository.sign([second, ...others]);
    assert.deepEqual(await download(folder, pathOf(2)), binaryOf(2));
  });

  it('refuses every file that somebody has changed', async () => {
    const repository = publisher();
    repository.publishModule(sampleModule(1), publishers);
    const root = repository.firstRoot()!;
    const module = targetFile(pathOf(1), repository.targets()[0].sha256);
    for (const [file, reason] of [
      [TIMESTAMP_FILE, /timestamp was signed by 0\/1 keys/],
      ['2.snapshot.json', /Expected hash/],
      ['2.targets.json', /Expected hash/],
      [module, /Expected hash/],
    ] as const) {
      const genuine = served.read(file)!;
      served.write(new Map([[file, changed(genuine)]]));
      await assert.rejects(download(clientFolder(root), pathOf(1)), reason, file);
      served.write(new Map([[file, genuine]]));
    }
    assert.deepEqual(await download(clientFolder(root), pathOf(1)), binaryOf(1));
  });
});

/** The same file with one digit or letter of its middle changed, so that it is still of the same form. */
function changed(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  const version = /"version":(\d)/.exec(text);
  const at = version === null ? 0 : version.index + version[0].length - 1;
  const other = Buffer.from(text, 'latin1');
  other[at] ^= 1;
  return other;
}
