import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DrawnArm, JobState, ListedRun, RunCurves } from '../../view/api-shapes.ts';
import { linesOfRun, linesOfRuns, spanOf } from './drawn-lines.ts';
import { filteredRuns, sortedRuns } from './list-sort.ts';
import { addressOf, type Route, routeOf } from './route.ts';
import { changesOf, EMPTY_FORM, requestOf, startRequestOf } from './run-form.ts';
import { clockSeconds, progressInWords, seedsInWords } from './words.ts';

function listed(id: string, changes: Partial<ListedRun> = {}): ListedRun {
  return {
    id,
    kind: 'run',
    scenario: id.split('/')[0] as string,
    seeds: [1],
    engine: 'gossipsub',
    relays: 500,
    writtenAt: '2026-01-01T00:00:00Z',
    arms: [],
    violations: 0,
    bytes: 1000,
    problem: null,
    isScaled: false,
    ...changes,
  };
}

const half = (t50Seconds: number | null, isLive = true) => ({
  arms: [{ name: 'a', isLive, t50Seconds, t99Seconds: null, reachedFraction: 1 }],
});

describe('addresses of the page', () => {
  it('lead back to where they were made, whatever a run is called', () => {
    const routes: Route[] = [
      { page: 'list' },
      { page: 'run', id: 'a b/ü&id=x?#%/seed-1' },
      { page: 'compare', ids: ['a/seed-1', 'b&c/seed-1'] },
      { page: 'new', file: null },
      { page: 'new', file: 'quick.yaml' },
      { page: 'live', id: 'x_-9' },
    ];
    for (const route of routes) assert.deepEqual(routeOf(addressOf(route)), route);
  });

  it('that are none lead to the list', () => {
    for (const address of ['', '#', '#/nowhere', '#/run', '#/live?x=1']) {
      assert.deepEqual(routeOf(address), { page: 'list' }, address);
    }
  });
});

describe('the list of runs', () => {
  const runs = [
    listed('quick/seed-10', half(2)),
    listed('quick/seed-9', half(null)),
    listed('dense/seed-1', half(1)),
    listed('bare/seed-1', half(3, false)),
  ];
  const ids = (found: readonly ListedRun[]) => found.map(({ id }) => id);

  it('sorts numbers in names as numbers, and puts what has no value last in either direction', () => {
    const byName = ['bare/seed-1', 'dense/seed-1', 'quick/seed-9', 'quick/seed-10'];
    assert.deepEqual(ids(sortedRuns(runs, { key: 'id', isDown: false })), byName);
    const up = ids(sortedRuns(runs, { key: 'live', isDown: false }));
    const down = ids(sortedRuns(runs, { key: 'live', isDown: true }));
    assert.deepEqual(up.slice(0, 2), ['dense/seed-1', 'quick/seed-10']);
    assert.deepEqual(down.slice(0, 2), ['quick/seed-10', 'dense/seed-1']);
    assert.deepEqual(ids(sortedRuns(runs, { key: 'manual', isDown: true }))[0], 'bare/seed-1');
  });

  it('finds runs that have every word, in any order and case', () => {
    assert.deepEqual(ids(filteredRuns(runs, ' SEED-1  quick ')), ['quick/seed-10']);
    assert.equal(filteredRuns(runs, '').length, 4);
    assert.equal(filteredRuns(runs, 'gossipsub nothing').length, 0);
  });
});

describe('the form of a new run', () => {
  it('asks for nothing that was left as it is', () => {
    assert.deepEqual(requestOf(EMPTY_FORM, 'quick.yaml', null), { file: 'quick.yaml' });
  });

  it('takes fields, other keys and the edited text', () => {
    const form = {
      ...EMPTY_FORM,
      seed: ' 7 ',
      runs: '6',
      scale: '5%',
      replace: true,
      important: { 'network.relays': '40', duration: ' ' },
      others: [
        { path: 'gossipsub.D', value: '8' },
        { path: '', value: 'x' },
        { path: 'x', value: '' },
      ],
    };
    assert.deepEqual(changesOf(form), ['network.relays=40', 'gossipsub.D=8']);
    assert.deepEqual(startRequestOf(form, 'quick.yaml', 'name: x'), {
      file: 'quick.yaml',
      text: 'name: x',
      seed: '7',
      scale: '5%',
      runs: 6,
      set: ['network.relays=40', 'gossipsub.D=8'],
      replace: true,
    });
  });
});

