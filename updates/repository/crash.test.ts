/** A publisher that is killed at any write to its repository, its lock included, and the next one. */

import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { breakDisk, faultPoints, prepareDiskFaults } from '../../node/testing/disk-faults.ts';
import { publishers, sampleModule, sampleOptions, sampleRepository } from '../testing/sample-repository.ts';
import { FolderStorage } from './folder-storage.ts';
import { generateKey, readKeys, writeKey } from './key-file.ts';
import { UpdateRepository } from './repository.ts';

/** No process has a number this high. */
const ENDED = 4_194_999;

describe('a publisher that is killed', () => {
  const home = mkdtempSync(path.join(tmpdir(), 'relaywave-publisher-'));
  before(prepareDiskFaults);
  after(() => rmSync(home, { recursive: true }));

  const siteOf = (folder: string) => path.join(folder, 'site');
  const publish = (folder: string) => {
    const storage = new FolderStorage(siteOf(folder));
    return storage.exclusively(async () => {
      UpdateRepository.open(sampleOptions(storage)).publishModule(sampleModule(1), publishers);
    });
  };
  const versionIn = (folder: string) =>
    UpdateRepository.open(sampleOptions(new FolderStorage(siteOf(folder)))).versions()?.snapshot;

  /** Its lock and its files as a process that has ended leaves them. */
  function bury(folder: string): void {
    const staged = `${siteOf(folder)}.staged`;
    if (!existsSync(staged)) return;
    for (const name of readdirSync(staged).filter((one) => one.startsWith('.lock'))) {
      const text = readFileSync(path.join(staged, name), 'utf8');
      rmSync(path.join(staged, name));
      const buried = name.replace(String(process.pid), String(ENDED));
      writeFileSync(path.join(staged, buried), text.replace(`${process.pid} on`, `${ENDED} on`));
    }
  }

  for (const begins of ['in a tidy repository', 'where another was killed'] as const) {
    it(`${begins} leaves the old repository or the new one, no lock in the way, and nothing beside it`, async (test) => {
      const template = mkdtempSync(path.join(home, 'template-'));
      sampleRepository(sampleOptions(new FolderStorage(siteOf(template))));
      if (begins === 'where another was killed') {
        cpSync(siteOf(template), `${siteOf(template)}.staged/.journal`, { recursive: true });
        writeFileSync(`${siteOf(template)}.staged/.lock`, `${ENDED} on ${hostname()}\n`);
      }
      const whole = mkdtempSync(path.join(home, 'whole-'));
      cpSync(template, whole, { recursive: true });
      const noting = breakDisk({ folder: whole });
      await publish(whole).finally(() => noting.restore());
      const points = faultPoints(noting.operations);
      assert.ok(points.length > 60, `${points.length} points`);
      const outcomes = new Set<number | undefined>();
      for (const point of points) {
        const where = `${point.moment} "${point.operation}"`;
        const folder = mkdtempSync(path.join(home, 'killed-'));
        cpSync(template, folder, { recursive: true });
        const disk = breakDisk({ folder, fault: { ...point, effect: 'die' } });
        // What it did after that is of no account: some errors it takes for a lock that another has.
        await assert.rejects(publish(folder), where).finally(() => disk.restore());
        assert.ok(disk.isStruck, where);
        assert.ok(
          [1, 2].includes(versionIn(folder) ?? 0),
          `${where}: clients see the old one or the new one`,
        );
        bury(folder);
        await new FolderStorage(siteOf(folder)).exclusively(async () => {});
        outcomes.add(versionIn(folder));
        assert.deepEqual(readdirSync(folder), ['site'], where);
        if (versionIn(folder) === 1) await publish(folder);
        assert.equal(versionIn(folder), 2, where);
        rmSync(folder, { recursive: true });
      }
      assert.deepEqual([...outcomes].sort(), [1, 2]);
      test.diagnostic(`${points.length} points at ${noting.operations.length} operations`);
    });
  }

  it('while it makes a key leaves whole keys, and the next key is made', () => {
    const whole = mkdtempSync(path.join(home, 'keys-'));
    const key = generateKey();
    const noting = breakDisk({ folder: whole });
    writeKey(whole, 'targets', key);
    noting.restore();
    const points = faultPoints(noting.operations);
    assert.ok(points.length >= 10);
    for (const point of points) {
      const folder = mkdtempSync(path.join(home, 'keys-'));
      const disk = breakDisk({ folder, fault: { ...point, effect: 'die' } });
      assert.throws(() => writeKey(folder, 'targets', key));
      disk.restore();
      writeKey(folder, 'snapshot', generateKey());
      for (const { key: found } of readKeys([folder], 'private')) assert.ok('sign' in found);
    }
  });

  it('by a disk that refuses while it makes a key leaves no half of it, and says so', () => {
    const folder = mkdtempSync(path.join(home, 'keys-'));
    const noting = breakDisk({ folder });
    const key = generateKey();
    writeKey(folder, 'targets', key);
    noting.restore();
    const writing = noting.operations.filter(({ divides }) => divides);
    assert.ok(writing.length >= 2);
    for (const { operation } of writing) {
      rmSync(folder, { recursive: true });
      const disk = breakDisk({ folder, fault: { operation, moment: 'half', effect: 'ENOSPC' } });
      assert.throws(() => writeKey(folder, 'targets', key), /cannot be written \(ENOSPC\)/);
      disk.restore();
      assert.ok(readdirSync(folder).every((name) => !name.endsWith('.unfinished')));
    }
  });
});
