/** Runs of a sweep that could not be done, while the others were. */

const NAMED_MOST = 10;

export class FailedRunsError extends Error {
  override readonly name = 'FailedRunsError';

  /** `reasons` has a line for each run that failed of `count`. */
  constructor(reasons: readonly string[], count: number) {
    const rest = reasons.length > NAMED_MOST ? [`... and ${reasons.length - NAMED_MOST} more`] : [];
    const lines = [...reasons.slice(0, NAMED_MOST), ...rest].map((line) => `\n    ${line}`);
    super(`${reasons.length} of ${count} runs failed; the others are kept${lines.join('')}`);
  }
}
