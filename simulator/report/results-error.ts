/**
 * Why results could not be written, in words a user can act on: the path, the cause, the cure.
 */

export type ResultsErrorCause =
  | 'exists'
  | 'not-results'
  | 'not-a-folder'
  | 'not-allowed'
  | 'read-only'
  | 'no-room'
  | 'in-use'
  | 'bad-name'
  | 'other';

export class ResultsError extends Error {
  override readonly name = 'ResultsError';
  readonly reason: ResultsErrorCause;
  readonly path: string;

  constructor(reason: ResultsErrorCause, path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.path = path;
  }
}

interface Explanation {
  readonly reason: ResultsErrorCause;
  readonly why: string;
  readonly cure: string;
}

const CHOOSE = 'choose another folder with --out';

const EXPLANATIONS: Readonly<Record<string, Explanation>> = {
  EACCES: { reason: 'not-allowed', why: 'permission denied', cure: `give write permission, or ${CHOOSE}` },
  EPERM: { reason: 'not-allowed', why: 'not permitted', cure: `give write permission, or ${CHOOSE}` },
  ENOENT: { reason: 'not-allowed', why: 'folders cannot be made there', cure: CHOOSE },
  EROFS: { reason: 'read-only', why: 'the file system is read-only', cure: CHOOSE },
  ENOSPC: { reason: 'no-room', why: 'no space is left on the device', cure: `make room, or ${CHOOSE}` },
  EDQUOT: { reason: 'no-room', why: 'the disk quota is used up', cure: `make room, or ${CHOOSE}` },
  EFBIG: { reason: 'no-room', why: 'the file would be larger than allowed', cure: CHOOSE },
  ENOTDIR: { reason: 'not-a-folder', why: 'a part of the path is a file, not a folder', cure: CHOOSE },
  EISDIR: { reason: 'not-a-folder', why: 'a folder is in the way', cure: CHOOSE },
  EEXIST: { reason: 'exists', why: 'something of this name exists', cure: `move it away, or ${CHOOSE}` },
  ENOTEMPTY: { reason: 'exists', why: 'something of this name exists', cure: `move it away, or ${CHOOSE}` },
  EBUSY: {
    reason: 'in-use',
    why: 'it is in use or a mount point',
    cure: `use a folder inside it, or ${CHOOSE}`,
  },
  EXDEV: { reason: 'in-use', why: 'it is a mount point', cure: `use a folder inside it, or ${CHOOSE}` },
  ENAMETOOLONG: { reason: 'bad-name', why: 'the name is too long', cure: CHOOSE },
  ELOOP: { reason: 'bad-name', why: 'its symbolic links go in a circle', cure: CHOOSE },
  EMFILE: { reason: 'other', why: 'too many files are open', cure: 'raise the limit (ulimit -n)' },
  ENFILE: { reason: 'other', why: 'too many files are open on this machine', cure: 'end other programs' },
  EIO: { reason: 'other', why: 'the device failed', cure: `check the disk, or ${CHOOSE}` },
};

/** What can be done where reading fails; for all else, reading again may help. */
const READ_CURES: Readonly<Record<string, string>> = {
  EACCES: 'give read permission',
  EPERM: 'give read permission',
  EMFILE: 'raise the limit of open files (ulimit -n)',
  ENFILE: 'end other programs: too many files are open on this machine',
  EIO: 'check the disk',
};

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/**
 * Turns an error of the file system into a `ResultsError` that names path, cause and cure. Whatever is not
 * of the file system (an abort, a bug) comes back as it is.
 */
export function explainFileError(error: unknown, path: string): unknown {
  if (error instanceof ResultsError) return error;
  const code = codeOf(error);
  const isSystemError = typeof (error as { syscall?: unknown } | null)?.syscall === 'string';
  const known = code === undefined ? undefined : EXPLANATIONS[code];
  if (known === undefined) {
    if (!isSystemError) return error;
    const message = `cannot write results to ${path}: ${(error as Error).message}; ${CHOOSE}`;
    return new ResultsError('other', path, message, { cause: error });
  }
  const message = `cannot write results to ${path}: ${known.why} (${code}); ${known.cure}`;
  return new ResultsError(known.reason, path, message, { cause: error });
}

/**
 * The same for reading results: null where what is there is at fault, and not the system, so that its reader can say
 * what is missing.
 */
export function readRefusal(error: unknown, path: string): ResultsError | null {
  const cure = READ_CURES[codeOf(error) ?? ''];
  if (cure === undefined) return null;
  const message = `cannot read ${path} (${codeOf(error)}); ${cure}`;
  return new ResultsError('not-allowed', path, message, { cause: error });
}

/** The same for reading, whatever it is; not of the file system, it comes back as it is. */
export function explainReadError(error: unknown, path: string): unknown {
  if (codeOf(error) === undefined) return error;
  const message = `cannot read ${path} (${codeOf(error)}); choose another folder with --out`;
  return readRefusal(error, path) ?? new ResultsError('other', path, message, { cause: error });
}
