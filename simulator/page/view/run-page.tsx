/** One run: what was asked and came out, its curves, its files. */

import { RUNS_FOR_CONFIDENCE } from '../../measure/bootstrap.ts';
import { countOf, humanBytes } from '../../report/human-units.ts';
import type { ListedRun, RunDetail } from '../../view/api-shapes.ts';
import { api, fileAddress } from './api.ts';
import { CurvesFigure } from './curves-figure.tsx';
import { Heading } from './layout.tsx';
import { addressOf } from './route.ts';
import { Told } from './told.tsx';
import { useLoaded } from './use-loaded.ts';
import { dateInWords, KIND_WORDS, reachedInWords, seedsInWords, timeOrNever } from './words.ts';

export function RunPage({ id }: { readonly id: string }) {
  const loaded = useLoaded(id, () => api.run(id));
  return (
    <>
      {loaded.value === null && <Heading>{id}</Heading>}
      <Told loaded={loaded}>{(run) => <Run run={run} />}</Told>
    </>
  );
}

/** What a figure of the run can be worth, in one line. */
export function groundsInWords({ kind, seeds, engine, relays, isScaled }: ListedRun): string {
  const claim =
    kind === 'run'
      ? 'one run: no interval can be given'
      : seeds.length < RUNS_FOR_CONFIDENCE
        ? `medians; ${RUNS_FOR_CONFIDENCE} seeds or more would give 95 % intervals`
        : 'medians with 95 % intervals';
  return [
    ...(relays === null ? [] : [countOf(relays, 'relay')]),
    ...(engine === '' ? [] : [`engine ${engine}`]),
    seedsInWords(seeds),
    ...(kind === 'sweep' ? [] : [claim]),
    ...(isScaled ? ['scaled down: no answer to the question'] : []),
  ].join(', ');
}

function Run({ run }: { readonly run: RunDetail }) {
  const { listed, question, hypothesis, answer, warnings, command, files, resolvedScenario } = run;
  const { id, kind, violations, problem } = listed;
  const hasReport = files.some(({ name }) => name === 'report.html');
  return (
    <article>
      <Heading above={`${KIND_WORDS[kind]}, ${id}`}>{listed.scenario}</Heading>
      {question !== '' && <p class="question">{question}</p>}
      {answer !== '' && <p class="answer">{answer}</p>}
      {hypothesis !== '' && (
        <p>
          <b>Expected: </b>
          {hypothesis}
        </p>
      )}
      {problem !== null && (
        <p class="error" role="alert">
          This folder does not read as results: {problem}
        </p>
      )}
      {(violations ?? 0) > 0 && (
        <p class="error">
          {countOf(violations ?? 0, 'invariant')} broken: these figures are not to be trusted.
        </p>
      )}
      {warnings.map((warning) => (
        <p class="warning" key={warning}>
          {warning}
        </p>
      ))}
      {kind !== 'broken' && <p class="faint">{groundsInWords(listed)}</p>}
      <p class="actions">
        {hasReport && (
          <a class="button" href={fileAddress(id, 'report.html')}>
            Full report
          </a>
        )}
        <a href={addressOf({ page: 'new', file: `${listed.scenario}.yaml` })}>Run it again, or change it</a>
      </p>
      {listed.arms.length > 0 && <ArmTable arms={listed.arms} />}
      {(kind === 'run' || kind === 'runs') && <Curves id={id} />}
      <Files id={id} files={files} writtenAt={listed.writtenAt} />
      {command !== null && (
        <section>
          <h2>How to repeat it</h2>
          <pre>{command}</pre>
        </section>
      )}
      {resolvedScenario !== null && (
        <details>
          <summary>The scenario with every default spelled out</summary>
          <pre>{resolvedScenario}</pre>
        </details>
      )}
    </article>
  );
}

function ArmTable({ arms }: { readonly arms: ListedRun['arms'] }) {
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {['arm', 'half of the relays', '99 %', 'in the end'].map((word) => (
              <th scope="col" key={word} class={word === 'arm' ? '' : 'figure'}>
                {word}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {arms.map((arm) => (
            <tr key={arm.name}>
              <th scope="row">
                {arm.name} <span class="notes">{arm.isLive ? 'gossiped or fetched' : 'by hand'}</span>
              </th>
              <td class="figure">{timeOrNever(arm.t50Seconds)}</td>
              <td class="figure">{timeOrNever(arm.t99Seconds)}</td>
              <td class="figure">{reachedInWords(arm.reachedFraction)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Curves({ id }: { readonly id: string }) {
  const loaded = useLoaded(id, () => api.curves([id]));
  return (
    <section>
      <h2>Who runs the update by when</h2>
      <Told loaded={loaded}>
        {(runs) => <CurvesFigure runs={runs} label="Share of relays that run the update" />}
      </Told>
    </section>
  );
}

function Files({
  id,
  files,
  writtenAt,
}: Pick<RunDetail, 'files'> & { readonly id: string; readonly writtenAt: string }) {
  const isChart = (name: string) => name.startsWith('charts/') && name.endsWith('.svg');
  const charts = files.filter(({ name }) => isChart(name));
  const others = files.filter(({ name }) => !name.startsWith('charts/'));
  return (
    <section>
      <h2>Files</h2>
      <p class="faint">written {dateInWords(writtenAt)}</p>
      <ul class="files">
        {others.map(({ name, bytes }) => (
          <li key={name}>
            <a href={fileAddress(id, name)}>{name}</a> <span class="faint">{humanBytes(bytes)}</span>
          </li>
        ))}
      </ul>
      {charts.length > 0 && (
        <details>
          <summary>{countOf(charts.length, 'chart')}</summary>
          {charts.map(({ name }) => (
            <a key={name} href={fileAddress(id, name)}>
              <img
                class="chart"
                loading="lazy"
                src={fileAddress(id, name)}
                alt={`chart ${name.slice(7, -4)}`}
              />
            </a>
          ))}
        </details>
      )}
    </section>
  );
}
