/** The scenarios of the project: each must load and say what it asks; library/shipped-library.test.ts has what came out. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { loadScenario } from './load.ts';

const FOLDER = new URL('../../scenarios/', import.meta.url).pathname;
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

/** The comment that a file opens with, as one text. */
function opening(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('#'));
  return lines
    .slice(1, end)
    .map((line) => line.replace(/^# ?/, ''))
    .join('\n');
}

describe('the scenarios of the project', () => {
  it('there are those that the documents speak of', () => {
    for (const name of ['quick', 'tor7500', 'channels', 'late-join', 'staged-rollout', 'revocation']) {
      assert.ok(FILES.includes(`${name}.yaml`), name);
    }
    for (const name of ['strict-cells', 'no-downtime', 'flood', 'congestion', 'scheduling']) {
      assert.ok(FILES.includes(`${name}.yaml`), name);
    }
    assert.ok(FILES.includes('key-compromise.yaml') && FILES.includes('update-attacks.yaml'));
    for (const name of ['false-revocation', 'circuit-vs-gossip', 'heartbleed', 'end-of-life-2019']) {
      assert.ok(FILES.includes(`${name}.yaml`), name);
    }
  });

  for (const file of FILES) {
    it(`${file} loads, has its file's name, asks a question and says how to run it`, () => {
      const text = readFileSync(FOLDER + file, 'utf8');
      const { scenario } = loadScenario(FOLDER + file);
      assert.equal(`${scenario.name}.yaml`, file);
      assert.match(scenario.question, /\?$/);
      assert.match(text, /^# yaml-language-server: \$schema=\.\/schema\.json\n/);
      const verb = scenario.sweep === null ? 'simulate' : 'sweep';
      assert.ok(opening(text).includes(`npm run ${verb} -- scenarios/${file}`));
    });
  }

  it('every change that a file suggests gives a scenario that loads', () => {
    let tried = 0;
    for (const file of FILES) {
      const suggested = opening(readFileSync(FOLDER + file, 'utf8')).matchAll(/--set (?:'([^']+)'|(\S+))/g);
      for (const [, quoted, plain] of suggested) {
        tried += 1;
        loadScenario(FOLDER + file, { set: [(quoted ?? plain) as string] });
      }
    }
    assert.ok(tried > 15, `only ${tried} suggestions were seen`);
  });
});
