/** The command as its user starts it: a process with its streams, signals and exit code. */

import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('./relaywave.mjs', import.meta.url));
const QUICK = fileURLToPath(new URL('../../scenarios/quick.yaml', import.meta.url));
/** A run of some tens of relays. */
const SMALL = ['--set', 'network.relays=30', '--set', 'duration=70s', '--threads', '1'];

/** The environment without what the test runner and npm put there. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_|INIT_CWD|NODE_TEST|NO_COLOR|FORCE_COLOR)/.test(name),
    ),
  );
}

function start(folder: string, ...args: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [COMMAND, ...args], { cwd: folder, env: cleanEnvironment() });
}

async function end(child: ChildProcessWithoutNullStreams) {
  const [[code], out, err] = await Promise.all([
    once(child, 'close'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code: code as number, out, err };
}

describe('the process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-process-'));
  after(() => rmSync(folder, { recursive: true }));

  it('too few files may be open to load the sources: told with the cure, not as a bug', async () => {
    const limited = ['-c', 'ulimit -n 20; exec "$0" "$@"', process.execPath, COMMAND, 'validate', QUICK];
    const { code, err } = await end(spawn('sh', limited, { cwd: folder, env: cleanEnvironment() }));
    assert.equal(
      err,
      'error: too many files are open (EMFILE)\n    hint: raise the limit (ulimit -n), or end other programs\n',
    );
    assert.equal(code, 1);
  });

  it('simulate --json: stdout is summary.json to the byte, stderr has plain lines, and a second run is refused', async () => {
    const run = [...SMALL, '--json', '--out', 'first'];
    const { code, out, err } = await end(start(folder, 'simulate', QUICK, ...run));
    assert.equal(code, 0, err);
    assert.equal(out, readFileSync(join(folder, 'first', 'summary.json'), 'utf8'));
    assert.equal(JSON.parse(out).arms.live.reachedFraction, 1);
    assert.match(err, /^preparing relays and updates\n(.+\n)*writing results\n/);
    assert(!err.includes('\u001b'));
    const again = await end(start(folder, 'simulate', QUICK, ...run));
    assert.equal(again.code, 2);
    assert.equal(again.out, '');
    assert.match(again.err, /^error: \S+first exists; --force replaces it/);
  });

  it('--progress json: a line for each event on stderr, the last one names the results, and the same bytes', async () => {
    const run = [...SMALL, '--json', '--progress', 'json', '--out', 'watched'];
    const { code, out, err } = await end(start(folder, 'simulate', QUICK, ...run));
    assert.equal(code, 0, err);
    assert.equal(out, readFileSync(join(folder, 'first', 'summary.json'), 'utf8'));
    const lines = err
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(lines[0].event, 'begin');
    assert.deepEqual(lines.at(-1), { event: 'written', directory: join(folder, 'watched') });
    const arms = lines.filter(({ event }) => event === 'arm');
    assert.deepEqual(
      arms.map(({ arm }) => arm.name),
      ['live', 'manual'],
    );
    assert.equal(arms[0].arm.reached / arms[0].arm.counted, JSON.parse(out).arms.live.reachedFraction);
    const refused = await end(start(folder, 'simulate', QUICK, '--progress', 'xml'));
    assert.equal(refused.code, 2);
    assert.match(refused.err, /Allowed choices are bar, json/);
  });

  it('Ctrl-C while it runs: 130, and nothing is left behind', async () => {
    const everyTwo = ['--set', 'trust.timestampEvery=2s']; // nothing that happens would cost nothing
    const long = ['--set', 'network.relays=200', '--set', 'duration=2h', ...everyTwo, '--out', 'stopped/run'];
    const child = start(folder, 'simulate', QUICK, ...long);
    child.stderr.on('data', (chunk) => {
      if (String(chunk).includes('running')) child.kill('SIGINT');
    });
    const { code, out, err } = await end(child);
    assert.equal(code, 130, err);
    assert.equal(out, '');
    assert.match(err, /\ninterrupted; nothing was written\n$/);
    assert(!existsSync(join(folder, 'stopped')));
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('.')),
      [],
    );
  });

  it('a reader who leaves at once ends nothing but the output: 0, quietly', async () => {
    const child = start(folder, 'simulate', QUICK, ...SMALL, '--out', 'unread');
    child.stdout.destroy();
    child.stderr.destroy();
    const [code] = await once(child, 'close');
    assert.equal(code, 0);
    assert(existsSync(join(folder, 'unread', 'report.html')));
  });
});
