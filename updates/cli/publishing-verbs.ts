/** The verbs `publish`, `rollout`, `revoke` and `retire`: what the repository lists. */

import type { Command } from 'commander';
import { catalogue } from '../../node/hooks/catalogue/catalogue.ts';
import type { ModuleCustomJson } from '../../node/trust/update-target.ts';
import { type BuiltUpdate, buildUpdate } from '../build.ts';
import type { ModuleName } from '../repository/change-draft.ts';
import { RepositoryError } from '../repository/repository-error.ts';
import type { Revoked } from '../repository/update-entry.ts';
import { publishedVectors } from '../repository/vector-text.ts';
import { readUpdateFile } from '../update-file.ts';
import { callOf } from './call-words.ts';
import { parseDuration } from './duration.ts';
import { whole } from './key-verbs.ts';
import { reportText } from './print.ts';
import type { UpdateConsole } from './register.ts';
import { signingKeys } from './repository-session.ts';
import { publishing, publishingVerb, type SendingFlags } from './send-publication.ts';
import { runVerb, UsageMistake } from './usage-mistake.ts';

interface PublishFlags extends SendingFlags {
  readonly role: string;
  readonly rollout: string;
  readonly salt?: string;
  readonly jitter: string;
  readonly notBefore?: string;
  readonly priority: string;
  readonly force?: boolean;
}

interface RevokeFlags extends SendingFlags {
  readonly reason: string;
  readonly role?: string;
  readonly hook?: string;
  readonly module?: string;
}

const MODULE_HELP = 'its path, name@version, or the SHA-256 of its binary';

export function registerPublishingVerbs(
  update: Command,
  io: UpdateConsole,
  folderOf: (name: string) => string,
): void {
  publishingVerb(update, 'publish', 'build, test and publish an update')
    .argument('<name>', 'its name, a folder of updates/, or a path')
    .option('--role <role>', 'the role that publishes it', 'targets')
    .option('--rollout <share>', 'share of relays that may run it for now, such as 0.05 or 5%', '1')
    .option('--salt <text>', 'decides which relays go first (default: follows from the binary)')
    .option('--jitter <time>', 'relays switch at a time of their own within so long', '0s')
    .option('--not-before <time>', 'relays do not switch before, such as 2026-03-01T12:00:00Z')
    .option('--priority <n>', 'among the modules of one hook the highest runs', '0')
    .option('--force', 'publish what this version of the project would refuse')
    .action((name: string, flags: PublishFlags) => runVerb(io, () => publish(folderOf(name), flags, io)));

  publishingVerb(update, 'rollout', 'change the share of relays that may run a module')
    .argument('<module>', MODULE_HELP)
    .argument('<share>', 'such as 0.5 or 50%')
    .action((module: string, share: string, flags: SendingFlags) =>
      runVerb(io, async () => {
        const fraction = parseShare('<share>', share);
        const keys = signingKeys(flags, io);
        return publishing(`${module} for ${share} of the relays`, flags, io, (repository) =>
          repository.setRollout(moduleName(module), fraction, keys),
        );
      }),
    );

  publishingVerb(update, 'retire', 'take a module off the list that a later version has replaced')
    .argument('<module>', MODULE_HELP)
    .action((module: string, flags: SendingFlags) =>
      runVerb(io, async () => {
        const keys = signingKeys(flags, io);
        return publishing(`${module} is retired`, flags, io, (repository) =>
          repository.retire(moduleName(module), keys),
        );
      }),
    );

  publishingVerb(update, 'revoke', 'take a module back: relays leave it for the one before, or the default')
    .argument('<module>', MODULE_HELP)
    .requiredOption('--reason <text>', 'why, for operators to read')
    .option('--role <role>', 'who revokes (default: who published it)')
    .option('--hook <id>', 'with a SHA-256 that this repository does not list: its hook')
    .option('--module <name>', 'and its name')
    .action((module: string, flags: RevokeFlags) => runVerb(io, () => revoke(module, flags, io)));
}

