import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareReleases } from '../../arms/release.ts';
import { drawPopulation } from '../../population/draw.ts';
import { testScenario } from '../../testing/test-scenario.ts';
import { sharedColumns, stageColumn } from '../gossipsub/job.ts';
import { InvariantError } from '../invariants/violation.ts';
import type { RelayNews } from './messages.ts';
import { StageReplay } from './stage-replay.ts';

const { network } = testScenario();
const scenario = testScenario({ network: { ...network, relays: 4 } });
const population = drawPopulation(scenario.network, scenario.traffic, scenario.seed);
const releases = await prepareReleases(scenario);
const { moduleSha256: sha256 } = releases[0]!;

function replaying(...news: readonly RelayNews[]) {
  const shared = sharedColumns(4, 0, 1, 1);
  const replay = new StageReplay({ scenario, population, releases, shared });
  for (const one of news) replay.record(one);
  return { replay, column: (stage: 'heard' | 'verified' | 'activated') => stageColumn(shared, 4, 0, stage) };
}

function heard(relay: number, atUs: number): RelayNews {
  return { kind: 'heard', relay, sha256, atUs };
}

test('news: stages go where simulated relays have theirs, whichever process tells first', () => {
  const { column } = replaying(heard(2, 9e6), heard(0, 4e6), {
    kind: 'verified',
    relay: 0,
    sha256,
    atUs: 5e6,
  });
  assert.deepEqual([...column('heard')], [4e6, Number.NaN, 9e6, Number.NaN]);
  assert.deepEqual([...column('verified')], [5e6, Number.NaN, Number.NaN, Number.NaN]);
});

test('news: a relay that comes to a stage before the one before it ends the run', () => {
  assert.throws(
    () => replaying({ kind: 'verified', relay: 1, sha256, atUs: 5e6 }),
    (error) => error instanceof InvariantError && error.message.includes('before it had heard'),
  );
});

test('news: what happens after the end of the run is no part of it', () => {
  const { column } = replaying(heard(1, scenario.durationSeconds * 1e6 + 1));
  assert(Number.isNaN(column('heard')[1]));
});

test('news: a relay that was killed may come to a stage again, and the first time counts', () => {
  const { replay, column } = replaying(heard(3, 4e6));
  replay.killed(3, 5e6);
  replay.record({ kind: 'restarted', relay: 3, running: [], atUs: 6e6 });
  replay.record(heard(3, 7e6));
  assert.equal(column('heard')[3], 4e6);
  assert.throws(() => replaying(heard(3, 4e6), heard(3, 7e6)), InvariantError);
});

test('news: refusals, alarms and modules that are taken out are counted', () => {
  const transition = { kind: 'transition', relay: 0, hook: releases[0]!.request.hook, sha256 } as const;
  const steps = (['heard', 'verified', 'staged'] as const).map(
    (kind): RelayNews => ({ kind, relay: 0, sha256, atUs: 1e6 }),
  );
  const { replay, column } = replaying(
    { kind: 'refused', relay: 1, reason: 'malformed', atUs: 1e6 },
    { kind: 'stale', relay: 2, atUs: 1e6 },
    ...steps,
    { ...transition, transition: 'activated', reason: 'cell', activeHash: sha256, atUs: 2e6 } as RelayNews,
    { ...transition, transition: 'rolled-back', reason: 'trap', activeHash: null, atUs: 3e6 } as RelayNews,
  );
  const { recorder } = replay;
  assert.deepEqual(recorder.refusals, { malformed: 1 });
  assert.equal(recorder.stale.size, 1);
  assert.equal(column('activated')[0], 2e6);
  assert.equal(recorder.rolledBack, 1);
});
