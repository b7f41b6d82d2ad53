/** The command on real disks: killed between two renames, and on a disk that is full or read-only. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runProcess } from '../testing/faulty-process.ts';
import { hiddenIn, resultsState } from '../testing/results-state.ts';

const SCENARIO = `name: tiny
question: What is left?
engine: model
network: { relays: 12, degree: 4 }
duration: 70s
updates: [{ module: strict-cells, at: 60s }]
arms:
  live: { channel: gossip }
report: { charts: [], png: false }
`;

function system(...words: [string, ...string[]]): boolean {
  return spawnSync(words[0], words.slice(1), { stdio: 'ignore' }).status === 0;
}

describe('results on a real disk', () => {
  const home = mkdtempSync(join(tmpdir(), 'relaywave-disks-'));
  const mounted = join(home, 'mounted');
  before(() => {
    writeFileSync(join(home, 'tiny.yaml'), SCENARIO);
    mkdirSync(mounted);
  });
  after(() => {
    system('umount', mounted);
    rmSync(home, { recursive: true });
  });

  it('a process that is killed between two renames leaves the new results to the next command', async () => {
    const run = ['simulate', 'tiny.yaml', '--out', 'run', '--quiet'];
    assert.equal((await runProcess(home, [...run, '--seed', '7'])).code, 0);
    const operation = /^rename run -> \.run\.old-[0-9a-f]{8}-PID$/;
    const noted = await runProcess(home, [...run, '--force'], { folder: home });
    const done = resultsState(join(home, 'run'));
    const [swap] = noted.operations.filter((one) => operation.test(one.operation));
    assert.ok(swap !== undefined);
    const killed = await runProcess(home, [...run, '--force'], {
      folder: home,
      fault: { operation: swap.operation, moment: 'after', effect: 'kill' },
    });
    assert.equal(killed.signal, 'SIGKILL');
    assert.deepEqual(
      readdirSync(home).filter((name) => name === 'run'),
      [],
    );
    const verified = await runProcess(home, ['verify', 'run', '--hashes-only']);
    assert.equal(verified.code, 0, verified.err);
    assert.deepEqual(resultsState(join(home, 'run')), done);
    assert.deepEqual(hiddenIn(home), []);
  });

  it('a disk that is full, and one that is read-only, are told and left as they were', async (test) => {
    if (!system('mount', '-t', 'tmpfs', '-o', 'size=100k', 'tmpfs', mounted))
      return test.skip('may not mount');
    const run = ['simulate', 'tiny.yaml', '--out', 'mounted/a/run', '--quiet'];
    const full = await runProcess(home, run);
    assert.equal(full.code, 1);
    assert.match(full.err, /no space is left on the device \(ENOSPC\); make room, or choose another folder/);
    assert.deepEqual(readdirSync(mounted), []);
    assert.ok(system('mount', '-o', 'remount,ro', mounted));
    const readOnly = await runProcess(home, run);
    assert.equal(readOnly.code, 1);
    assert.match(readOnly.err, /the file system is read-only \(EROFS\); choose another folder/);
    return undefined;
  });
});
