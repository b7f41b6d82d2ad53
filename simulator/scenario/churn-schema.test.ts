import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load, told, withLines } from '../testing/small-scenario.ts';
import type { ChurnPlan } from './churn-plan.ts';

const SOME = '{ share: 20%, session: { constant: 8h }, absence: { exponential: { mean: 2h } } }';

function churn(keys: string, more = ''): ChurnPlan | null {
  return load(withLines(`churn: ${keys}`, more)).scenario.churn;
}

function refused(keys: string, more = ''): string[] {
  return told(withLines(`churn: ${keys}`, more));
}

describe('churn', () => {
  it('nobody comes or goes unless the file says so', () => {
    assert.equal(load(withLines()).scenario.churn, null);
    assert.equal(churn('none'), null);
    assert.deepEqual(churn('tor-2025-11'), { kind: 'measured', name: 'tor-2025-11' });
  });

  it('laws of every sort are read with their units', () => {
    assert.deepEqual(
      churn(
        `{ classes: [${SOME}, { share: 0.1, session: { uniform: [1h, 9h] }, absence: { lognormal: { median: 1d, sigma: 1.5 } } }], arrivals: 30, restarts: { every: 7d, for: 30s } }`,
      ),
      {
        kind: 'laws',
        classes: [
          {
            share: 0.2,
            session: { law: 'constant', seconds: 28_800 },
            absence: { law: 'exponential', meanSeconds: 7200 },
          },
          {
            share: 0.1,
            session: { law: 'uniform', minSeconds: 3600, maxSeconds: 32_400 },
            absence: { law: 'lognormal', medianSeconds: 86_400, sigma: 1.5 },
          },
        ],
        arrivalsPerDay: 30,
        departuresPerDay: 0,
        restarts: { everySeconds: 604_800, forSeconds: 30 },
      },
    );
  });

  it('shares above 1, two laws at once, spans backwards and spells of no length are refused', () => {
    assert.match(
      refused(`{ classes: [${SOME}, ${SOME.replace('20%', '90%')}] }`)[0],
      /add up to 1.1, must be at most 1/,
    );
    assert.match(
      refused(
        '{ classes: [{ share: 1, session: { constant: 8h, exponential: { mean: 1h } }, absence: { constant: 1h } }] }',
      )[0],
      /exactly one of constant, uniform, exponential, lognormal/,
    );
    assert.match(
      refused('{ classes: [{ share: 1, session: { uniform: [9h, 1h] }, absence: { constant: 1h } }] }')[0],
      /from 9h to 1h is no span/,
    );
    assert.match(
      refused('{ classes: [{ share: 1, session: { constant: 5ms }, absence: { constant: 1h } }] }')[0],
      /must be at least 1s/,
    );
    assert.equal(refused('tor-2024').length, 1);
  });

  it('it stands beside neither relays that are late or away once, nor clients, nor faults', () => {
    assert.match(
      refused('tor-2025-11', 'operators: tor-2025-26')[0],
      /operators: what operators let their relays do in a live arm is not simulated with churn/,
    );
    assert.match(
      refused('tor-2025-11', 'faults: [{ kind: crash, from: 50s, for: 1min, targets: { share: 10% } }]')[0],
      /faults: faults happen to relays that stay: not simulated with churn/,
    );
    assert.match(
      refused('tor-2025-11', 'presence: { late: { share: 20%, from: 2min, to: 5min } }')[0],
      /presence.late: presence.late and churn both say who is there/,
    );
    const fixed = withLines('churn: tor-2025-11').replace('relays: 100', 'relays: 100, populationSeed: 1');
    assert.match(told(fixed)[0] ?? '', /network.populationSeed: how many relays join depends on the seed/);
    assert.match(
      refused('tor-2025-11', 'traffic: { clients: { count: 10 } }')[0],
      /not simulated with churn/,
    );
  });

  it('more of it than a run can hold is refused with a number', () => {
    const busy = '{ classes: [{ share: 1, session: { constant: 1s }, absence: { constant: 1s } }] }';
    assert.match(
      refused(busy, 'duration: 365d')[0],
      /churn.classes: relays would come back some [\d.]+ million times in all/,
    );
    assert.match(
      refused('{ arrivals: 100000 }', 'duration: 365d')[0],
      /churn.arrivals: 100000 a day are 36.5 million new relays/,
    );
  });
});
