import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, test } from 'node:test';
import { hiddenBeside } from './left-folders.ts';
import { ResultsError, type ResultsErrorCause } from './results-error.ts';
import { checkTarget, writeFileSynced, writeFolder } from './results-folder.ts';

const made: string[] = [];
after(() => Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true }))));

async function playground(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'relaywave-results-'));
  made.push(folder);
  return folder;
}

function isResultsError(reason: ResultsErrorCause) {
  return (error: unknown) => error instanceof ResultsError && error.reason === reason;
}

/** A result as an earlier run left it. */
async function oldResult(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'manifest.json'), '{}');
  await writeFile(join(folder, 'old.txt'), 'old');
}

const fillOne = (folder: string) => writeFileSynced(join(folder, 'new.txt'), 'new');

test('results folder: appears whole, with its parents, and nothing else stays beside it', async () => {
  const root = await playground();
  const directory = join(root, 'a', 'b', 'seed-1');
  let during: string[] = [];
  await writeFolder({ directory, force: false }, async (folder) => {
    await fillOne(folder);
    during = await readdir(join(root, 'a', 'b'));
  });
  assert.deepEqual(
    during,
    [basename(hiddenBeside(directory, 'partial'))],
    'the target is not there before it is whole',
  );
  assert.deepEqual(await readdir(join(root, 'a', 'b')), ['seed-1']);
  assert.equal(await readFile(join(directory, 'new.txt'), 'utf8'), 'new');
});

test('results folder: a failure in the middle leaves nothing, not even the parents it made', async () => {
  const root = await playground();
  const full = Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC', syscall: 'write' });
  const writing = writeFolder({ directory: join(root, 'a', 'b', 'run'), force: false }, async (folder) => {
    await fillOne(folder);
    throw full;
  });
  await assert.rejects(writing, isResultsError('no-room'));
  assert.deepEqual(await readdir(root), []);
});

test('results folder: a failure leaves parents that were there before', async () => {
  const root = await playground();
  await mkdir(join(root, 'a'));
  const bug = new Error('bug');
  const writing = writeFolder({ directory: join(root, 'a', 'b', 'run'), force: false }, () =>
    Promise.reject(bug),
  );
  await assert.rejects(writing, (error) => error === bug);
  assert.deepEqual(await readdir(join(root, 'a')), []);
});

test('results folder: an abort rejects with its reason and leaves nothing', async () => {
  const root = await playground();
  const controller = new AbortController();
  const reason = new Error('Ctrl-C');
  const writing = writeFolder(
    { directory: join(root, 'run'), force: false },
    async (folder) => {
      await fillOne(folder);
      controller.abort(reason);
    },
    controller.signal,
  );
  await assert.rejects(writing, (error) => error === reason);
  assert.deepEqual(await readdir(root), []);
});

test('results folder: an existing folder is refused and kept, even an empty one', async () => {
  const root = await playground();
  await oldResult(join(root, 'run'));
  await mkdir(join(root, 'empty'));
  for (const name of ['run', 'empty']) {
    const directory = join(root, name);
    await assert.rejects(checkTarget(directory, false), isResultsError('exists'));
    await assert.rejects(writeFolder({ directory, force: false }, fillOne), isResultsError('exists'));
  }
  assert.equal(await readFile(join(root, 'run', 'old.txt'), 'utf8'), 'old');
});

test('results folder: force swaps the old result for the new one', async () => {
  const root = await playground();
  await oldResult(join(root, 'run'));
  await writeFolder({ directory: join(root, 'run'), force: true }, fillOne);
  assert.deepEqual(await readdir(root), ['run']);
  assert.deepEqual(await readdir(join(root, 'run')), ['new.txt']);
});

test('results folder: with force, the old result outlives a failure of the new one', async () => {
  const root = await playground();
  await oldResult(join(root, 'run'));
  const writing = writeFolder({ directory: join(root, 'run'), force: true }, () =>
    Promise.reject(new Error('bug')),
  );
  await assert.rejects(writing);
  assert.deepEqual(await readdir(root), ['run']);
  assert.equal(await readFile(join(root, 'run', 'old.txt'), 'utf8'), 'old');
});

