import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { breakDisk, prepareDiskFaults } from '../../node/testing/disk-faults.ts';
import { readSweepFile } from './sweep-file.ts';

describe('the file of a sweep', () => {
  const home = mkdtempSync(join(tmpdir(), 'relaywave-sweep-file-'));
  before(prepareDiskFaults);
  after(() => rmSync(home, { recursive: true }));

  it('that is not there is none', async () => {
    assert.equal(await readSweepFile(home), null);
  });

  it('that is of something else is refused, with what to do', async () => {
    writeFileSync(join(home, 'sweep.json'), '{}');
    await assert.rejects(readSweepFile(home), /is not of a sweep, .*; remove it, or choose another folder/);
  });

  for (const [effect, cure] of [
    ['EACCES', /cannot read .*sweep\.json \(EACCES\); give read permission/],
    ['EMFILE', /cannot read .*sweep\.json \(EMFILE\); raise the limit of open files/],
    ['EIO', /cannot read .*sweep\.json \(EIO\); check the disk/],
  ] as const) {
    it(`that the system does not let be read is told with the cure: ${effect}`, async () => {
      const fault = { operation: 'readFile sweep.json', moment: 'before', effect, lasting: true } as const;
      const disk = breakDisk({ folder: home, fault, reads: true });
      await assert.rejects(readSweepFile(home), cure).finally(() => disk.restore());
      assert(disk.isStruck);
    });
  }
});
