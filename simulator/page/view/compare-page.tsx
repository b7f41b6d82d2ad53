/** Two or more runs: their curves over each other, and what lies between the first and each of the others. */

import { countOf } from '../../report/human-units.ts';
import type { ComparedPair } from '../../view/api-shapes.ts';
import { api } from './api.ts';
import { CurvesFigure } from './curves-figure.tsx';
import { Heading } from './layout.tsx';
import { addressOf } from './route.ts';
import { Told } from './told.tsx';
import { useLoaded } from './use-loaded.ts';

export function ComparePage({ ids }: { readonly ids: readonly string[] }) {
  const key = ids.join(' ');
  const curves = useLoaded(`curves ${key}`, () => api.curves(ids));
  const pairs = useLoaded(`pairs ${key}`, () => api.compare(ids));
  if (ids.length < 2) {
    return (
      <>
        <Heading>Side by side</Heading>
        <p>
          Choose two runs or more in <a href="#/">the list</a>.
        </p>
      </>
    );
  }
  return (
    <>
      <Heading above={`${ids.length} runs`}>Side by side</Heading>
      <ol class="sides">
        {ids.map((id, index) => (
          <li key={id}>
            <b>{letterOf(index)}</b> <a href={addressOf({ page: 'run', id })}>{id}</a>
          </li>
        ))}
      </ol>
      <Told loaded={curves}>
        {(runs) => <CurvesFigure runs={runs} label="Share of relays that run the update, in each run" />}
      </Told>
      <Told loaded={pairs}>
        {(found) => (
          <>
            {found.map((pair, index) => (
              <PairTable key={pair.b} pair={pair} letter={letterOf(index + 1)} />
            ))}
          </>
        )}
      </Told>
    </>
  );
}

function letterOf(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function PairTable({ pair, letter }: { readonly pair: ComparedPair; readonly letter: string }) {
  const { seeds, hasEnoughRuns, rows, problem } = pair;
  const isSeveral = seeds.length > 1;
  // The words of the comparison call the second one B.
  const named = (words: string) => words.replace(/^B /, `${letter} `);
  return (
    <section>
      <h2>
        {letter} against A <span class="notes">{pair.b}</span>
      </h2>
      {problem !== null && <p class="error">They cannot be compared: {problem}</p>}
      {problem === null && (
        <>
          <p class="faint">
            {countOf(seeds.length, 'pair')} of runs, by seed{isSeveral && '; figures are medians'}
            {!hasEnoughRuns && '. Too few for a verdict: take 6 seeds or more on each side'}
          </p>
          <div class="scroll">
            <table class="tight">
              <thead>
                <tr>
                  <th scope="col">figure</th>
                  <th scope="col" class="figure">
                    A
                  </th>
                  <th scope="col" class="figure">
                    {letter}
                  </th>
                  <th scope="col" class="figure">
                    {letter} − A{isSeveral && ' (95 % interval)'}
                  </th>
                  <th scope="col">verdict</th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ arm, figure, a, b, between, verdict }) => (
                  <tr key={`${arm} ${figure}`}>
                    <th scope="row">
                      {figure} <span class="notes">{arm}</span>
                    </th>
                    <td class="figure">{a}</td>
                    <td class="figure">{b}</td>
                    <td class="figure">{between}</td>
                    <td>{named(verdict)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}
