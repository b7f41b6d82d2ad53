/** All runs: found by a word, in any order, opened, or chosen to be compared. */

import { useState } from 'preact/hooks';
import { humanBytes } from '../../report/human-units.ts';
import type { JobState, ListedRun } from '../../view/api-shapes.ts';
import { COMPARED_MAX } from '../../view/api-terms.ts';
import { api } from './api.ts';
import { Heading } from './layout.tsx';
import { filteredRuns, halfOf, type Sorting, type SortKey, sortedRuns } from './list-sort.ts';
import { addressOf } from './route.ts';
import { Told } from './told.tsx';
import { useLoaded } from './use-loaded.ts';
import { dateInWords, KIND_WORDS, relaysInWords, STATUS_WORDS, seedsInWords, timeOrNever } from './words.ts';

const COLUMNS: readonly { readonly key: SortKey; readonly word: string; readonly isFigure: boolean }[] = [
  { key: 'id', word: 'run', isFigure: false },
  { key: 'relays', word: 'relays', isFigure: true },
  { key: 'live', word: 'half, gossiped', isFigure: true },
  { key: 'manual', word: 'half, by hand', isFigure: true },
  { key: 'writtenAt', word: 'written', isFigure: false },
  { key: 'bytes', word: 'size', isFigure: true },
];

export function RunListPage() {
  const loaded = useLoaded('runs', api.runs);
  const jobs = useLoaded('jobs', api.jobs);
  return (
    <>
      <Heading>Runs</Heading>
      {jobs.value !== null && <Jobs jobs={jobs.value} />}
      <Told loaded={loaded}>
        {({ runs, isCut }) => (
          <>
            <RunTable runs={runs} />
            {isCut && <p class="faint">There are more, deeper in results/ or beyond the first 3,000.</p>}
          </>
        )}
      </Told>
    </>
  );
}

function Jobs({ jobs }: { readonly jobs: readonly JobState[] }) {
  if (jobs.length === 0) return null;
  return (
    <section aria-label="Started from this page">
      <ul class="jobs">
        {jobs.slice(0, 6).map((job) => (
          <li key={job.id}>
            <a href={addressOf({ page: 'live', id: job.id })}>{job.scenario}</a>{' '}
            <span class={`status ${job.status}`}>{STATUS_WORDS[job.status]}</span>
            {job.status === 'running' && <span class="faint"> {Math.round(job.fraction * 100)} %</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function RunTable({ runs }: { readonly runs: readonly ListedRun[] }) {
  const [filter, setFilter] = useState('');
  const [sorting, setSorting] = useState<Sorting>({ key: 'writtenAt', isDown: true });
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const shown = sortedRuns(filteredRuns(runs, filter), sorting);
  if (runs.length === 0) {
    return (
      <p>
        There are no runs under results/ yet.{' '}
        <a href={addressOf({ page: 'new', file: 'quick.yaml' })}>Start one</a>, or run{' '}
        <code>npm run simulate -- scenarios/quick.yaml</code>.
      </p>
    );
  }
  const choose = (id: string) =>
    setChosen(
      chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id].slice(-COMPARED_MAX),
    );
  return (
    <>
      <div class="tools">
        <label>
          Filter{' '}
          <input
            type="search"
            value={filter}
            placeholder="quick seed-1"
            onInput={({ currentTarget }) => setFilter(currentTarget.value)}
          />
        </label>
        <span class="faint" role="status">
          {shown.length === runs.length ? `${runs.length} in all` : `${shown.length} of ${runs.length}`}
        </span>
        {chosen.length < 2 ? (
          <span class="faint">tick two or more to compare them</span>
        ) : (
          <a class="button" href={addressOf({ page: 'compare', ids: chosen })}>
            Compare {chosen.length} runs
          </a>
        )}
      </div>
      <div class="scroll">
        <table class="runs">
          <thead>
            <tr>
              <th scope="col">
                <span class="unseen">chosen</span>
              </th>
              {COLUMNS.map((column) => (
                <ColumnHead key={column.key} column={column} sorting={sorting} onSort={setSorting} />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((run) => (
              <RunRow
                key={run.id}
                run={run}
                isChosen={chosen.includes(run.id)}
                onChoose={() => choose(run.id)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length === 0 && <p class="faint">No run has all of these words.</p>}
    </>
  );
}

function ColumnHead({
  column: { key, word, isFigure },
  sorting,
  onSort,
}: {
  readonly column: (typeof COLUMNS)[number];
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
}) {
  const isOn = sorting.key === key;
  const order = isOn ? (sorting.isDown ? 'descending' : 'ascending') : 'none';
  return (
    <th scope="col" aria-sort={order} class={`${key} ${isFigure ? 'figure' : ''}`}>
      <button
        type="button"
        onClick={() => onSort({ key, isDown: isOn ? !sorting.isDown : key === 'writtenAt' })}
      >
        {word}
        <span aria-hidden="true">{isOn ? (sorting.isDown ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}

function half(run: ListedRun, isLive: boolean): string {
  return run.arms.some((arm) => arm.isLive === isLive) ? timeOrNever(halfOf(run, isLive)) : '–';
}

function RunRow({
  run,
  isChosen,
  onChoose,
}: {
  readonly run: ListedRun;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}) {
  const { id, kind, engine, seeds, violations, problem, isScaled } = run;
  const canBeCompared = kind === 'run' || kind === 'runs';
  const notes = [
    ...(kind === 'run' || kind === 'runs' ? [] : [KIND_WORDS[kind]]),
    ...(seeds.length === 0 ? [] : [seedsInWords(seeds)]),
    ...(engine === '' ? [] : [engine]),
  ];
  return (
    <tr class={kind}>
      <td class="choose">
        {canBeCompared && (
          <input type="checkbox" checked={isChosen} aria-label={`compare ${id}`} onChange={onChoose} />
        )}
      </td>
      <td class="id">
        <a href={addressOf({ page: 'run', id })}>{id}</a>
        <span class="notes">
          {notes.join(', ')}
          {isScaled && <b class="mark"> scaled down</b>}
          {(violations ?? 0) > 0 && <b class="mark bad"> {violations} broken invariants</b>}
          {problem !== null && <span class="mark bad"> {problem}</span>}
        </span>
      </td>
      <td class="relays figure">{relaysInWords(run.relays)}</td>
      <td class="live figure">{half(run, true)}</td>
      <td class="manual figure">{half(run, false)}</td>
      <td class="writtenAt">{dateInWords(run.writtenAt)}</td>
      <td class="bytes figure">{humanBytes(run.bytes)}</td>
    </tr>
  );
}
