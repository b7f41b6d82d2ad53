/** The verbs `repository`, `sign`, `renew` and `timestamp`: the repository itself and its signatures. */

import path from 'node:path';
import type { Command } from 'commander';
import type { KeyFile } from '../repository/key-file.ts';
import { UpdateRepository } from '../repository/repository.ts';
import { TOP_ROLES, type TopRole } from '../repository/repository-state.ts';
import { repositoryStatus } from '../repository/repository-status.ts';
import type { RoleKeys } from '../repository/role-draft.ts';
import { callOf } from './call-words.ts';
import { parseDuration } from './duration.ts';
import { whole } from './key-verbs.ts';
import { statusText, waitingLine } from './print-repository.ts';
import type { UpdateConsole } from './register.ts';
import {
  keyFiles,
  locating,
  nowMs,
  type RepositoryFlags,
  repositoryOptions,
  repositoryVerb,
  signingKeys,
  signingVerb,
  withRepository,
} from './repository-session.ts';
import { publishing, publishingVerb, registerSend, type SendingFlags } from './send-publication.ts';
import { runVerb, UsageMistake } from './usage-mistake.ts';

export function registerRepositoryVerbs(update: Command, io: UpdateConsole): void {
  const repository = update.command('repository').description('begin an update repository, or look at one');

  signingVerb(repository, 'create', 'begin a repository in an empty folder')
    .option('--threshold <role=n...>', 'how many keys of a role must sign, such as targets=2 (default: 1)')
    .addHelpText(
      'after',
      '\nEach key of --key is one of the role that it was made for; public ones count too, and sign later.',
    )
    .action((flags: RepositoryFlags & { threshold?: string[] }) => runVerb(io, () => create(flags, io)));

  repositoryVerb(repository, 'status', 'show roles, versions, expiries, updates and missing signatures')
    .option('--within <time>', 'exit with 1 if anything expires within so long', '0s')
    .action((flags: RepositoryFlags & { within: string }) => runVerb(io, () => status(flags, io)));

  publishingVerb(update, 'sign', 'add signatures to what waits for them, or drop it')
    .option('--discard [role]', 'drop the change of a role instead, or all that is staged')
    .action((flags: SendingFlags & { discard?: string | true }) => runVerb(io, () => sign(flags, io)));

  publishingVerb(update, 'renew', 'sign metadata of a role anew before they expire')
    .argument('<role>', 'root, targets, snapshot, timestamp, or a delegated role')
    .action((role: string, flags: SendingFlags) => runVerb(io, () => renew(role, flags, io)));

  publishingVerb(
    update,
    'timestamp',
    'sign a fresh timestamp, so that clients see that nothing is kept from them',
  ).action((flags: SendingFlags) => runVerb(io, () => renew('timestamp', flags, io)));
  registerSend(update, io);
}

async function create(flags: RepositoryFlags & { threshold?: string[] }, io: UpdateConsole): Promise<number> {
  if (flags.key === undefined) throw new UsageMistake('--key: give the keys of the four roles');
  const roles = rolesOf(keyFiles(flags.key, 'any', io), thresholds(flags.threshold ?? []));
  const options = repositoryOptions(flags, io);
  const begin = async () => {
    const repository = UpdateRepository.create(options, { roles });
    const waiting = repository.waiting();
    if (flags.json) {
      io.out(
        JSON.stringify({ live: repository.versions() !== null, versions: repository.versions(), waiting }),
      );
    } else {
      const root = path.join(flags.repository, '1.root.json');
      io.out(
        repository.versions() === null
          ? `staged: ${flags.repository}`
          : `published: ${flags.repository}; relays trust ${root}`,
      );
      for (const one of waiting) io.out(`  waits: ${waitingLine(one)}`);
    }
    return 0;
  };
  return locating(flags, () => options.storage.exclusively(begin));
}

function rolesOf(
  files: readonly KeyFile[],
  required: ReadonlyMap<string, number>,
): Record<TopRole, RoleKeys> {
  const stranger = files.find(({ role }) => !(TOP_ROLES as readonly string[]).includes(role));
  if (stranger !== undefined) {
    throw new UsageMistake(
      `--key ${stranger.file}: was made for ${stranger.role}; use it with delegate --keys`,
    );
  }
  const roles = TOP_ROLES.map((role) => {
    const keys = files.filter((file) => file.role === role).map(({ key }) => key);
    if (keys.length === 0) {
      throw new UsageMistake(
        `--key: no key for ${role}; make one: ${callOf('update', 'keys', '--role', role, '--out DIR')}`,
      );
    }
    return [role, { keys, threshold: required.get(role) ?? 1 }];
  });
  return Object.fromEntries(roles);
}

function thresholds(given: readonly string[]): Map<string, number> {
  return new Map(
    given.map((text) => {
      const [role, number] = text.split('=');
      if (number === undefined || !(TOP_ROLES as readonly string[]).includes(role)) {
        throw new UsageMistake(`--threshold ${text}: must be such as targets=2`);
      }
      return [role, whole('--threshold', number, 1, 32)];
    }),
  );
}

async function status(flags: RepositoryFlags & { within: string }, io: UpdateConsole): Promise<number> {
  const within = parseDuration(flags.within);
  if (within === null) throw new UsageMistake(`--within ${flags.within}: must be a time, such as 7d`);
  return withRepository(flags, io, async (repository) => {
    const found = repositoryStatus(repository, nowMs(io));
    for (const line of statusText(flags.repository, found, flags.json === true)) io.out(line);
    const late = found.roles.filter(({ secondsLeft }) => secondsLeft <= within).map(({ role }) => role);
    if (late.length > 0) io.err(`next: ${callOf('update', 'renew', late[0]!)}`);
    return late.length > 0 ? 1 : 0;
  });
}

async function sign(flags: SendingFlags & { discard?: string | true }, io: UpdateConsole): Promise<number> {
  const { discard } = flags;
  if (discard !== undefined) {
    return withRepository(flags, io, async (repository) => {
      repository.discard(discard === true ? undefined : discard);
      io.out(flags.json ? JSON.stringify({ discarded: discard }) : 'discarded');
      return 0;
    });
  }
  const keys = signingKeys(flags, io);
  return publishing('what was staged', flags, io, (repository) => {
    const { staged } = repositoryStatus(repository, nowMs(io));
    for (const { lines } of staged) for (const line of lines) io.err(`signing: ${line}`);
    return repository.sign(keys);
  });
}

async function renew(role: string, flags: SendingFlags, io: UpdateConsole): Promise<number> {
  const keys = signingKeys(flags, io);
  return publishing(`${role} anew`, flags, io, (repository) => repository.renew(role, keys));
}
