import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { threadFlags } from './thread-settings.ts';

test('thread settings: this version of Node knows them', () => {
  const known = execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  for (const flag of threadFlags(3750)) assert(known.includes(`${flag.split('=')[0]} (`), flag);
});

test('thread settings: the heap of a large network may grow to its size, a small one is left to V8', () => {
  assert.equal(threadFlags(3750)[0], '--initial-old-space-size=176');
  assert.equal(threadFlags(1000)[0], '--initial-old-space-size=0');
});
