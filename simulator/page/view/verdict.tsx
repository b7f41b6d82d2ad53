/** What would be run, or what is wrong with it: a problem with a place is a button that leads there. */

import { countOf, humanDuration } from '../../report/human-units.ts';
import type { Problem } from '../../scenario/problem.ts';
import type { CheckResult } from '../../view/api-shapes.ts';
import type { Checking } from './use-check.ts';

export function Verdict({
  checking: { result, isOld, error },
  file,
  onJump,
}: {
  readonly checking: Checking;
  readonly file: string;
  readonly onJump: (problem: Problem) => void;
}) {
  return (
    <section class={`verdict ${isOld ? 'old' : ''}`} aria-live="polite" aria-busy={isOld} aria-label="Check">
      {error !== null && <p class="error">{error}</p>}
      {result === null && error === null && <p class="faint">checking</p>}
      {result !== null && <Found result={result} file={file} onJump={onJump} />}
    </section>
  );
}

function Found({
  result: { problems, portrait, warnings },
  file,
  onJump,
}: {
  readonly result: CheckResult;
  readonly file: string;
  readonly onJump: (problem: Problem) => void;
}) {
  return (
    <>
      {problems.length > 0 && (
        <>
          <p class="error">{countOf(problems.length, 'problem')}</p>
          <ul class="problems">
            {problems.map((problem) => (
              <li
                key={`${problem.file}:${problem.line}:${problem.column}:${problem.path}:${problem.message}`}
              >
                <ProblemLine problem={problem} file={file} onJump={onJump} />
              </li>
            ))}
          </ul>
        </>
      )}
      {portrait !== null && (
        <p>
          <b>{portrait.name}</b>: {countOf(portrait.relays, 'relay')} for{' '}
          {humanDuration(portrait.durationSeconds)} of virtual time, engine {portrait.engine}, seed{' '}
          {portrait.seed}, {portrait.modules.join(', ')}; arms {portrait.arms.join(', ')}
          {portrait.sweepPoints !== null &&
            `; a sweep: all of its ${countOf(portrait.sweepPoints, 'point')} are run`}
        </p>
      )}
      {warnings.map((warning) => (
        <p class="warning" key={warning}>
          {warning}
        </p>
      ))}
    </>
  );
}

function ProblemLine({
  problem,
  file,
  onJump,
}: {
  readonly problem: Problem;
  readonly file: string;
  readonly onJump: (problem: Problem) => void;
}) {
  const { line, column, path, message, hint } = problem;
  const words = (
    <>
      {path !== '' && <code>{path}</code>} {message}
      {hint !== null && <span class="hint"> {hint}</span>}
    </>
  );
  if (line === null || problem.file !== file) {
    return (
      <>
        <span class="place">{line === null ? problem.file : `${problem.file}:${line}`}</span> {words}
      </>
    );
  }
  return (
    <button type="button" class="problem" onClick={() => onJump(problem)}>
      <span class="place">
        {line}:{column}
      </span>{' '}
      {words}
    </button>
  );
}
