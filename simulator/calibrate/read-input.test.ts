import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { ScenarioError } from '../scenario/problem.ts';
import { madeConsensus } from '../testing/made-consensus.ts';
import { type InputOptions, readInput } from './read-input.ts';

const folder = mkdtempSync(join(tmpdir(), 'relaywave-calibrate-'));
const PLAIN: InputOptions = { releases: [], releaseFile: null, by: 'relays' };
const DAY_MS = 86_400_000;

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function told(input: string, options: Partial<InputOptions> = {}): string[] {
  try {
    readInput(input, { ...PLAIN, ...options });
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(({ file: name, line, column, message }) => {
      return `${name.replace(`${folder}/`, '')}:${line}:${column} ${message}`;
    });
  }
  assert.fail('the input was accepted');
}

/** Consensus documents of 70 days from 17 November 2025: `share` of the relays have 0.4.8.21 by a day. */
function consensusFolder(name: string, share: (day: number) => number): string {
  for (let day = 0; day < 70; day++) {
    const time = new Date(Date.UTC(2025, 10, 17, 6) + day * DAY_MS);
    const stamp = time.toISOString().slice(0, 19).replace('T', ' ');
    const relays = Array.from({ length: 20 }, (_, i) => ({
      address: `192.0.2.${i + 1}`,
      version: i < Math.round(20 * share(day)) ? '0.4.8.21' : '0.4.8.16',
      bandwidth: i === 0 ? 81_000 : 1000,
    }));
    const gone = { address: '192.0.2.99', version: '0.4.8.21', flags: 'Valid' };
    const directory = stamp.slice(8, 10);
    file(
      `${name}/${directory}/${stamp.replace(/[: ]/g, '-')}-consensus`,
      madeConsensus([...relays, gone], stamp),
    );
  }
  return join(folder, name);
}

