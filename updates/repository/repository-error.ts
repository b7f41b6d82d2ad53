/** A publisher's mistake, or a repository that must not be built on; the message ends with what would help. */

import { UpdateError } from '../update-file.ts';

export const REPOSITORY_PROBLEMS = [
  /** There is no repository, or one already. */
  'absent',
  'present',
  /** Files missing, or not signed by whom the root names: somebody has been at it. */
  'unsound',
  /** No key, too few keys, or keys of another role. */
  'wrong-key',
  'threshold',
  /** A private key that others can read, or a file that is none. */
  'key-file',
  'expired',
  /** Metadata of the role wait for signatures already. */
  'waiting',
  /** Something that is asked for is not there, or is not as it must be. */
  'unknown-target',
  'unknown-role',
  'bad-target',
  'not-newer',
  'revoked',
  'outside-delegation',
  'too-large',
  'locked',
  /** The disk does not let itself be read or written. */
  'storage',
] as const;
export type RepositoryProblem = (typeof REPOSITORY_PROBLEMS)[number];

export class RepositoryError extends UpdateError {
  readonly problem: RepositoryProblem;
  private readonly reason: string;
  private readonly cure: string;

  /** `cure`: what to do about it, in a sentence. */
  constructor(problem: RepositoryProblem, reason: string, cure: string) {
    super(`${reason}\n    hint: ${cure}`);
    this.problem = problem;
    this.reason = reason;
    this.cure = cure;
  }

  /** The same, with the place where it happened. */
  at(place: string): RepositoryError {
    return new RepositoryError(this.problem, `${place}: ${this.reason}`, this.cure);
  }
}
