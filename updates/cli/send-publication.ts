/** `--peer` and the verb `send`: what has been published goes to running relays, which pass it on. */

import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import { encodeBundle } from '../../node/channels/bundle.ts';
import { addressProblem } from '../../node/daemon/addresses.ts';
import type { HandedOver } from '../../node/daemon/hand-over.ts';
import { metadataFile, TARGETS_FOLDER, TIMESTAMP_FILE } from '../../node/trust/file-name.ts';
import type { TrustVersions } from '../../node/trust/trust-client.ts';
import { gossipFiles } from '../repository/bundle-files.ts';
import type { Publication, UpdateRepository } from '../repository/repository.ts';
import { RepositoryError } from '../repository/repository-error.ts';
import { callOf } from './call-words.ts';
import { finishPublication } from './print-repository.ts';
import type { UpdateConsole } from './register.ts';
import { type RepositoryFlags, repositoryVerb, signingVerb, withRepository } from './repository-session.ts';
import { runVerb, UsageMistake } from './usage-mistake.ts';

/** How long a relay has to fetch and verify what it is sent. */
const TIMEOUT_MS = 30_000;

export interface SendingFlags extends RepositoryFlags {
  readonly peer?: readonly string[];
}

/** A verb that changes what is published, and may send it. */
export function publishingVerb(parent: Command, name: string, description: string): Command {
  return signingVerb(parent, name, description).option(
    '--peer <address...>',
    'send what is published to these running relays, such as /ip4/127.0.0.1/tcp/9001; they pass it on',
  );
}

/** Adds `send`, for what is published already. */
export function registerSend(update: Command, io: UpdateConsole): void {
  repositoryVerb(update, 'send', 'send what is published to running relays, which pass it on')
    .requiredOption('--peer <address...>', 'their addresses, such as /ip4/127.0.0.1/tcp/9001')
    .action((flags: SendingFlags) =>
      runVerb(io, async () => {
        checkPeers(flags);
        return withRepository(flags, io, async (repository) => {
          const versions = repository.versions();
          if (versions === null) {
            throw new RepositoryError('absent', 'nothing is published yet', 'sign what is staged first');
          }
          const names = [metadataFile('snapshot', versions.snapshot), TIMESTAMP_FILE];
          const files = new Map(names.map((name) => [name, repository.file(name) as Uint8Array]));
          return send({ live: true, files, versions, waiting: [] }, repository, flags, io);
        });
      }),
    );
}

/** Makes a change of a repository, prints what came of it, and sends it where `--peer` says; the exit code. */
export async function publishing(
  what: string,
  flags: SendingFlags,
  io: UpdateConsole,
  change: (repository: UpdateRepository) => Publication,
): Promise<number> {
  checkPeers(flags); // before anything is published
  // Others may write the repository while it is sent: what is published stays as it is.
  const [repository, publication] = await withRepository(
    flags,
    io,
    async (opened) => [opened, change(opened)] as const,
  );
  const code = finishPublication(what, publication, flags, io);
  if (flags.peer === undefined) return code;
  if (publication.live) return send(publication, repository, flags, io);
  io.err('note: nothing was sent, since signatures are missing');
  return code;
}

async function send(
  publication: Publication,
  repository: UpdateRepository,
  { peer = [], json }: SendingFlags,
  io: UpdateConsole,
): Promise<number> {
  const { handOver } = await import('../../node/daemon/hand-over.ts'); // libp2p is slow to load
  const outcomes = await handOver({
    source: { versions: () => versionsOf(repository), file: (name) => served(repository, name) },
    bundle: encodeBundle(gossipFiles(repository, publication)),
    targets: [...publication.files.keys()].filter((name) => name.startsWith(`${TARGETS_FOLDER}/`)),
    addresses: peer,
    timeoutMs: TIMEOUT_MS,
  });
  if (json) io.out(JSON.stringify({ sent: outcomes }));
  else for (const one of outcomes) (isFailure(one) ? io.err : io.out)(outcomeText(one));
  if (!outcomes.some(isFailure)) return 0;
  io.err(`    hint: it stays published; send it again: ${callOf('update', 'send', '--peer ADDRESS')}`);
  return 1;
}

/** A file of the repository for whoever asks; no name leads to what is staged beside it. */
function served(repository: UpdateRepository, name: string): Uint8Array | null {
  return name.split('/').includes('..') ? null : repository.file(name);
}

function versionsOf(repository: UpdateRepository): TrustVersions {
  const { root, timestamp, snapshot } = repository.versions()!;
  const bytes = repository.file(TIMESTAMP_FILE)!;
  return { root, timestamp, snapshot, timestampSha256: createHash('sha256').update(bytes).digest('hex') };
}

function isFailure({ outcome }: HandedOver): boolean {
  return outcome === 'unreachable' || outcome === 'not-taken' || outcome === 'other-network';
}

function outcomeText({ address, outcome, detail }: HandedOver): string {
  switch (outcome) {
    case 'taken':
      return `sent: ${address} has verified it`;
    case 'had':
      return `sent: ${address} had it already`;
    case 'without-targets':
      return `sent: ${address} trusts it, and has no use for the module yet`;
    case 'not-taken':
      return `error: ${address} did not take it; its log and its /status say why`;
    case 'other-network':
      return `error: ${address} trusts the root of another network; look at its --root, and at --repository here`;
    case 'unreachable':
      return `error: ${address} cannot be reached: ${detail}`;
  }
}

function checkPeers({ peer = [] }: SendingFlags): void {
  for (const address of peer) {
    const found = addressProblem(address, 'dial');
    if (found !== null)
      throw new UsageMistake(`--peer ${address}: ${found.problem}\n    hint: ${found.hint}`);
  }
}
