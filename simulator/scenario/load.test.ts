import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { CHANNEL_NAMES } from '../../node/channels/channel.ts';
import { load, MODULES, problems, SMALL, told, withLines } from '../testing/small-scenario.ts';
import { TEST_TRUST, testLiveArm, testUpdate } from '../testing/test-scenario.ts';
import { loadScenario } from './load.ts';
import { formatProblem, ScenarioError } from './problem.ts';

/** The small scenario with a manual arm of this lag. */
function withLag(lag: string, more = ''): string {
  return withLines(`  manual: { channel: manual, lag: ${lag}${more} }`);
}

describe('loading a scenario', () => {
  const folder = mkdtempSync(join(tmpdir(), 'relaywave-load-'));
  after(() => rmSync(folder, { recursive: true }));

  it('defaults: a short file becomes a whole scenario', () => {
    assert.deepEqual(load(SMALL).scenario, {
      name: 'small',
      question: '',
      hypothesis: '',
      answer: '',
      seed: 1,
      engine: 'gossipsub',
      stack: 'bare',
      fidelity: 'fast',
      threads: 0,
      slowdown: 1,
      network: {
        relays: 100,
        population: 'tor-2025-11',
        degree: 14,
        dialing: 'uniform',
        latency: { law: 'population' },
        uplink: { law: 'population' },
        startSeconds: 30,
      },
      gossipsub: {
        D: 6,
        Dlo: 4,
        Dhi: 12,
        Dscore: 4,
        Dout: 2,
        Dlazy: 6,
        heartbeatMs: 1000,
        floodPublish: true,
      },
      durationSeconds: 600,
      updates: [testUpdate({ atSeconds: 60 })],
      trust: TEST_TRUST,
      presence: { late: null, away: null },
      churn: null,
      adversary: null,
      faults: [],
      traffic: { utilization: 0.4, clients: null, marking: null, flood: null },
      costs: { verifySignatureUs: 205, hashUsPerKiB: 1, admitUs: 1000, admitUsPerKiB: 20 },
      arms: [testLiveArm('live')],
      historical: [],
      measure: { milestonePercents: [] },
      report: { charts: null, figure: null, png: true, theme: 'screen' },
      sweep: null,
      assertions: [],
    });
  });

  it('the network starts within half of the time to the first release, 5 to 30 s, unless the file says otherwise', () => {
    const startOf = (...set: string[]) => load(SMALL, { set }).scenario.network.startSeconds;
    assert.equal(startOf('updates.0.at=2min'), 30);
    assert.equal(startOf('updates.0.at=24s'), 12);
    assert.equal(startOf('updates.0.at=7s'), 5);
    assert.equal(startOf('updates.0.at=7s', 'network.startWithin=90s'), 90);
  });

  it('laws: every way to write latency, uplink and lag is understood', () => {
    const { scenario } = load(withLag('{ lognormal: { median: 52d, sigma: 2.15, never: 0.25 } }'), {
      set: ['network.latency={uniform: [10ms, 0.3s]}', 'network.uplink=20 Mbit/s', 'threads=2'],
    });
    assert.deepEqual(scenario.network.latency, { law: 'uniform', minMs: 10, maxMs: 300 });
    assert.deepEqual(scenario.network.uplink, { law: 'constant', bitsPerSecond: 20e6 });
    assert.equal(scenario.threads, 2);
    const lags = {
      'tor-2025-26': { law: 'historical', name: 'tor-2025-26' },
      '{ weibull: { scale: 60h, shape: 4 } }': { law: 'weibull', scaleDays: 2.5, shape: 4, never: 0 },
      '{ mixture: [{ share: 0.3, weibull: { scale: 2d, shape: 4 } }, { share: 0.6, lognormal: { median: 9d, sigma: 1 } }], never: 0.1 }':
        {
          law: 'mixture',
          parts: [
            { law: 'weibull', share: 0.3, scaleDays: 2, shape: 4 },
            { law: 'lognormal', share: 0.6, medianDays: 9, sigma: 1 },
          ],
          never: 0.1,
        },
      '{ empirical: [[0, 0], [7, 0.25]] }': { law: 'empirical', days: [0, 7], fractions: [0, 0.25] },
    };
    for (const [text, lag] of Object.entries(lags)) {
      const [, arm] = load(withLag(text)).scenario.arms;
      assert.deepEqual(arm.kind === 'manual' && arm.lag, lag);
    }
  });

  it('until: a curve ends where its law was last observed, and at 365 days for a formula', () => {
    const until = (lag: string) => {
      const [, arm] = load(withLag(lag)).scenario.arms;
      return arm.kind === 'manual' && arm.untilDays;
    };
    assert.equal(until('tor-2016-17'), 510);
    assert.equal(until('tor-2025-26'), 197);
    assert.equal(until('{ weibull: { scale: 2d, shape: 4 } }'), 365);
    assert.equal(until('{ empirical: [[1, 0.1], [90, 0.5]] }'), 90);
    assert.match(
      told(withLag('tor-2025-26', ', until: 200d'))[0],
      /200d is later than anything observed.*197d/,
    );
    assert.match(
      told(withLag('{ empirical: [[1, 0.1], [9, 0.5]] }', ', until: 10d'))[0],
      /last point.*at most 9d/,
    );
  });

  it('a mistake is shown with its place, its line, carets and a value that works', () => {
    const text = SMALL.replace('{ relays: 100 }', '{ relays: 100, degre: 14 }');
    assert.equal(
      formatProblem(problems(text)[0]),
      `test.yaml:2:25  network.degre: unknown key
     2 | network: { relays: 100, degre: 14 }
       |                         ^^^^^
    hint: did you mean degree?`,
    );
  });

  it('all mistakes are told at once, in the order of the file', () => {
    const text = `name: my scenario
sed: 3
network:
  relays: abc
  latency: 50ms
  uplink: 20
engine: wire
fidelity: fats
duration: 600
updates:
  - module: strict-cell
  - at: 60s
arms:
  live: { channel: gosip }
historical: [tor-2016-17, tor-2016-17]
`;
    assert.deepEqual(told(text), [
      '1:7 name: "my scenario" is not a name of letters, digits, - and _ (64 at most) | for example my-scenario',
      '2:1 sed: unknown key | did you mean seed?',
      '4:11 network.relays: must be a number, not the text "abc" | for example 7500',
      '5:12 network.latency: must be population or a map of keys, not the text "50ms" | ' +
        'for example population or { constant: 50ms } or { uniform: [ 10ms, 300ms ] }',
      '6:11 network.uplink: the number 20 has no unit | write a rate with its unit, such as 512 kbit/s, 20 Mbit/s or 2.5 MB/s',
      '8:11 fidelity: must be one of full, fast, not the text "fats" | did you mean fast?',
      '9:11 duration: the number 600 has no unit | write a duration with its unit, such as 250ms, 60s, 10min, 2h or 3d',
      '11:13 updates[0].module: updates/ has no module "strict-cell" | did you mean strict-cells?',
      '12:5 updates[1].module: is missing | add "module: strict-cells"',
      `14:20 arms.live.channel: must be one of ${CHANNEL_NAMES.join(', ')}, manual, not the text "gosip" | did you mean gossip?`,
      '15:27 historical[1]: tor-2016-17 stands here twice | remove one',
    ]);
  });

  it('a missing key is told at the key that should hold it', () => {
    assert.deepEqual(told(SMALL.replace('{ relays: 100 }', '{ degree: 4 }')), [
      '2:1 network.relays: is missing | add "relays: 7500"',
    ]);
    assert.match(told(SMALL.replace(/name: .*\n/, ''))[0], /^1:1 name: is missing \| add "name: tor7500"/);
  });

  it('absurd numbers are refused: negative, none, too many, not whole', () => {
    const relays = (value: string) => told(SMALL.replace('relays: 100', `relays: ${value}`))[0];
    assert.match(relays('0'), /2:20 network.relays: must be at least 2, not 0/);
    assert.match(relays('-7500'), /must be at least 2, not -7500/);
    assert.match(relays('7.5'), /must be a whole number, not 7.5/);
    assert.match(relays('9e99'), /must be/);
    assert.match(relays('.nan'), /must be a number/);
    assert.match(relays('2000000000'), /at most 1,000,000,000/);
    for (const seed of ['4294967296', '9007199254740993']) {
      const problems = told(withLines(`seed: ${seed}`));
      assert.equal(problems.length, 1);
      assert.match(problems[0], /seed: must be at most 4,294,967,295/);
    }
    assert.match(told(withLines('duration: 0s'))[0], /duration: must be at least 1s/);
    assert.match(told(withLines('duration: 2000d'))[0], /must be at most 365d/);
    assert.match(told(withLines('traffic: { utilization: 1 }'))[0], /must be below 1, not 1/);
    assert.match(told(withLines('threads: 9'))[0], /must be at most 8/);
    assert.match(
      told(SMALL.replace('strict-cells', 'strict-cells\n    size: 3 GB'))[0],
      /must be at most 1 MiB/,
    );
  });

  it('a degree that the network cannot have is told at the key that the file spells out', () => {
    assert.match(
      told(SMALL.replace('100', '10'))[0],
      /^2:20 network.relays: degree \(14\) is not below .*\(10\)/,
    );
    assert.match(told(SMALL.replace('100', '10, degree: 12'))[0], /^2:32 network.degree: degree \(12\)/);
  });

  it('gossipsub parameters that contradict each other are refused', () => {
    const gossipsub = (plan: string) => told(withLines(`gossipsub: ${plan}`));
    assert.match(gossipsub('{ Dlo: 8 }')[0], /7:19 gossipsub.Dlo: Dlo \(8\) is above D \(6\)/);
    assert.match(gossipsub('{ Dhi: 5 }')[0], /Dhi \(5\) is below D \(6\)/);
    assert.match(gossipsub('{ Dscore: 13 }')[0], /Dscore \(13\) is above Dhi \(12\)/);
    assert.match(gossipsub('{ Dout: 4 }')[0], /Dout \(4\) is above half of D/);
    assert.match(gossipsub('{ Dlo: 2 }')[0], /Dout \(2\) is not below Dlo \(2\)/);
    load(withLines('gossipsub: { D: 1, Dlo: 0, Dscore: 0, Dout: 0 }'));
  });

  it('shares that do not add up to 1 are told with their sum, at the last one', () => {
    const mixture = (a: number, b: number, never = '') =>
      `{ mixture: [{ share: ${a}, weibull: { scale: 2d, shape: 4 } }, { share: ${b}, weibull: { scale: 9d, shape: 1 } }]${never} }`;
    assert.match(
      told(withLag(mixture(0.5, 0.7)))[0],
      /manual.lag.mixture\[1\].share: shares add up to 1.2, must be 1 \| 0.5 \+ 0.7; lower one of them/,
    );
    assert.match(told(withLag(mixture(0.5, 0.4, ', never: 0.05')))[0], /add up to 0.95.*never 0.05; raise/);
    load(withLag(mixture(0.1, 0.7, ', never: 0.2')));
  });

  it('a lag has exactly one law', () => {
    assert.match(told(withLag('{ never: 0.5 }'))[0], /must have exactly one of lognormal, weibull/);
    assert.match(
      told(withLag('{ weibull: { scale: 2d, shape: 4 }, lognormal: { median: 2d, sigma: 1 } }'))[0],
      /lognormal and weibull are given/,
    );
    assert.match(
      told(withLag('{ weibull: { scale: 2d, shape: 4 }, never: 0.5 }'))[0],
      /beside a mixture only/,
    );
    assert.match(
      told(withLag('tor-2016'))[0],
      /must be tor-2016-17 or .*not the text "tor-2016" \| did you mean/,
    );
    assert.match(
      told(withLag('{ weibull: { scale: 2d } }'))[0],
      /lag.weibull.shape: is missing \| add "shape: 4"/,
    );
  });

  it('a release after the end of the run is refused', () => {
    assert.match(
      told(withLines('duration: 1min'))[0],
      /^7:11 duration: the release at 1min comes when the run is over, at 1min/,
    );
    assert.match(
      told(SMALL.replace('strict-cells', 'strict-cells\n    at: 11min'))[0],
      /^5:9 updates\[0\].at: the release at 11min/,
    );
  });

  it('an empirical lag is read from a CSV beside the scenario, with its mistakes at its own lines', () => {
    const file = join(folder, 'scenario.yaml');
    writeFileSync(file, withLag('{ empirical: curve.csv }'));
    const csv = (text: string) => {
      writeFileSync(join(folder, 'curve.csv'), text);
      try {
        return loadScenario(file, {}, MODULES).scenario.arms[1];
      } catch (error) {
        assert(error instanceof ScenarioError);
        const [{ file: where, line, column, message }] = error.problems;
        return `${where.slice(folder.length + 1)}:${line}:${column} ${message}`;
      }
    };
    assert.deepEqual(csv('# observed\r\nday, fraction\r\n0,0\r\n7.5,0.25\r\n'), {
      kind: 'manual',
      name: 'manual',
      lag: { law: 'empirical', days: [0, 7.5], fractions: [0, 0.25] },
      untilDays: 7.5,
      drainSeconds: 30,
      restartSeconds: 60,
    });
    assert.equal(csv('day,share\n0,0\n'), 'curve.csv:1:1 the columns must be day,fraction');
    assert.equal(csv('day,fraction\n0,0\n7,x\n'), 'curve.csv:3:3 "x" is not a number');
    assert.equal(csv('day,fraction\n0,0\n7,0.2,1\n'), 'curve.csv:3:7 has 3 columns, not 2');
    assert.equal(csv('day,fraction\n0,0\n7,0.5\n7,0.6\n'), 'curve.csv:4:1 day 7 does not come after day 7');
    assert.equal(
      csv('day,fraction\n0,0.5\n\n7,0.4\n'),
      'curve.csv:4:3 fraction 0.4 is below the 0.5 of the day before',
    );
    assert.equal(csv('day,fraction\n0,0\n7,25\n'), 'curve.csv:3:3 fraction 25 is not between 0 and 1');
    assert.equal(csv('day,fraction\n-1,0\n7,1\n'), 'curve.csv:2:1 day -1 is not between 0 and 36500');
    assert.match(String(csv('day,fraction\n7,1\n')), /curve.csv:2:3 a curve needs at least two points/);
    assert.equal(csv(''), 'curve.csv:1:1 the table is empty');
    assert.match(
      String(csv(`day,fraction\n${'1,0\n'.repeat(501)}`)),
      /curve.csv:502:1 has more than 500 rows/,
    );
    rmSync(join(folder, 'curve.csv'));
    assert.throws(
      () => loadScenario(file, {}, MODULES),
      (error) =>
        error instanceof ScenarioError && error.problems[0].line === 7 && /no such CSV/.test(error.message),
    );
  });

  it('--set changes the tree before it is checked, and is named as the place of its mistakes', () => {
    const { scenario } = load(SMALL, {
      seed: '7',
      fidelity: 'full',
      set: ['network.relays=500', 'gossipsub.D=8', 'updates[0].at=30s', 'updates[1]={module: padding}'],
    });
    assert.equal(scenario.seed, 7);
    assert.equal(scenario.fidelity, 'full');
    assert.equal(scenario.network.relays, 500);
    assert.equal(scenario.gossipsub.D, 8);
    assert.deepEqual(
      scenario.updates.map(({ module, atSeconds }) => [module, atSeconds]),
      [
        ['strict-cells', 30],
        ['padding', 60],
      ],
    );
    assert.deepEqual(
      told(SMALL, { seed: 'x', set: ['network.relays=-1', 'netwrok.relays=3', 'oops', 'name.x=1'] }),
      [
        '--set oops : is not of the form path=value | for example --set network.relays=500',
        '--set name.x=1 : name holds no keys | check the path',
        '--seed x seed: must be a number, not the text "x" | for example 1',
        '--set network.relays=-1 network.relays: must be at least 2, not -1 | for example 7500',
        '--set netwrok.relays=3 netwrok: unknown key | did you mean network?',
      ],
    );
  });

  it('--set null takes a key out, and is a mistake where there is none', () => {
    const two = withLines('  other: { channel: circuit }', 'seed: 4');
    const { scenario } = load(two, { set: ['arms.other=null', 'seed=~'] });
    assert.deepEqual([scenario.arms.map(({ name }) => name), scenario.seed], [['live'], 1]);
    assert.match(
      told(two, { set: ['arms.othr=null'] })[0],
      /takes out a key that is not there \| did you mean other\?/,
    );
    assert.match(told(two, { set: ['updates[0]=null'] })[0], /an entry of a list cannot be taken out/);
  });

  it('--set of a key in an arm that is not there is a mistake; a new arm is given whole', () => {
    const [first] = told(SMALL, { set: ['arms.liv.channel=circuit'] });
    assert.equal(
      first,
      '--set arms.liv.channel=circuit : there is no arm liv | did you mean live? A new arm is given whole: arms.liv={channel: gossip}',
    );
    assert.equal(load(SMALL, { set: ['arms.more={channel: circuit}'] }).scenario.arms.length, 2);
  });

  it('--set takes indexes in brackets or after a point', () => {
    for (const path of ['updates[0].at', 'updates.0.at']) {
      assert.equal(load(SMALL, { set: [`${path}=7s`] }).scenario.updates[0].atSeconds, 7);
    }
    assert.match(
      told(SMALL, { set: ['updates.3.at=7s'] })[0],
      /there is no entry 3 \| entries are numbered from \[0\]; there is 1/,
    );
    assert.match(
      told(SMALL, { set: ['updates.at=7s'] })[0],
      /updates is a list \| name an entry, as in updates\[0\]/,
    );
  });

  it('files that are no scenario are told in one line each', () => {
    const refused = (name: string, content: string | Uint8Array) => {
      const file = join(folder, name);
      writeFileSync(file, content);
      try {
        loadScenario(file, {}, MODULES);
        return 'accepted';
      } catch (error) {
        assert(error instanceof ScenarioError, String(error));
        const { line, column, message } = error.problems[0];
        return `${line}:${column} ${message}`;
      }
    };
    assert.equal(refused('empty.yaml', ''), '1:1 the file is empty');
    assert.equal(refused('comment.yaml', '# nothing\n'), '1:1 the file is empty');
    assert.equal(
      refused('latin.yaml', Buffer.from('a: 1\nb: caf\xe9\n', 'latin1')),
      '2:1 is not UTF-8 text from here on',
    );
    assert.equal(refused('large.yaml', ' '.repeat(1024 * 1024 + 1)), 'null:null is larger than 1 MiB');
    assert.equal(refused('two.yaml', `${SMALL}---\n${SMALL}`), '7:1 a second document starts here');
    assert.equal(refused('list.yaml', '- a\n'), '1:1 must be a map of keys, not a list');
    assert.equal(refused('bom.yaml', `\ufeff${SMALL}`), 'accepted');
    assert.throws(
      () => loadScenario(join(folder, 'bom.yml')),
      /no such scenario file\n {4}hint: did you mean .*bom\.yaml/,
    );
    assert.throws(
      () => loadScenario(join(folder, 'scenarios', 'quick.yaml')),
      /no such scenario file\n {4}hint: did you mean scenarios\/quick\.yaml\?/,
    );
    assert.throws(() => loadScenario(folder), /is a folder/);
  });

  it('YAML that does not parse is told at its place', () => {
    assert.deepEqual(told('name: a\nseed: 1\nname: b\n'), [
      '3:1 : this key stands here twice | keep one of them; the other would be lost',
    ]);
    assert.match(told('name: a\n\tseed: 1\n')[0], /^2:1 : Tabs are not allowed/);
    assert.match(told('name: a: b\n')[0], /^1:7 : Nested mappings/);
    assert.match(told('name: "a\n')[0], /^1:9 : Missing closing/);
    assert.match(told('name: !secret a\n')[0], /^1:7 : tags are not read/);
  });
});
