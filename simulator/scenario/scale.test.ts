import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { between, randomScenarios } from '../testing/random-scenario.ts';
import { load, MODULES, SMALL, told } from '../testing/small-scenario.ts';
import { scenarioFromText } from './load.ts';
import { DURATION_FLOOR_SECONDS, RELAYS_FLOOR, START_SECONDS, scaledSize, scaledYaml } from './scale.ts';
import type { Scenario } from './scenario.ts';

const seed = Number(process.env.RELAYWAVE_TEST_SEED ?? 1);

const WIDE = `name: wide
network: { relays: 2000, degree: 14 }
duration: 100min
updates:
  - module: strict-cells
    at: 10min
    size: 20KiB
    notBefore: 11min
    revoke: 50min
    rollout: { steps: [5%, 100%], every: 10min, jitter: 1min, minReports: 40 }
trust:
  timestampEvery: 20min
  timestampExpires: 40min
  rotations: [{ role: targets, at: 60min }]
presence:
  late: { share: 20%, from: 20min, to: 50min }
  away: { share: 10%, from: 5min, to: 15min, for: 20min }
adversary:
  share: 5%
  attacks: [{ attack: replay, from: 10min, to: end, every: 1min }]
traffic:
  clients: { count: 1000, from: 2s, to: 100s, circuitLife: 10min }
  flood: { from: 50min, circuitsPerSecond: 100, guards: 4 }
arms:
  gossip: { channel: gossip }
  directory: { channel: directory, directory: { interval: 1h, uplink: 10 Mbit/s } }
  manual: { channel: manual, lag: { weibull: { scale: 2d, shape: 4 } }, until: 90d, drain: 30s }
`;

/** What is left of the time after the start, from 100 min to 10 min. */
const FACTOR = (600 - START_SECONDS) / (6000 - START_SECONDS);
const down = (seconds: number) => Math.floor(seconds * 1e6 + 1e-3) / 1e6;
const time = (seconds: number) => down(seconds * FACTOR);
const moment = (seconds: number) => down(START_SECONDS + (seconds - START_SECONDS) * FACTOR);

describe('--scale', () => {
  it('shrinks relays and duration, and what follows from the two; nothing else', () => {
    const full = load(WIDE).scenario;
    const { scenario, scaled } = load(WIDE, { scale: '0.1' });
    assert.equal(
      scaled?.summary,
      "scaled to 0.1: 200 of 2000 relays for 10min of 100min; such figures do not answer the scenario's question",
    );
    const { clients, flood } = full.traffic;
    const expected: Scenario = {
      ...full,
      network: { ...full.network, relays: 200, startSeconds: moment(30) },
      durationSeconds: 600,
      updates: [
        {
          ...full.updates[0],
          atSeconds: moment(600),
          notBeforeSeconds: moment(660),
          revokeAtSeconds: moment(3000),
          rollout: {
            ...full.updates[0].rollout!,
            everySeconds: time(600),
            jitterSeconds: time(60),
            minReports: 4,
          },
        },
      ],
      trust: {
        ...full.trust,
        timestampEverySeconds: time(1200),
        timestampExpiresSeconds: time(2400),
        rotations: [{ role: 'targets', atSeconds: moment(3600) }],
      },
      presence: {
        late: { share: 0.2, fromSeconds: moment(1200), toSeconds: moment(3000) },
        away: { share: 0.1, fromSeconds: moment(300), toSeconds: moment(900), forSeconds: time(1200) },
      },
      adversary: {
        share: 0.05,
        attacks: [
          { ...full.adversary!.attacks[0], fromSeconds: moment(600), toSeconds: 600, everySeconds: time(60) },
        ],
      },
      traffic: {
        ...full.traffic,
        clients: { ...clients!, count: 100, fromSeconds: 2, toSeconds: moment(100) },
        flood: { ...flood!, fromSeconds: moment(3000), toSeconds: 600, guards: 1 },
      },
      arms: full.arms.map((arm) => {
        if (arm.kind === 'manual' || !arm.channels.includes('directory')) return arm;
        return { ...arm, directory: { ...arm.directory, intervalSeconds: time(3600) } };
      }),
    };
    assert.deepEqual(scenario, expected);
  });

  it('defaults are scaled like what is spelled out', () => {
    const { scenario } = load(SMALL.replace('100', '1000'), { scale: '10%' });
    assert.equal(scenario.durationSeconds, 60);
    assert.equal(scenario.updates[0].atSeconds, down(5 + (55 * 55) / 595));
  });

  it('changes by --set are part of what is scaled', () => {
    const { scenario } = load(SMALL, { set: ['network.relays=1000', 'duration=20min'], scale: '0.5' });
    assert.deepEqual([scenario.network.relays, scenario.durationSeconds], [500, 600]);
  });

  it('neither relays nor duration go below their floors, and a smaller scenario keeps its own', () => {
    const size = (text: string) => scaledSize(load(text).scenario, 1e-6);
    assert.deepEqual(size(SMALL), { relays: RELAYS_FLOOR, durationSeconds: DURATION_FLOOR_SECONDS });
    const tiny = `${SMALL.replace('100', '20')}duration: 10s\n`.replace('cells', 'cells\n    at: 1s');
    assert.deepEqual(size(tiny), { relays: 20, durationSeconds: 10 });
    // 2 % of 50 relays would be one; a first step of 1 % needs a hundred.
    assert.equal(
      size(WIDE.replace('5%, 100%', '1%, 100%').replace('minReports: 40', 'minReports: 2')).relays,
      100,
    );
  });

  it('a degree that the smaller network cannot have becomes the highest that it can', () => {
    const text = SMALL.replace('relays: 100', 'relays: 1000, degree: 400');
    assert.equal(load(text, { scale: '0.1' }).scenario.network.degree, 99);
  });

  it('1 changes nothing, and says nothing', () => {
    const { scenario, scaled } = load(WIDE, { scale: '100%' });
    assert.deepEqual(scenario, load(WIDE).scenario);
    assert.equal(scaled, null);
  });

  it('what is no share of the size is refused beside the mistakes of the file', () => {
    for (const scale of ['0', '-1', '1.01', '101%', 'x', '', 'NaN', 'Infinity']) {
      assert.match(
        told(SMALL, { scale })[0],
        /^--scale .* : is not (a share|above 0 and at most 1) \| /,
        scale,
      );
    }
    assert.equal(told(`${SMALL}sed: 1\n`, { scale: '7' }).length, 2);
  });

  it('random scenarios are valid at any scale', () => {
    fc.assert(
      fc.property(randomScenarios, between(1e-6, 1), (scenario, scale) => {
        const { text, size } = scaledYaml(scenario, scale);
        const smaller = scenarioFromText('scaled.yaml', text, {}, MODULES).scenario;
        assert.equal(smaller.network.relays, size.relays);
        assert.equal(smaller.durationSeconds, size.durationSeconds);
      }),
      { seed, numRuns: 150 },
    );
  });
});
