/** A repository in memory for tests: 2 of 3 root keys, 2 of 3 targets keys, and a clock that stands still. */

import { developmentKeys } from '../development-key.ts';
import { type RepositoryOptions, UpdateRepository } from '../repository/repository.ts';
import { MemoryStorage, type RepositoryStorage } from '../repository/repository-storage.ts';
import type { ModuleRequest } from '../repository/update-entry.ts';

const DAY = 86_400;

/** Nothing expires while a client with a real clock looks at it. */
const EXPIRY_SECONDS = {
  root: 36_500 * DAY,
  targets: 3650 * DAY,
  snapshot: 3650 * DAY,
  timestamp: 3650 * DAY,
};

export const sampleKeys = {
  root: developmentKeys('root', 3),
  targets: developmentKeys('targets', 3),
  snapshot: developmentKeys('snapshot', 1),
  timestamp: developmentKeys('timestamp', 1),
};

/** All that it takes to publish. */
export const publishers = [...sampleKeys.targets, ...sampleKeys.snapshot, ...sampleKeys.timestamp];

export interface SampleClock {
  nowMs: number;
}

export function sampleOptions(
  storage: RepositoryStorage = new MemoryStorage(),
  clock: SampleClock = { nowMs: Date.UTC(2026, 0, 1) },
): RepositoryOptions {
  return {
    storage,
    nowMs: () => clock.nowMs,
    expirySeconds: { ...EXPIRY_SECONDS, delegated: EXPIRY_SECONDS.targets },
  };
}

export const sampleRoles = {
  root: { keys: sampleKeys.root, threshold: 2 },
  targets: { keys: sampleKeys.targets, threshold: 2 },
  snapshot: { keys: sampleKeys.snapshot, threshold: 1 },
  timestamp: { keys: sampleKeys.timestamp, threshold: 1 },
};

export function sampleRepository(options = sampleOptions()): UpdateRepository {
  return UpdateRepository.create(options, { roles: sampleRoles });
}

/** A module to publish; its bytes are not WebAssembly, which the repository does not look at. */
export function sampleModule(version: number, more: Partial<ModuleRequest> = {}): ModuleRequest {
  return {
    binary: new Uint8Array(Buffer.from(`module ${version}`)),
    module: 'strict-cells',
    version,
    hook: 'cell-admission',
    interfaceVersion: 1,
    ...more,
  };
}
