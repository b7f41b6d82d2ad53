import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { scenarioFromText } from '../scenario/load.ts';
import { ScenarioError } from '../scenario/problem.ts';
import { scenarioKeys } from './scenario-keys.ts';

const QUICK = readFileSync(fileURLToPath(new URL('../../scenarios/quick.yaml', import.meta.url)), 'utf8');

describe('keys of the form', () => {
  it('say what the schema says', () => {
    const keys = new Map(scenarioKeys().map((key) => [key.path, key]));
    const relays = keys.get('network.relays');
    assert.match(relays?.description ?? '', /^Number of relays/);
    assert.deepEqual([relays?.isNumber, relays?.least, relays?.example], [true, 2, '7500']);
    assert.equal(keys.get('duration')?.standard, '10min');
    assert.deepEqual(keys.get('fidelity')?.words, ['full', 'fast']);
    assert(keys.has('updates[0].size'));
    assert(!keys.has('name') && !keys.has('arms') && !keys.has('network'));
  });

  it('are keys that the language knows: --set takes each of them, whatever it says of the value', () => {
    for (const { path } of scenarioKeys()) {
      try {
        scenarioFromText('quick.yaml', QUICK, { set: [`${path}=1`] });
      } catch (error) {
        assert(error instanceof ScenarioError);
        for (const { message } of error.problems)
          assert(!/unknown key|no such key/.test(message), `${path}: ${message}`);
      }
    }
  });
});
