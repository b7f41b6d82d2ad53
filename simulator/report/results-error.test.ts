import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainFileError, ResultsError } from './results-error.ts';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code, syscall: 'open' });
}

test('results error: names the path, the cause and what to do', () => {
  const cases = {
    EACCES: ['not-allowed', /permission denied.*--out/],
    ENOSPC: ['no-room', /no space is left.*make room/],
    EDQUOT: ['no-room', /quota/],
    EROFS: ['read-only', /read-only.*--out/],
    ENOTDIR: ['not-a-folder', /is a file, not a folder/],
    EEXIST: ['exists', /exists/],
    EBUSY: ['in-use', /mount point/],
    ENAMETOOLONG: ['bad-name', /too long/],
  } as const;
  for (const [code, [reason, message]] of Object.entries(cases)) {
    const error = explainFileError(systemError(code), '/there/run');
    assert.ok(error instanceof ResultsError, code);
    assert.equal(error.reason, reason);
    assert.equal(error.path, '/there/run');
    assert.match(error.message, message);
    assert.ok(error.message.includes('/there/run') && error.message.includes(code));
  }
});

test('results error: a failure of the file system that nobody thought of is still a results error', () => {
  const error = explainFileError(systemError('EIO'), '/there/run');
  assert.ok(error instanceof ResultsError && error.reason === 'other' && error.message.includes('EIO'));
});

test('results error: a bug or an abort stays what it is', () => {
  const bug = new TypeError('not a function');
  assert.equal(explainFileError(bug, '/there'), bug);
  const abort = new DOMException('stopped', 'AbortError');
  assert.equal(explainFileError(abort, '/there'), abort);
});
