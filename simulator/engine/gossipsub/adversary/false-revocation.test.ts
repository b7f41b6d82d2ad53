import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runScenario } from '../../../arms/run.ts';
import { summarize } from '../../../measure/summary.ts';
import { testScenario } from '../../../testing/test-scenario.ts';

/** A fix that all relays run, and peers that say from then on that it was revoked. */
async function claimedWith(keys: number) {
  const { outcome } = await runScenario(
    testScenario({
      durationSeconds: 60,
      network: { ...testScenario().network, relays: 60 },
      adversary: {
        share: 0.1,
        attacks: [
          { attack: 'false-revocation', fromSeconds: 30, toSeconds: 60, everySeconds: 5, keys, module: '' },
        ],
      },
    }),
    {},
  );
  const summary = summarize(outcome, []);
  const { live } = summary.arms;
  const attempts = live?.trust?.attempts['false-revocation'] ?? 0;
  return { summary, attempts, running: live?.updates[0]?.runningFraction, trust: live?.trust };
}

describe('a false revocation', () => {
  it('that only its sender has signed takes the fix from nobody, and is refused', async () => {
    const { attempts, running, trust, summary } = await claimedWith(0);
    assert.ok(attempts > 10, `${attempts} claims`);
    assert.equal(running, summary.arms.live?.reachedFraction);
    assert.ok(running !== undefined && running >= 0.9);
    assert.ok((trust?.refusals['below-threshold'] ?? 0) > 0, JSON.stringify(trust));
    assert.equal(summary.violations, 0);
  });

  it('with one stolen key of the two that it takes is refused as well', async () => {
    const { attempts, running, trust, summary } = await claimedWith(1);
    assert.ok(attempts > 10, `${attempts} claims`);
    assert.equal(running, summary.arms.live?.reachedFraction);
    assert.ok((trust?.refusals['below-threshold'] ?? 0) > 0, JSON.stringify(trust));
  });

  it('with as many stolen keys as it takes is believed by everybody', async () => {
    const { running, summary } = await claimedWith(2);
    assert.ok((summary.arms.live?.reachedFraction ?? 0) >= 0.9);
    assert.equal(running, 0);
  });
});