describe('input of a calibration', () => {
  after(() => rmSync(folder, { recursive: true }));

  it('a curve: day and fraction by name, comments and other columns left alone', () => {
    const path = file('curve.csv', '# made\nfraction,day,source\n0.1,1,x\n0.3,7,x\n0.2,8,x\n');
    assert.deepEqual(readInput(path, PLAIN), [
      { name: 'curve', days: [1, 7, 8], fractions: [0.1, 0.3, 0.2], relays: null },
    ]);
  });

  it('several curves: a column release, or a folder of tables', () => {
    const rows =
      'day,fraction,release,relays\n1,0.1,a,500\n1,0.2,b,600\n2,0.2,a,\n2,0.3,b,\n3,0.3,a,\n3,0.4,b,\n';
    const path = file('many.csv', rows);
    const curves = readInput(path, PLAIN);
    assert.deepEqual(
      curves.map(({ name, relays, days }) => [name, relays, days.length]),
      [
        ['a', 500, 3],
        ['b', 600, 3],
      ],
    );
    file('tables/x.csv', 'day,fraction\n1,0.1\n2,0.2\n3,0.3\n');
    file('tables/y.csv', 'day,fraction\n1,0.1\n2,0.2\n3,0.3\n');
    assert.deepEqual(
      readInput(join(folder, 'tables'), PLAIN).map(({ name }) => name),
      ['x', 'y'],
    );
  });

  it('versions.csv: the share of relays on the release or a newer one, as Tor Metrics publishes it', () => {
    const rows = Array.from({ length: 100 }, (_, day) => {
      const date = new Date(Date.UTC(2018, 0, 1) + day * DAY_MS).toISOString().slice(0, 10);
      return `${date},0.3.1,${6000 - 10 * day}\n${date},0.3.2,${10 * day}\n${date},Other,${1000}\n`;
    });
    const path = file('versions.csv', `#\n# The Tor Project\n#\ndate,version,relays\n${rows.join('')}`);
    // 0.3.2.9, the first stable version of its series, came out on 9 January 2018.
    const [curve, ...others] = readInput(path, PLAIN);
    assert.deepEqual(others, []);
    assert.equal(curve!.name, '0.3.2');
    assert.deepEqual(curve!.days.slice(0, 2), [0, 1]);
    assert.ok(Math.abs(curve!.fractions[0]! - 80 / 7000) < 1e-12);
    assert.equal(curve!.relays, 7000);
    assert.equal(readInput(path, { ...PLAIN, releases: ['0.3.1'] })[0]!.fractions[0], 6000 / 7000);
    const dated = readInput(path, { ...PLAIN, releases: ['0.3.2=2018-02-01'] });
    assert.ok(Math.abs(dated[0]!.fractions[0]! - 310 / 7000) < 1e-12);
  });

  it('a folder of consensus documents, archived by day, is read as published; only running relays count', () => {
    const path = consensusFolder('archive', (day) => day / 100);
    const [curve] = readInput(path, PLAIN);
    assert.equal(curve!.name, '0.4.8.21');
    assert.equal(curve!.relays, 20);
    assert.equal(curve!.days.length, 70);
    assert.equal(curve!.days[0], 0.25);
    curve!.fractions.forEach((fraction, day) => {
      assert.equal(fraction, Math.round(day / 5) / 20);
    });
    const [weighted] = readInput(path, { ...PLAIN, by: 'weight' });
    assert.deepEqual(
      [0, 3].map((day) => weighted!.fractions[day]),
      [0, 0.81],
    );
  });

  it('consensus documents that are broken, doubled or compressed are told by file and line', () => {
    const path = consensusFolder('broken', () => 0.5);
    const one = 'broken/17/2025-11-17-06-00-00-consensus';
    const text = madeConsensus([{ address: '192.0.2.1' }], '2025-11-17 06:00:00');
    file(one, text.replace('w Bandwidth=1000', 'w'));
    assert.deepEqual(told(path), [`${one}:18:1 has no whole number Bandwidth=`]);
    file(one, text);
    file('broken/again', text);
    assert.match(told(path)[0]!, /^broken\/again:null:null is of the same hour as .*17-06-00-00/);
    file('broken/again', text.slice(0, 400));
    assert.match(told(path)[0]!, /^broken\/again:\d+:1 /);
    file('broken/consensuses-2025-11.tar.xz', 'x');
    assert.match(told(path)[0]!, /is compressed/);
    assert.match(told(file('one', text))[0]!, /one consensus document, and a curve needs many/);
  });

  it('mistakes of a table are told with line and column, all at once', () => {
    const rows = 'day,fraction\n1,0.1\nx,0.2\n3,1.5\n2,0.3\n2,0.4\n,0.5\n';
    assert.deepEqual(told(file('bad.csv', rows)), [
      'bad.csv:3:1 "x" is not a number',
      'bad.csv:4:3 1.5 is not between 0 and 1',
      'bad.csv:6:1 day 2 does not come after day 2',
      'bad.csv:7:1 is empty',
    ]);
    assert.deepEqual(told(file('short.csv', 'day,fraction\n1,0.1\n2,0.2\n')), [
      'short.csv:1:1 short has fewer than 3 points',
    ]);
    assert.deepEqual(told(file('flat.csv', 'day,fraction\n1,0\n2,0\n3,0\n')), [
      'flat.csv:1:1 flat never rises above 0',
    ]);
    assert.deepEqual(told(file('none.csv', 'day,fraction\n')), ['none.csv:1:1 has no rows']);
    assert.match(told(file('other.csv', 'a,b\n1,2\n'))[0]!, /other.csv:1:1 has the columns a, b/);
    const counts =
      'date,version,relays\n2018-02-30,0.3.2,1\n2018-02-01,0.3.2,many\n2018-02-02,0.3.2,1\n2018-02-02,0.3.2,1\n';
    assert.deepEqual(told(file('counts.csv', counts)), [
      'counts.csv:2:1 is no date',
      'counts.csv:3:18 "many" is not a number',
      'counts.csv:5:12 stands twice on this day',
    ]);
  });

  it('releases that are unknown, undated or not to be seen are refused', () => {
    const path = file(
      'few.csv',
      'date,version,relays\n2018-02-01,0.3.2,5\n2018-02-02,0.3.2,5\n2018-02-03,0.3.2,5\n',
    );
    assert.match(
      told(path)[0]!,
      /shows no release from its first days on for 60 days \(it runs from 2018-02-01/,
    );
    assert.match(told(path, { releases: ['9.9.9.9'] })[0]!, /--release 9.9.9.9.* no release of this name/);
    assert.match(told(path, { releases: ['0.3.2.9=soon'] })[0]!, /soon is no date/);
    assert.match(
      told(path, { releases: ['0.4.0'] })[0]!,
      /shows 0.4.0 \(2019-05-02\) on fewer than three days/,
    );
    assert.match(told(path, { releases: ['0.3.3=2018-01-01'] })[0]!, /shows nobody who took up 0.3.3/);
    assert.match(told(join(folder, 'nowhere'))[0]!, /there is no such table/);
  });

  it('the shipped eras go by their names', () => {
    assert.equal(readInput('tor-2016-17', PLAIN).length, 10);
    assert.deepEqual(
      readInput('tor-2025-26', PLAIN).map(({ name, relays }) => [name, relays]),
      [['0.4.8.21', 9388]],
    );
  });
});