async function publish(folder: string, flags: PublishFlags, io: UpdateConsole): Promise<number> {
  const { role, salt, notBefore } = flags;
  const rollout = {
    fraction: parseShare('--rollout', flags.rollout),
    jitterSeconds: parseDuration(flags.jitter) ?? mistake(`--jitter ${flags.jitter}: must be such as 10min`),
    ...(salt === undefined ? {} : { salt }),
  };
  const priority = whole('--priority', flags.priority, -1000, 1000);
  const keys = signingKeys(flags, io);
  const { update, vectors } = await tested(folder, flags.force === true, io);
  const { name: module, version, hook, interfaceVersion, stateVersion, wasm: binary } = update;
  const request = {
    binary,
    module,
    version,
    hook,
    interfaceVersion,
    stateVersion,
    rollout,
    priority,
    role,
    vectors,
  };
  return publishing(`${module} ${version} for ${hook}`, flags, io, (repository) =>
    repository.publishModule({ ...request, notBefore: notBefore ?? null }, keys),
  );
}

/** The update as relays will meet it. Throws RepositoryError for one that they would refuse. */
async function tested(
  folder: string,
  force: boolean,
  io: UpdateConsole,
): Promise<{ update: BuiltUpdate; vectors: ModuleCustomJson['vectors'] }> {
  const { hook, interfaceVersion } = readUpdateFile(folder);
  if (force && catalogue.get(hook)?.interfaceVersion !== interfaceVersion) {
    io.err(
      `note: ${hook} ${interfaceVersion} is not a hook of this version; the update is published untested`,
    );
    return { update: await buildUpdate(folder), vectors: [] };
  }
  const { testUpdate } = await import('./test-update.ts');
  const { readVectors } = await import('./vector-file.ts');
  const report = await testUpdate(folder);
  if (!report.passed) {
    for (const line of reportText(report, false)) io.err(line);
    const refusal = new RepositoryError(
      'bad-target',
      `${report.update.name}: relays would refuse it, or it fails its own vectors`,
      `mend it: ${callOf('update', 'test', report.update.name)}`,
    );
    if (!force) throw refusal;
    io.err('note: published all the same');
  }
  return { update: report.update, vectors: publishedVectors(readVectors(report.update.folder, report.hook)) };
}

async function revoke(given: string, flags: RevokeFlags, io: UpdateConsole): Promise<number> {
  const { reason, role, hook, module } = flags;
  const named = moduleName(given);
  const isHash = typeof named === 'object' && 'sha256' in named;
  if ((hook === undefined) !== (module === undefined) || (hook !== undefined && !isHash)) {
    mistake('--hook and --module go together, with the SHA-256 of a binary');
  }
  const target: ModuleName | Revoked =
    hook !== undefined && module !== undefined && isHash ? { ...named, hook, module } : named;
  const keys = signingKeys(flags, io);
  const request = { target, reason, ...(role === undefined ? {} : { role }) };
  return publishing(`revocation of ${given}`, flags, io, (repository) => repository.revoke(request, keys));
}

function moduleName(text: string): ModuleName {
  if (/^[0-9a-f]{64}$/.test(text)) return { sha256: text };
  const [, module, version] = /^([a-z0-9-]+)@(\d+)$/.exec(text) ?? [];
  if (module !== undefined) return { module, version: Number(version) };
  if (text.includes('/')) return text;
  return mistake(`${text}: must be ${MODULE_HELP}, such as strict-cells@2`);
}

function parseShare(option: string, text: string): number {
  const [, amount, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  const share = amount === undefined ? Number.NaN : Number(amount) / (percent === '%' ? 100 : 1);
  return share > 0 && share <= 1 ? share : mistake(`${option} ${text}: must be such as 0.05 or 5%`);
}

function mistake(text: string): never {
  throw new UsageMistake(text);
}
