/** The verbs `keys`, `rotate` and `delegate`: who may sign what. */

import path from 'node:path';
import type { Command } from 'commander';
import { DEVELOPMENT_KEY_RANGES, developmentKeyObject } from '../development-key.ts';
import { generateKey, writeKey } from '../repository/key-file.ts';
import type { UpdateRepository } from '../repository/repository.ts';
import { isTopRole, topAuthority } from '../repository/repository-state.ts';
import type { UpdateConsole } from './register.ts';
import { keyFiles, signingKeys } from './repository-session.ts';
import { publishing, publishingVerb, type SendingFlags } from './send-publication.ts';
import { runVerb, UsageMistake } from './usage-mistake.ts';

interface KeysFlags {
  readonly role: string;
  readonly out: string;
  readonly count: string;
  readonly development?: boolean;
  readonly json?: boolean;
}

interface RotateFlags extends SendingFlags {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly threshold?: string;
}

interface DelegateFlags extends SendingFlags {
  readonly hooks?: readonly string[];
  readonly keys?: readonly string[];
  readonly threshold: string;
  readonly terminating?: boolean;
  readonly withdraw?: boolean;
}

export function registerKeyVerbs(update: Command, io: UpdateConsole): void {
  update
    .command('keys')
    .description('make keys: private ones that only you can read, and public ones to give away')
    .requiredOption('--role <role>', 'root, targets, snapshot, timestamp, or the name of a delegated role')
    .requiredOption('--out <dir>', 'the folder to write them to')
    .option('--count <n>', 'how many', '1')
    .option('--development', 'well-known keys for tests, which anyone can sign with')
    .option('--json', 'print the outcome as JSON')
    .action((flags: KeysFlags) => runVerb(io, async () => makeKeys(flags, io)));

  publishingVerb(update, 'rotate', 'change the keys or the threshold of a role')
    .argument('<role>', 'root, targets, snapshot, timestamp, or a delegated role')
    .option('--add <path...>', 'keys that the role gets: public files, or private ones, which sign at once')
    .option('--remove <id...>', 'ids of keys that it loses; their first 8 digits will do')
    .option('--threshold <n>', 'how many of its keys must sign from now on')
    .action((role: string, flags: RotateFlags) => runVerb(io, () => rotate(role, flags, io)));

  publishingVerb(update, 'delegate', 'let another role publish for some hooks, or end that')
    .argument('<name>', 'the role, such as traffic-lab')
    .option('--hooks <id...>', 'the hooks it may publish for')
    .option('--keys <path...>', 'its keys: public files, or private ones, which sign at once')
    .option('--threshold <n>', 'how many of its keys must sign', '1')
    .option('--terminating', 'roles after it are not asked about its hooks')
    .option('--withdraw', 'end the delegation')
    .action((name: string, flags: DelegateFlags) => runVerb(io, () => delegate(name, flags, io)));
}

function makeKeys({ role, out, count, development, json }: KeysFlags, io: UpdateConsole): number {
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(role)) {
    throw new UsageMistake(`--role ${role}: must be lower-case letters, digits and -, such as targets`);
  }
  const wanted = whole('--count', count, 1, 32);
  const folder = path.resolve(io.userFolder, out);
  const range = DEVELOPMENT_KEY_RANGES[isTopRole(role) ? role : 'delegated'];
  if (development && wanted > range.count) {
    throw new UsageMistake(`--count ${count}: there are ${range.count} development keys for ${role}`);
  }
  for (let place = 0; place < wanted; place++) {
    const key = development ? developmentKeyObject(range.from + place) : generateKey();
    const { file, publicFile, ...made } = writeKey(folder, role, key);
    const { keyId } = made.key;
    if (json) io.out(JSON.stringify({ keyId, role, development: made.development, file, publicFile }));
    else io.out(`${keyId}  ${file}`);
  }
  if (development) io.err('note: relays refuse development keys outside development networks');
  else io.err(`next: keep ${out} safe, and give away the .pub.json files only`);
  return 0;
}

async function rotate(role: string, flags: RotateFlags, io: UpdateConsole): Promise<number> {
  const keys = signingKeys(flags, io);
  const add = keyFiles(flags.add ?? [], 'any', io).map(({ key }) => key);
  const { threshold } = flags;
  return publishing(`keys of ${role}`, flags, io, (repository) => {
    const remove = (flags.remove ?? []).map((id) => keyIdOf(id, role, repository));
    return repository.rotate(
      role,
      {
        add,
        remove,
        ...(threshold === undefined ? {} : { threshold: whole('--threshold', threshold, 1, 32) }),
      },
      keys,
    );
  });
}

/** The whole id of a role's key that begins like this. */
function keyIdOf(begin: string, role: string, repository: UpdateRepository): string {
  const state = repository.state();
  if (state === null) return begin;
  const delegations = state.targets.get('targets')?.metadata.signed.delegations?.roles ?? {};
  const ids = isTopRole(role)
    ? [...topAuthority(state.root, role).keys.keys()]
    : (delegations[role]?.keyIDs ?? []);
  const found = ids.filter((id) => begin.length >= 8 && id.startsWith(begin));
  if (found.length === 1) return found[0];
  throw new UsageMistake(`--remove ${begin}: keys of ${role} are ${ids.join(', ') || 'none'}`);
}

async function delegate(name: string, flags: DelegateFlags, io: UpdateConsole): Promise<number> {
  const keys = signingKeys(flags, io);
  if (flags.withdraw) {
    return publishing(`end of ${name}`, flags, io, (repository) => repository.withdrawDelegation(name, keys));
  }
  if (flags.hooks === undefined) throw new UsageMistake('--hooks: which hooks may it publish for?');
  if (flags.keys === undefined) throw new UsageMistake('--keys: give the public keys of the role');
  const { hooks, terminating = false } = flags;
  const own = keyFiles(flags.keys, 'any', io).map(({ key }) => key);
  const threshold = whole('--threshold', flags.threshold, 1, 32);
  const request = { name, hooks, keys: own, threshold, terminating };
  return publishing(`delegation to ${name}`, flags, io, (repository) => repository.delegate(request, keys));
}

export function whole(option: string, text: string, least: number, most: number): number {
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageMistake(`${option} ${text}: must be a whole number from ${least} to ${most}`);
}
