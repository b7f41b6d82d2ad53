import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scenarioFromText } from './load.ts';
import { ScenarioError } from './problem.ts';

function load(arm: string, more = '') {
  return scenarioFromText(
    'x.yaml',
    `name: x
network: { relays: 100 }
updates: [{ module: strict-cells }]
arms:
  live: { channel: gossip }
  manual: { channel: manual, lag: tor-2016-17${arm} }
${more}`,
  );
}

function refused(arm: string, more = ''): string[] {
  try {
    load(arm, more);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(({ line, path, message }) => `${line} ${path}: ${message}`);
  }
  return [];
}

test('reject: a day, and whether who upgrades later is listed again; left out where it is not asked for', () => {
  const arm = load(', reject: { after: 9d, readmit: false }').scenario.arms[1];
  assert.deepEqual(arm?.kind === 'manual' && arm.reject, { afterDays: 9, readmits: false });
  assert.match(load(', reject: { after: 36h }').resolvedYaml, /reject:\n\s+after: 1\.5d\n\s+readmit: true/);
  assert.doesNotMatch(load('').resolvedYaml, /reject/);
});

test('reject: refused after the end of the curve, and with clients, who would not heed it', () => {
  assert.deepEqual(refused(', until: 20d, reject: { after: 30d }'), [
    '6 arms.manual.reject.after: 30d comes when the curve has ended, at 20d',
  ]);
  const [problem] = refused(', reject: { after: 9d }', 'traffic: { clients: { count: 5 } }\n');
  assert.match(problem ?? '', /^6 arms\.manual\.reject: the circuits of clients do not heed it/);
});
