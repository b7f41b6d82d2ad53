import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Fault, lineOf, plant } from './fault.ts';
import { FAULTS } from './faults.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(join(PROJECT, file), 'utf8');

/** Rooms of which `make mutants` says how well they are watched. */
const ROOMS = [
  'node/trust',
  'node/updates',
  'node/hooks',
  'node/wasm',
  'node/channels',
  'node/relay',
  'node/daemon',
  'updates/repository',
  'simulator/engine/gossipsub',
  'simulator/engine/model',
  'simulator/population',
  'simulator/measure',
  'simulator/arms',
  'simulator/scenario',
  'simulator/report',
  'simulator/cli',
  'simulator/sweep',
];

const EXAMPLE: Fault = { wrong: 'adds', file: 'sum.ts', find: 'a - b', replace: 'a + b', tests: [] };

describe('planted faults', () => {
  it('fit the sources as they are: each text occurs once, and what takes its place compiles', () => {
    for (const fault of FAULTS) {
      const source = read(fault.file);
      assert.notEqual(plant(source, fault), source, fault.wrong);
    }
  });

  it('are told apart by what they say', () => {
    assert.equal(new Set(FAULTS.map(({ wrong }) => wrong)).size, FAULTS.length);
  });

  it('name tests or scenarios that are there', () => {
    for (const { wrong, tests, runs = [] } of FAULTS) {
      assert.ok(tests.length + runs.length > 0, wrong);
      for (const file of [...tests, ...runs.map((words) => words.split(' ')[0]!)]) {
        assert.ok(existsSync(join(PROJECT, file)), `${wrong}: there is no ${file}`);
      }
    }
  });

  it('are in every room, and more than fifty', () => {
    assert.ok(FAULTS.length > 50);
    for (const room of ROOMS)
      assert.ok(
        FAULTS.some(({ file }) => file.startsWith(`${room}/`)),
        room,
      );
  });

  it('are those of docs/planted-faults.md, all caught', () => {
    const page = read('docs/planted-faults.md');
    for (const { wrong } of FAULTS) assert.ok(page.includes(`\n| ${wrong} | `), `run make mutants: ${wrong}`);
    assert.ok(page.includes(`\n${FAULTS.length} faults, ${FAULTS.length} caught.\n`));
  });
});

describe('planting a fault', () => {
  it('changes its place and nothing else', () => {
    const source = 'export const difference = (a: number, b: number) =>\n  a - b;\n';
    assert.equal(plant(source, EXAMPLE), source.replace('-', '+'));
    assert.equal(lineOf(source, EXAMPLE), 2);
  });

  it('is refused where the source has moved on, where it changes nothing, and where it is no program', () => {
    assert.throws(() => plant('a * b;\n', EXAMPLE), /sum\.ts: the text of the fault occurs 0 times/);
    assert.throws(() => plant('a - b;\na - b;\n', EXAMPLE), /occurs 2 times/);
    assert.throws(() => plant('a - b;\n', { ...EXAMPLE, replace: 'a - b' }), /changes nothing/);
    assert.throws(() => plant('a - b;\n', { ...EXAMPLE, replace: 'a +' }), /Unexpected/);
  });
});
