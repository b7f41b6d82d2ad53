import assert from 'node:assert/strict';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { capturedContext } from './captured-output.ts';
import { runCommandLine } from './command-line.ts';
import { EXIT } from './exit-code.ts';

const SCENARIO = `name: small
network: { relays: 40 }
duration: 70s
updates:
  - module: strict-cells
arms:
  live: { channel: gossip }
  manual: { channel: manual, lag: tor-2016-17 }
historical: [tor-2016-17]
`;

describe('report', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-report-'));
  let copies = 0;

  async function relaywave(...args: string[]) {
    const { context, out, err } = capturedContext(folder, {});
    const code = await runCommandLine(args, context);
    return { code, out: out(), err: err() };
  }

  /** The results of a run, in a folder that the test may spoil. */
  function results(from = 'run'): string {
    const copy = join(folder, `copy-${++copies}`);
    cpSync(join(folder, from), copy, { recursive: true });
    return copy;
  }

  function charts(directory: string): Map<string, string> {
    const names = readdirSync(join(directory, 'charts')).sort();
    return new Map(names.map((name) => [name, readFileSync(join(directory, 'charts', name), 'base64')]));
  }

  before(async () => {
    writeFileSync(join(folder, 'small.yaml'), SCENARIO);
    const run = await relaywave('simulate', join(folder, 'small.yaml'), '--out', 'run', '--quiet');
    assert.equal(run.code, EXIT.ok, run.err);
  });
  after(() => rmSync(folder, { recursive: true }));

  it('draws the same charts again and leaves the data alone, as often as it is asked', async () => {
    const directory = results();
    const drawn = charts(directory);
    writeFileSync(join(directory, 'charts', 'figure1.svg'), 'spoilt');
    for (let time = 0; time < 2; time++) {
      const told = await relaywave('report', directory, '--quiet');
      assert.equal(told.code, EXIT.ok, told.err);
      assert.match(told.out, /drawn again/);
      assert.deepEqual(charts(directory), drawn);
    }
    for (const name of [
      'summary.json',
      'curves.csv',
      'outcome.json',
      'stages.parquet',
      'scenario.resolved.yaml',
    ]) {
      assert.deepEqual(readFileSync(join(directory, name)), readFileSync(join(folder, 'run', name)), name);
    }
    const [was, is] = [join(folder, 'run'), directory].map((each) =>
      JSON.parse(readFileSync(join(each, 'manifest.json'), 'utf8')),
    );
    assert.deepEqual(
      { ...is, redrawn: undefined, sha256: { ...was.sha256, 'report.html': undefined } },
      {
        ...was,
        redrawn: undefined,
        sha256: { ...was.sha256, 'report.html': undefined },
      },
    );
    assert.match(is.redrawn.at, /^\d{4}-/);
    assert.equal((await relaywave('verify', directory, '--hashes-only')).code, EXIT.ok);
  });

  it('in print charts have no title, and PNG may be left out', async () => {
    const directory = results();
    const told = await relaywave('report', directory, '--theme', 'print', '--no-png', '--quiet');
    assert.equal(told.code, EXIT.ok, told.err);
    const names = readdirSync(join(directory, 'charts'));
    assert(names.length > 2 && names.every((name) => name.endsWith('.svg')), names.join());
    for (const name of names) {
      assert.match(readFileSync(join(directory, 'charts', name), 'utf8'), /^<svg [^>]*viewBox="0 66 /, name);
    }
  });

  it('several runs that were merged are drawn from their own files', async () => {
    const runs = await relaywave(
      'simulate',
      join(folder, 'small.yaml'),
      '--runs',
      '2',
      '--out',
      'runs',
      '--quiet',
    );
    assert.equal(runs.code, EXIT.ok, runs.err);
    const merged = join(folder, 'runs', 'seeds-1-2');
    const drawn = charts(merged);
    rmSync(join(merged, 'charts'), { recursive: true });
    const told = await relaywave('report', merged, '--quiet');
    assert.equal(told.code, EXIT.ok, told.err);
    assert.deepEqual(charts(merged), drawn);
  });

  it('figures that were changed, or are missing, are not drawn: 2', async () => {
    const changed = results();
    appendFileSync(join(changed, 'summary.json'), ' ');
    const told = await relaywave('report', changed);
    assert.equal(told.code, EXIT.usage);
    assert.match(told.err, /summary.json was changed since/);
    const missing = results();
    rmSync(join(missing, 'outcome.json'));
    assert.match((await relaywave('report', missing)).err, /outcome.json cannot be read \(ENOENT\)/);
    assert.match((await relaywave('report', 'nowhere')).err, /nowhere.* is not the result of a run/);
    assert.match((await relaywave('report', results(), '--theme', 'dark')).err, /choose screen or print/);
  });
});
