import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fileSystem from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { developmentKeys } from '../development-key.ts';
import {
  publishers,
  sampleKeys,
  sampleModule,
  sampleOptions,
  sampleRepository,
} from '../testing/sample-repository.ts';
import { FolderStorage } from './folder-storage.ts';
import { UpdateRepository } from './repository.ts';
import { RepositoryError } from './repository-error.ts';
import type { JournalFileSystem } from './write-journal.ts';

const home = fileSystem.mkdtempSync(path.join(tmpdir(), 'relaywave-folder-'));
after(() => fileSystem.rmSync(home, { recursive: true }));

const { mkdirSync, openSync, writeSync, fsyncSync, renameSync, rmSync } = fileSystem;
const CHANGES = { mkdirSync, openSync, writeSync, fsyncSync, renameSync, rmSync };

class Died extends Error {}

/** The real file system, which dies instead of the operation `dieAt`, and stays dead. */
function mortal(dieAt: number): JournalFileSystem {
  let operations = 0;
  const deadly = Object.entries(CHANGES).map(([name, change]) => [
    name,
    (...args: unknown[]) => {
      if (operations++ >= dieAt) throw new Died();
      return (change as (...given: unknown[]) => unknown)(...args);
    },
  ]);
  return { ...fileSystem, ...Object.fromEntries(deadly) };
}

/** What the next publisher does before anything else. */
function finishWrites(folder: string): Promise<void> {
  return new FolderStorage(folder).exclusively(async () => {});
}

function versionAfter(folder: string): number {
  return UpdateRepository.open(sampleOptions(new FolderStorage(folder))).versions()?.snapshot ?? 0;
}

describe('a repository in a folder', () => {
  it('is what it is in memory, file by file', () => {
    const folder = new FolderStorage(path.join(home, 'same'));
    const [onDisk, inMemory] = [sampleOptions(folder), sampleOptions()];
    for (const options of [onDisk, inMemory]) {
      const repository = sampleRepository(options);
      repository.publishModule(sampleModule(1), publishers);
      repository.publishModule(sampleModule(2), publishers.slice(0, 1));
    }
    assert.deepEqual(onDisk.storage.list(), inMemory.storage.list());
    for (const name of inMemory.storage.list()) {
      assert.deepEqual(
        Buffer.from(onDisk.storage.read(name)!),
        Buffer.from(inMemory.storage.read(name)!),
        name,
      );
    }
  });

  it('keeps what is not signed out of what is served', () => {
    const folder = path.join(home, 'embargo');
    const repository = sampleRepository(sampleOptions(new FolderStorage(folder)));
    const before = fileSystem.readdirSync(folder, { recursive: true });
    repository.publishModule(sampleModule(1), publishers.slice(0, 1));
    assert.deepEqual(fileSystem.readdirSync(folder, { recursive: true }), before);
    assert.equal(fileSystem.statSync(`${folder}.staged`).mode & 0o77, 0, 'for its owner only');
    repository.sign(publishers);
    assert.equal(fileSystem.existsSync(`${folder}.staged`), false, 'nothing is left behind');
  });

  for (const [what, publish] of [
    ['publishes', (repository: UpdateRepository) => repository.publishModule(sampleModule(1), publishers)],
    [
      'changes keys',
      (repository: UpdateRepository) =>
        repository.rotate(
          'timestamp',
          { add: developmentKeys('rotation', 1), remove: [sampleKeys.timestamp[0].keyId] },
          [...sampleKeys.root, ...publishers],
        ),
    ],
  ] as const) {
    it(`a publisher that dies at any moment while it ${what} leaves the old repository or the new one`, async () => {
      const template = path.join(home, what);
      sampleRepository(sampleOptions(new FolderStorage(template)));
      const outcomes = new Set<number>();
      for (let dieAt = 0; ; dieAt++) {
        const folder = path.join(home, `${what}-${dieAt}`);
        fileSystem.cpSync(template, folder, { recursive: true });
        const repository = UpdateRepository.open(sampleOptions(new FolderStorage(folder, mortal(dieAt))));
        let survived = false;
        try {
          publish(repository);
          survived = true;
        } catch (error) {
          assert.ok(error instanceof Died, String(error));
        }
        // Clients see a whole repository even before anybody cleans up, but for a root and its timestamp.
        if (what === 'publishes') assert.ok([1, 2].includes(versionAfter(folder)));
        await finishWrites(folder);
        outcomes.add(versionAfter(folder));
        if (survived) break;
        assert.ok(dieAt < 200, 'it must survive at last');
      }
      assert.deepEqual([...outcomes].sort(), [1, 2]);
    });
  }

  it('refuses a second publisher, and says whom to wait for', async () => {
    const storage = new FolderStorage(path.join(home, 'two'));
    await storage.exclusively(async () => {
      await assert.rejects(
        new FolderStorage(path.join(home, 'two')).exclusively(async () => {}),
        (error: unknown) => {
          assert.ok(error instanceof RepositoryError);
          assert.equal(error.problem, 'locked');
          assert.match(error.message, new RegExp(`in use by process ${process.pid}`));
          return true;
        },
      );
    });
    await assert.rejects(
      storage.exclusively(() => Promise.reject(new Error('failed'))),
      /failed/,
    );
    assert.equal(await storage.exclusively(async () => 'free again'), 'free again');
  });

  it('a lock of a process that has ended is in nobody’s way; one of another machine, or that says nothing, is', async () => {
    const folder = path.join(home, 'left');
    const lock = path.join(`${folder}.staged`, '.lock');
    const leave = (text: string): void => {
      fileSystem.mkdirSync(path.dirname(lock), { recursive: true });
      fileSystem.writeFileSync(lock, text);
    };
    const enter = () => new FolderStorage(folder).exclusively(async () => 'inside');
    const { pid: ended } = spawnSync(process.execPath, ['--version']);
    leave(`${ended} on ${hostname()}\n`);
    assert.equal(await enter(), 'inside');
    assert.ok(!fileSystem.existsSync(path.dirname(lock)), 'nothing is left');
    for (const text of [`${ended} on elsewhere\n`, `${process.pid} on ${hostname()}\n`, '', `${ended}`]) {
      leave(text);
      await assert.rejects(enter(), (error: unknown) => (error as RepositoryError).problem === 'locked');
      assert.equal(fileSystem.readFileSync(lock, 'utf8'), text);
    }
  });

  it('no name reaches a file outside', () => {
    const storage = new FolderStorage(path.join(home, 'inside'));
    for (const name of ['../x', 'targets/../../x', 'staged/../../x']) {
      assert.throws(() => storage.read(name), RangeError, name);
    }
  });
});
