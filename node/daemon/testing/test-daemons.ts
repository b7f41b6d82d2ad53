/** Relays on real TCP within the test's process, for tests: each with a state folder that is removed in the end. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { publicationBundle, repositorySource } from '../../channels/testing/publication.ts';
import { DAY_MS, sha256, TestRepository } from '../../trust/testing/test-repository.ts';
import { type HandedOver, handOver } from '../hand-over.ts';
import { createLog } from '../log.ts';
import { type DaemonOptions, RelayDaemon } from '../relay-daemon.ts';

export const LISTEN = ['/ip4/127.0.0.1/tcp/0'];

/** A line of a relay's log. */
export interface LogLine {
  readonly event: string;
  readonly [name: string]: unknown;
}

/** A repository whose metadata are good by the machine's clock for as long as this code is. */
export function lastingRepository(): TestRepository {
  const repository = new TestRepository();
  for (const role of ['root', 'timestamp', 'snapshot', 'targets'] as const) {
    repository.expiresMs[role] += 36_500 * DAY_MS;
  }
  repository.next.root = 1;
  repository.publishRoot();
  return repository;
}

/** Publishes a module as the next version of what runs at a hook. */
export function publishModule(
  repository: TestRepository,
  bytes: Uint8Array,
  version: number,
  hook = 'cell-admission',
): void {
  repository.addModule({ bytes, version, sequence: version, hook });
  repository.publish(version > 1 ? { bump: ['targets'] } : {});
}

/** Hands the newest publication of a repository to relays, as a publisher does. */
export function sendTo(
  addresses: readonly string[],
  repository: TestRepository,
  bytes: Uint8Array,
  timeoutMs = 30_000,
): Promise<HandedOver[]> {
  const hash = sha256(bytes);
  const name = [...repository.files.keys()].find((file) => file.includes(hash));
  assert(name !== undefined, 'it lists the module');
  return handOver({
    source: repositorySource(repository),
    bundle: publicationBundle(repository, bytes),
    targets: [name],
    addresses,
    timeoutMs,
  });
}

export class TestDaemons {
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'relaywave-daemon-'));
  private readonly running = new Set<RelayDaemon>();
  private readonly lines = new Map<RelayDaemon, LogLine[]>();
  private readonly looks = new Set<() => void>();

  /** A folder of this name, for a state. */
  stateFolder(name: string): string {
    return path.join(this.folder, name);
  }

  async start(
    repository: Pick<TestRepository, 'firstRoot'>,
    name: string,
    options: Partial<DaemonOptions> = {},
  ): Promise<RelayDaemon> {
    const lines: LogLine[] = [];
    const log = createLog('debug', 'json', (line) => {
      lines.push(JSON.parse(line) as LogLine);
      for (const look of [...this.looks]) look();
    });
    const daemon = await RelayDaemon.start({
      listen: LISTEN,
      root: repository.firstRoot,
      stateFolder: this.stateFolder(name),
      statusPort: null,
      log,
      ...options,
    });
    this.running.add(daemon);
    this.lines.set(daemon, lines);
    return daemon;
  }

  logOf(daemon: RelayDaemon): readonly LogLine[] {
    return this.lines.get(daemon)!;
  }

  /** Resolves when it is so; looked at whenever a relay logs something. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isSo()) return;
        this.looks.delete(look);
        resolve();
      };
      this.looks.add(look);
      look();
    });
  }

  /** Resolves when a relay has logged such an event. */
  logged(daemon: RelayDaemon, event: string, more: (line: LogLine) => boolean = () => true): Promise<void> {
    return this.until(() => this.logOf(daemon).some((line) => line.event === event && more(line)));
  }

  async stop(daemon: RelayDaemon): Promise<void> {
    this.running.delete(daemon);
    await daemon.stop();
  }

  /** To be called after the test. */
  async end(): Promise<void> {
    await Promise.all([...this.running].map((daemon) => this.stop(daemon)));
    rmSync(this.folder, { recursive: true });
  }
}

/** Which module answers a hook of a relay. */
export function activeOf(daemon: RelayDaemon, hook = 'cell-admission'): string | null {
  return daemon.status().hooks.find((slot) => slot.hook === hook)?.active?.sha256 ?? null;
}
