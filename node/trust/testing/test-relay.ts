/** A relay's trust client with a clock that a test sets, for tests. */

import assert from 'node:assert/strict';
import type { ThirdPartyPolicy, TrustRefused } from '../trust-client.ts';
import { MemoryTrustStore, type TrustStore } from '../trust-store.ts';
import { TufClient } from '../tuf-client.ts';
import type { VerificationCache } from '../verification-cache.ts';
import { START_MS, TestRepository, TestSource } from './test-repository.ts';

export interface TestRelayOptions {
  store?: TrustStore;
  cache?: VerificationCache;
  thirdParties?: ThirdPartyPolicy;
  developmentNetwork?: boolean;
  root?: Uint8Array;
}

export class TestRelay {
  readonly client: TufClient;
  readonly store: TrustStore;
  readonly clock = {
    timeMs: START_MS,
    nowMs() {
      return this.timeMs;
    },
  };

  constructor(repository: TestRepository, options: TestRelayOptions = {}) {
    this.store = options.store ?? new MemoryTrustStore();
    this.client = new TufClient({
      fetcher: new TestSource(repository.files),
      clock: this.clock,
      store: this.store,
      developmentNetwork: options.developmentNetwork ?? false,
      thirdParties: options.thirdParties ?? 'all',
      ...(options.cache === undefined ? {} : { cache: options.cache }),
    });
    this.client.init(options.root ?? repository.firstRoot);
  }

  /** Refreshes from these files, and expects to be answered with success. */
  async updated(files?: ReadonlyMap<string, Uint8Array>): Promise<boolean> {
    const result = await this.client.refresh(files && new TestSource(files));
    assert(!('refused' in result), `refused: ${JSON.stringify(result)}`);
    return result.updated;
  }

  /** Refreshes from these files; the refusal, or null. */
  async refusal(files?: ReadonlyMap<string, Uint8Array>): Promise<TrustRefused | null> {
    const result = await this.client.refresh(files && new TestSource(files));
    return 'refused' in result ? result : null;
  }

  paths(): string[] {
    return this.client.targets().map(({ path }) => path);
  }
}

/** A repository with one module, and a relay that has it. */
export async function startRelay(options: TestRelayOptions = {}) {
  const repository = new TestRepository();
  repository.addModule();
  repository.publish();
  const relay = new TestRelay(repository, options);
  assert.equal(await relay.updated(), true);
  return { repository, relay };
}
