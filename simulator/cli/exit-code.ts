/** What the command's exit code means. */

export const EXIT = {
  ok: 0,
  /** The run failed, or broke an invariant. */
  failed: 1,
  /** The command line or the scenario is wrong; nothing was run. */
  usage: 2,
  /** An assertion of the scenario did not hold. */
  assertion: 3,
  /** Ctrl-C. */
  interrupted: 130,
  /** SIGTERM. */
  terminated: 143,
} as const;

/** A mistake in the command line, in one line, and what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint: string | null;

  constructor(message: string, hint: string | null = null) {
    super(message);
    this.hint = hint;
  }
}
