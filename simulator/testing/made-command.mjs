/**
 * Stands in for `relaywave simulate --progress json` in tests of the page's server: the same lines, no simulation.
 *
 * It goes on until SIGINT, unless its seed is 1000 or more: then it ends with the exit code seed - 1000.
 */

import { join } from 'node:path';

const words = process.argv.slice(2);
const seed = Number(words.find((word) => word.startsWith('--seed='))?.slice('--seed='.length) ?? 0);
const tell = (line) => process.stderr.write(`${JSON.stringify(line)}\n`);
const arm = (change) => ({
  name: 'live',
  counted: 3,
  relays: [],
  seconds: [],
  removed: [],
  restored: [],
  ...change,
});

const arms = [{ name: 'live', isLive: true }];
tell({
  event: 'begin',
  scenario: 'made',
  seeds: [1],
  runs: 1,
  relays: 3,
  durationSeconds: 10,
  releasedAtSeconds: 1,
  arms,
});
tell({ event: 'relays', countries: ['de', 'us'], country: [0, 0, 1] });
tell({ event: 'progress', phase: 'import', virtualSeconds: 0, durationSeconds: 10 });
process.stderr.write(`words: ${words.join(' ')}\n{"event":cut off\n`);
const half = { reached: 2, running: 2, relays: [2, 0], seconds: [0, 0.5] };
tell({ event: 'progress', phase: 'run', virtualSeconds: 5, durationSeconds: 10, arm: arm(half) });

const finish = (code) => {
  tell({ event: 'arm', arm: arm({ reached: 3, running: 2, relays: [1], seconds: [2], removed: [0] }) });
  if (code === 0 || code === 3)
    tell({ event: 'written', directory: join(process.cwd(), 'results', 'made', 'seed-1') });
  process.exit(code);
};
process.on('SIGINT', () => process.exit(130));
if (seed >= 1000) finish(seed - 1000);
setInterval(() => {}, 1000);
