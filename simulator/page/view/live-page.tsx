/** A run that was started from the page: how far it is, its curve and its map as they grow, and its end. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { groupThousands, humanPercent } from '../../report/human-units.ts';
import type { JobState } from '../../view/api-shapes.ts';
import { ApiError, api } from './api.ts';
import { Heading } from './layout.tsx';
import { LiveCurve } from './live-curve.tsx';
import { LiveMap } from './live-map.tsx';
import { LiveRun } from './live-run.ts';
import { addressOf } from './route.ts';
import { hasEnded, progressInWords, STATUS_WORDS } from './words.ts';

export function LivePage({ id }: { readonly id: string }) {
  const run = useRef<LiveRun | null>(null);
  const [, setRound] = useState(0);
  useEffect(() => {
    const live = new LiveRun(id, () => setRound((before) => before + 1));
    run.current = live;
    return () => live.close();
  }, [id]);
  const { current } = run;
  const state = current?.state ?? null;
  if (current === null || state === null) {
    return (
      <>
        <Heading>Run</Heading>
        {current?.isUnknown === true ? (
          <p>
            The server knows no such run; it was started anew perhaps. <a href="#/">All runs</a>
          </p>
        ) : (
          <p class="faint">loading</p>
        )}
      </>
    );
  }
  return <Live run={current} state={state} />;
}

function Live({ run, state }: { readonly run: LiveRun; readonly state: JobState }) {
  const { scenario, arms, log, runs, command, relays } = state;
  const isOfOne = runs === 1;
  const simulated = arms.filter(({ isLive }) => isLive);
  const current = [...simulated].reverse().find(({ counted }) => counted > 0) ?? simulated[0];
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = chosen ?? current?.name ?? arms[0]?.name ?? '';
  return (
    <article class="live">
      <Heading above={command}>{scenario}</Heading>
      <Progress state={state} isAway={run.isAway} />
      <End state={state} />
      {arms.length > 0 && isOfOne && (
        <>
          <div class="columns">
            <section aria-label="Curve">
              <LiveCurve run={run} arms={arms} changes={run.relayChanges} />
            </section>
            <section aria-label="Map">
              {run.places === null ? (
                <p class="empty faint">The relays are being drawn.</p>
              ) : (
                <LiveMap run={run} arm={shown} changes={run.relayChanges} />
              )}
            </section>
          </div>
          <ArmTable state={state} shown={shown} onShow={setChosen} />
        </>
      )}
      {!isOfOne && relays > 0 && (
        <p class="faint">
          Several runs go at a time: curves and map are in their results once they are written.
        </p>
      )}
      {log.length > 0 && (
        <section>
          <h2>What the command says</h2>
          <pre class="log">{log.join('\n')}</pre>
        </section>
      )}
    </article>
  );
}

/** Words for those who listen: at each tenth, and at the end. */
function milestone({ status, fraction }: JobState): string {
  return status === 'running' ? `${Math.floor(fraction * 10) * 10} % done` : STATUS_WORDS[status];
}

function Progress({ state, isAway }: { readonly state: JobState; readonly isAway: boolean }) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const { id, fraction, status } = state;
  const isStoppable = status === 'running' || status === 'queued';
  const stop = () =>
    api.stop(id).then(
      () => setRefusal(null),
      (error: Error) => {
        if (!(error instanceof ApiError)) throw error;
        setRefusal(error.message);
      },
    );
  return (
    <section class="progress" aria-label="Progress">
      <progress max={1} value={fraction} aria-label="share done" />
      <p>
        <b>{Math.round(fraction * 100)} %</b> {progressInWords(state, Date.now())}
        {isAway && <span class="warning"> (the connection is lost; trying again)</span>}
      </p>
      <p class="unseen" role="status" aria-live="polite">
        {milestone(state)}
      </p>
      {!hasEnded(state) && (
        <button type="button" class="stop" disabled={!isStoppable} onClick={() => void stop()}>
          {status === 'stopping' ? 'Stopping' : 'Stop'}
        </button>
      )}
      {refusal !== null && (
        <p class="error" role="alert">
          {refusal}
        </p>
      )}
    </section>
  );
}

/** Where a run that has ended leads. */
function End({ state }: { readonly state: JobState }) {
  const { written, status, log } = state;
  if (!hasEnded(state)) return null;
  const last = written.at(-1);
  const isTaken = status === 'refused' && log.some((line) => line.includes('--force replaces it'));
  return (
    <section class="end">
      {last !== undefined && (
        <p>
          <a class="button" href={addressOf({ page: 'run', id: last })}>
            Open the results
          </a>{' '}
          <span class="faint">results/{last}</span>
        </p>
      )}
      {isTaken && (
        <p>
          There are results of this scenario and seed. Start it again with “replace” ticked, or another seed.
        </p>
      )}
      {last === undefined && status === 'stopped' && (
        <p class="faint">It was stopped; nothing was written.</p>
      )}
    </section>
  );
}

function ArmTable({
  state: { arms },
  shown,
  onShow,
}: {
  readonly state: JobState;
  readonly shown: string;
  readonly onShow: (arm: string) => void;
}) {
  return (
    <div class="scroll">
      <table class="tight">
        <thead>
          <tr>
            <th scope="col">arm</th>
            <th scope="col" class="figure">
              have run it
            </th>
            <th scope="col" class="figure">
              run it now
            </th>
            <th scope="col" class="figure">
              of relays
            </th>
            <th scope="col">on the map</th>
          </tr>
        </thead>
        <tbody>
          {arms.map(({ name, isLive, isEnded, counted, reached, running }) => (
            <tr key={name}>
              <th scope="row">
                {name} <span class="notes">{isLive ? (isEnded ? 'ended' : '') : 'by hand'}</span>
              </th>
              <td class="figure">{groupThousands(reached)}</td>
              <td class="figure">
                {groupThousands(running)} {counted > 0 && `(${humanPercent(running / counted)})`}
              </td>
              <td class="figure">{counted > 0 ? groupThousands(counted) : '–'}</td>
              <td>
                <button
                  type="button"
                  class="small"
                  aria-pressed={shown === name}
                  onClick={() => onShow(name)}
                >
                  show
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
