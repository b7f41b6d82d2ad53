/**
 * What the verbs of a repository share: its folder, the keys at hand, and for how long metadata are good.
 */

import path from 'node:path';
import { type Command, Option } from 'commander';
import { FolderStorage } from '../repository/folder-storage.ts';
import { type KeyFile, readKeys } from '../repository/key-file.ts';
import { type RepositoryOptions, UpdateRepository } from '../repository/repository.ts';
import { RepositoryError } from '../repository/repository-error.ts';
import { TOP_ROLES } from '../repository/repository-state.ts';
import type { SigningKey } from '../repository/signing-key.ts';
import { signersAmong } from '../repository/signing-key.ts';
import { parseDuration } from './duration.ts';
import type { UpdateConsole } from './register.ts';
import { UsageMistake } from './usage-mistake.ts';

const DAY_SECONDS = 86_400;

/** What is signed rarely and by people is good for long; what a machine signs every hour is not. */
const EXPIRY_SECONDS: RepositoryOptions['expirySeconds'] = {
  root: 365 * DAY_SECONDS,
  targets: 90 * DAY_SECONDS,
  delegated: 90 * DAY_SECONDS,
  snapshot: 30 * DAY_SECONDS,
  timestamp: DAY_SECONDS,
};
const EXPIRING = [...TOP_ROLES, 'delegated'] as const;

export interface RepositoryFlags {
  readonly repository: string;
  readonly key?: readonly string[];
  readonly expires?: readonly string[];
  readonly json?: boolean;
}

/** A verb of `update` that works on a repository. */
export function repositoryVerb(parent: Command, name: string, description: string): Command {
  return parent
    .command(name)
    .description(description)
    .option('--repository <dir>', 'the folder of the repository', 'repository')
    .option('--json', 'print the outcome as JSON');
}

/** The same for one that signs. */
export function signingVerb(parent: Command, name: string, description: string): Command {
  return repositoryVerb(parent, name, description)
    .option('--key <path...>', 'private keys to sign with: files, or folders of them')
    .addOption(
      new Option(
        '--expires <role=time...>',
        'how long what is signed now is good for, such as timestamp=12h',
      ),
    );
}

export function nowMs(io: UpdateConsole): number {
  return io.nowMs?.() ?? Date.now();
}

export function repositoryOptions(flags: RepositoryFlags, io: UpdateConsole) {
  return {
    storage: new FolderStorage(path.resolve(io.userFolder, flags.repository)),
    nowMs: () => nowMs(io),
    expirySeconds: expirySeconds(flags.expires ?? []),
  };
}

/** Opens the repository for as long as `work` takes; nobody else can write it meanwhile. */
export async function withRepository<Result>(
  flags: RepositoryFlags,
  io: UpdateConsole,
  work: (repository: UpdateRepository) => Promise<Result>,
): Promise<Result> {
  const options = repositoryOptions(flags, io);
  return locating(flags, async () => {
    // Nothing is written, not even a lock, where there is nothing.
    if (options.storage.list().length === 0) return work(UpdateRepository.open(options));
    return options.storage.exclusively(() => work(UpdateRepository.open(options)));
  });
}

/** Says of what goes wrong meanwhile where it was, and of what the disk refuses that it is no bug. */
export async function locating<Result>(
  { repository }: RepositoryFlags,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RepositoryError) throw error.at(repository);
    const { code, syscall, path: file = repository } = error as NodeJS.ErrnoException;
    if (code === undefined || syscall === undefined) throw error;
    const reason = `${repository}: ${file === repository ? '' : `${file} `}cannot be used (${code} in ${syscall})`;
    throw new RepositoryError('storage', reason, 'give a folder that can be written, on a disk with room');
  }
}

export function keyFiles(paths: readonly string[], wanted: 'private' | 'any', io: UpdateConsole): KeyFile[] {
  const keys = readKeys(
    paths.map((given) => path.resolve(io.userFolder, given)),
    wanted,
  );
  const development = keys.filter((key) => key.development);
  if (development.length > 0) {
    io.err(`note: ${development.length} of the keys are development keys, which anyone can sign with`);
  }
  return keys;
}

/** The keys of `--key`. */
export function signingKeys({ key }: RepositoryFlags, io: UpdateConsole): SigningKey[] {
  if (key === undefined) throw new UsageMistake('--key: give the private keys to sign with');
  return signersAmong(keyFiles(key, 'private', io).map((file) => file.key));
}

function expirySeconds(given: readonly string[]): RepositoryOptions['expirySeconds'] {
  const found: Record<string, number> = { ...EXPIRY_SECONDS };
  for (const text of given) {
    const [role, time] = text.split('=');
    const seconds = parseDuration(time ?? '');
    if (!(role in EXPIRY_SECONDS) || seconds === null || seconds === 0) {
      throw new UsageMistake(
        `--expires ${text}: must be a role of ${EXPIRING.join(', ')} and a time, such as timestamp=12h`,
      );
    }
    found[role] = seconds;
  }
  return found as unknown as RepositoryOptions['expirySeconds'];
}
