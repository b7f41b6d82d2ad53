import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callOf, callWords } from './call-words.ts';

test('an installed package is called by npx, a checkout by its npm scripts', () => {
  assert.deepEqual(callWords('simulate', '/home/x/node_modules/relaywave/'), [
    'npx',
    'relaywave',
    'simulate',
  ]);
  assert.deepEqual(callWords('simulate', '/home/x/relaywave'), ['npm', 'run', 'simulate', '--']);
  assert.equal(callOf('update', 'test', 'mine'), 'npm run update -- test mine');
});