test('results folder: force does not delete a folder that holds no results', async () => {
  const root = await playground();
  await mkdir(join(root, 'thesis'));
  await writeFile(join(root, 'thesis', 'chapter.txt'), 'years of work');
  const target = { directory: join(root, 'thesis'), force: true };
  await assert.rejects(checkTarget(target.directory, true), isResultsError('not-results'));
  await assert.rejects(writeFolder(target, fillOne), isResultsError('not-results'));
  assert.equal(await readFile(join(root, 'thesis', 'chapter.txt'), 'utf8'), 'years of work');
});

test('results folder: through a link, the folder it points to is replaced and the link stays', async () => {
  const root = await playground();
  await oldResult(join(root, 'real'));
  await symlink(join(root, 'real'), join(root, 'latest'));
  await writeFolder({ directory: join(root, 'latest'), force: true }, fillOne);
  assert.deepEqual((await readdir(root)).sort(), ['latest', 'real']);
  assert.deepEqual(await readdir(join(root, 'real')), ['new.txt']);
});

test('results folder: a link to nothing and a file in the way are refused, with and without force', async () => {
  const root = await playground();
  await symlink(join(root, 'nowhere'), join(root, 'dangling'));
  await writeFile(join(root, 'file'), 'mine');
  for (const force of [false, true]) {
    await assert.rejects(checkTarget(join(root, 'dangling'), force), isResultsError('exists'));
    await assert.rejects(checkTarget(join(root, 'file'), force), isResultsError('not-a-folder'));
    await assert.rejects(checkTarget(join(root, 'file', 'run'), force), isResultsError('not-a-folder'));
  }
  assert.equal(await readFile(join(root, 'file'), 'utf8'), 'mine');
});

test('results folder: the check passes a free name, makes nothing, and names no file it did not see', async () => {
  const root = await playground();
  await checkTarget(join(root, 'a', 'b', 'run'), false);
  assert.deepEqual(await readdir(root), []);
});

test('results folder: a place that cannot be written to is refused before anything runs', {
  skip: process.platform !== 'linux' && 'needs /proc',
}, async () => {
  // Nobody, not even root, can make a folder there.
  await assert.rejects(
    writeFolder({ directory: '/proc/relaywave/run', force: false }, fillOne),
    ResultsError,
  );
});

test('results folder: what another command writes in between is kept without force, and replaced with it', async () => {
  for (const force of [false, true]) {
    const root = await playground();
    const directory = join(root, 'run');
    const writing = writeFolder({ directory, force }, async (folder) => {
      await fillOne(folder);
      await oldResult(directory);
    });
    if (force) await writing;
    else await assert.rejects(writing, isResultsError('exists'));
    assert.deepEqual(await readdir(root), ['run']);
    assert.deepEqual((await readdir(directory)).includes('new.txt'), force);
  }
});

test('results folder: what a killed command left goes with the next one, what another is writing stays', async () => {
  const root = await playground();
  const hidden = (role: string, id: number) =>
    basename(hiddenBeside(join(root, 'run'), role as 'old')).replace(/\d+$/, String(id));
  await mkdir(join(root, hidden('partial', 4_194_999)));
  // The process that runs these tests has a parent, which runs.
  await mkdir(join(root, hidden('partial', process.ppid)));
  await mkdir(join(root, '.run.partial-of-a-book'));
  await checkTarget(join(root, 'run'), false);
  assert.deepEqual(
    (await readdir(root)).sort(),
    ['.run.partial-of-a-book', hidden('partial', process.ppid)].sort(),
  );
});

test('results folder: on another file system, directly and through a link', {
  skip: !existsSync('/dev/shm') && 'needs a second file system',
}, async () => {
  const root = await playground();
  const other = await mkdtemp('/dev/shm/relaywave-results-');
  made.push(other);
  await writeFolder({ directory: join(other, 'a', 'run'), force: false }, fillOne);
  await oldResult(join(other, 'old'));
  await symlink(join(other, 'old'), join(root, 'latest'));
  await writeFolder({ directory: join(root, 'latest'), force: true }, fillOne);
  assert.deepEqual(await readdir(join(other, 'old')), ['new.txt']);
  assert.deepEqual((await readdir(other)).sort(), ['a', 'old']);
  assert.deepEqual(await readdir(root), ['latest']);
});