describe('lines of a chart', () => {
  const arm = (name: string, isLive: boolean, seconds: number[], horizonSeconds: number): DrawnArm => ({
    name,
    isLive,
    horizonSeconds,
    seconds,
    fractionOfRelays: seconds.map((_s, index) => (index + 1) / seconds.length),
    fractionOfConsensusWeight: seconds.map(() => 0.5),
    band: null,
  });
  const run: RunCurves = {
    id: 'one',
    arms: [
      arm('live', true, [0.1, 0.2], 60),
      arm('manual', false, [1e5, 1e6], 4e7),
      arm('none', true, [], 60),
    ],
    historical: [{ name: 'tor-2016-17', seconds: [0, 1], fraction: [0, 0.1] }],
  };

  it('of one run: its arms and the history; by weight, and of gossip alone, without the history', () => {
    const names = (weighting: 'relays' | 'weight', choice: 'all' | 'live' | 'manual') =>
      linesOfRun(run, weighting, choice).map(({ name }) => name);
    assert.deepEqual(names('relays', 'all'), ['live', 'manual', 'tor-2016-17 (observed)']);
    assert.deepEqual(names('relays', 'live'), ['live']);
    assert.deepEqual(names('weight', 'manual'), ['manual']);
  });

  it('of several runs: a colour for each run, a dash for each arm, and no arm that reached nobody', () => {
    const lines = linesOfRuns([run, { ...run, id: 'other' }], 'relays', 'all');
    assert.deepEqual(
      lines.map(({ name }) => name),
      ['one: live', 'one: manual', 'other: live', 'other: manual'],
    );
    assert.equal(lines[0]?.colour, lines[1]?.colour);
    assert.notEqual(lines[0]?.colour, lines[2]?.colour);
    assert.equal(lines[1]?.dash, lines[3]?.dash);
    assert.notEqual(lines[0]?.dash, lines[1]?.dash);
  });

  it('span what is chosen: to the last relay by gossip, to the horizon by hand', () => {
    const live = spanOf([run], 'live');
    assert(live.toSeconds > 0.2 && live.toSeconds < 1);
    assert(live.logFromSeconds > 0 && live.logFromSeconds < 0.1);
    assert.equal(spanOf([run], 'all').toSeconds, 4e7);
    const empty = spanOf([{ ...run, arms: [] }], 'all');
    assert(empty.logFromSeconds > 0 && empty.toSeconds > empty.logFromSeconds);
  });
});

describe('words', () => {
  it('of a run that goes on: phase, virtual time, and a guess once there is something to guess from', () => {
    const state = {
      status: 'running',
      phase: 'run',
      fraction: 0.25,
      startedAtWallMs: 1000,
      virtualSeconds: 30,
      durationSeconds: 120,
    } as JobState;
    assert.equal(progressInWords(state, 21_000), 'running, virtual time 30 s of 2 min, about 1 min 0 s left');
    assert.equal(progressInWords({ ...state, fraction: 0.01 }, 2000), 'running, virtual time 30 s of 2 min');
    assert.equal(progressInWords({ ...state, status: 'stopped' }, 2000), 'stopped');
  });

  it('of seeds and of time on a clock', () => {
    assert.equal(seedsInWords([4]), 'seed 4');
    assert.equal(seedsInWords([1, 2, 3]), '3 seeds, 1 to 3');
    assert.deepEqual([59.4, 60, 3599, 7260].map(clockSeconds), [
      '59 s',
      '1 min 0 s',
      '59 min 59 s',
      '2 h 1 min',
    ]);
  });
});
