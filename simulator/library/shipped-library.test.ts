/** The library of the project as it is committed: whole, of the scenarios as they are, and written by its generator. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Library } from './library.ts';
import { lackOf } from './library-page.ts';

const HOME = fileURLToPath(new URL('../../', import.meta.url));
const CHARTS = join(HOME, 'docs', 'scenarios');
/** A page of them all must still open quickly. */
const CHART_BYTES_MAX = 120_000;
const RENEW = 'npm run library';

describe('the library of the project', () => {
  const library = new Library(HOME);

  it('asks at least twenty questions', () => {
    assert.ok(library.scenarios.size >= 20, `${library.scenarios.size}`);
  });

  for (const [name, { scenario }] of library.scenarios) {
    it(`${name} has a question, a hypothesis, an answer with figures of this scenario, and a chart`, () => {
      assert.match(scenario.question, /\?$/);
      assert.ok(scenario.hypothesis.length > 10, 'no hypothesis');
      assert.match(scenario.answer, /\{[^}]+\}/, 'no figure in the answer');
      assert.equal(lackOf(scenario, library.figures[name]), null, `${RENEW} -- ${name}`);
      const chart = readFileSync(join(CHARTS, `${name}.svg`), 'utf8');
      assert.match(chart, /^<svg /);
      assert.ok(statSync(join(CHARTS, `${name}.svg`)).size <= CHART_BYTES_MAX);
    });
  }

  it('scenarios/README.md is what the generator makes of the scenarios and their figures', () => {
    assert.equal(readFileSync(library.pageFile, 'utf8'), library.page(), `${RENEW} -- --page`);
  });

  it('keeps no figures and no charts of scenarios that are gone', () => {
    const names = [...library.scenarios.keys()];
    assert.deepEqual(
      Object.keys(library.figures).filter((name) => !names.includes(name)),
      [],
    );
    assert.deepEqual(
      readdirSync(CHARTS).filter((file) => !names.includes(file.replace(/\.svg$/, ''))),
      [],
    );
  });
});
