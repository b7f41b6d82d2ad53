/** A publisher's repository, and relays whose agents take updates of one hook from it: for tests. */

import type { ChannelName, Offer, Receipt } from '../../channels/channel.ts';
import { type AnyHook, defineHook } from '../../hooks/define-hook.ts';
import { HookRuntime } from '../../hooks/hook-runtime.ts';
import { i32 } from '../../hooks/parameter.ts';
import { wat } from '../../testing/wat.ts';
import type { Fetched, Fetcher, FetchLimits } from '../../trust/fetcher.ts';
import { TARGETS_FOLDER, targetFile } from '../../trust/file-name.ts';
import { sha256, TestRepository, TestSource } from '../../trust/testing/test-repository.ts';
import type { ThirdPartyPolicy } from '../../trust/trust-client.ts';
import { MemoryTrustStore, type TrustStore } from '../../trust/trust-store.ts';
import { TufClient } from '../../trust/tuf-client.ts';
import type { ModuleCustomJson } from '../../trust/update-target.ts';
import type { VerificationCache } from '../../trust/verification-cache.ts';
import { LifecycleHost } from '../module-host.ts';
import { RelayLifecycle } from '../relay-lifecycle.ts';
import { MemoryStore, type UpdateStore } from '../store.ts';
import { UpdateAgent } from '../update-agent.ts';
import { settled, TestTime } from './test-time.ts';

export const tally = defineHook({
  id: 'tally',
  interfaceVersion: 1,
  summary: 'For tests: the number of the module that answers.',
  entry: 'tally',
  parameters: [i32('a')],
  result: 'i32',
  default: () => 0,
  fuel: 5000,
  vectors: [{ args: [0] }],
  confirmAfter: 3,
});
export const hooks = new Map<string, AnyHook>([[tally.id, tally]]);

/** A module that answers with a number, and traps when it is passed 1. */
export function answering(number: number): Uint8Array {
  return wat(`(module (func (export "tally") (param i32) (result i32)
    (if (i32.eq (local.get 0) (i32.const 1)) (then unreachable)) (i32.const ${number})))`);
}

/** The publisher. */
export class World {
  readonly repository = new TestRepository();
  readonly peers = new TestPeers(this.repository.files);

  /** Lists a module that answers with a number, by default that of its version; the next publication brings it. */
  add(
    version: number,
    change: Partial<Omit<ModuleCustomJson, 'kind'>> & { bytes?: Uint8Array; role?: string } = {},
  ): string {
    const bytes = change.bytes ?? answering(version);
    const custom = { hook: 'tally', module: 'tally-up', version, sequence: version, ...change, bytes };
    this.repository.addModule(custom);
    return sha256(bytes);
  }

  /** Lists a module no longer. */
  unlist(version: number, module = 'tally-up'): void {
    delete this.repository.contentOf('targets').targets[`tally/${module}-${version}.wasm`];
  }

  revoke(hash: string, change: { role?: string; sequence?: number } = {}): void {
    this.repository.addRevocation({
      hook: 'tally',
      module: 'tally-up',
      revokes: hash,
      sequence: 99,
      ...change,
    });
  }

  /** The files after a publication; `roles` are those with news beside `targets`. */
  publish(...roles: string[]): Map<string, Uint8Array> {
    const bump = ['targets', ...roles].filter((role) => this.published.has(role));
    for (const role of ['targets', ...roles]) this.published.add(role);
    this.repository.publish({ bump });
    return this.repository.copy();
  }
  private readonly published = new Set<string>();
}

/** Peers that have every module of the repository, until a test says otherwise. */
export class TestPeers implements Fetcher {
  readonly files: Map<string, Uint8Array>;
  /** How peers fail; null: they do not. */
  failure: 'not-found' | 'too-slow' | null = null;
  readonly asked: string[] = [];

  constructor(files: Map<string, Uint8Array>) {
    this.files = files;
  }

  fetch(file: string, limits: FetchLimits): Promise<Fetched> {
    this.asked.push(file);
    return this.failure === null
      ? new TestSource(this.files).fetch(file, limits)
      : Promise.resolve({ failed: this.failure });
  }
}

export interface AgentOptions {
  relayId?: string;
  time?: TestTime;
  trustStore?: TrustStore;
  store?: UpdateStore;
  thirdParties?: ThirdPartyPolicy;
  /** The trust client's policy, if it is another one by mistake. */
  clientThirdParties?: ThirdPartyPolicy;
  cache?: VerificationCache;
  reserve?: Fetcher;
}

/** A relay; another one on the same stores is the same relay after a restart. */
export class TestAgent {
  readonly time: TestTime;
  readonly trustStore: TrustStore;
  readonly store: UpdateStore;
  readonly client: TufClient;
  readonly lifecycle: RelayLifecycle;
  readonly agent: UpdateAgent;
  /** What the observer was told: `heard tally-up-1`, `refused not-newer tally-up-1`. */
  readonly log: string[] = [];

  constructor(world: World, options: AgentOptions = {}) {
    const { thirdParties = 'all', clientThirdParties = thirdParties } = options;
    this.time = options.time ?? new TestTime();
    this.trustStore = options.trustStore ?? new MemoryTrustStore();
    this.store = options.store ?? new MemoryStore();
    this.client = new TufClient({
      fetcher: world.peers,
      clock: this.time.clock,
      store: this.trustStore,
      developmentNetwork: false,
      thirdParties: clientThirdParties,
      ...(options.cache === undefined ? {} : { cache: options.cache }),
    });
    this.client.init(world.repository.firstRoot);
    this.lifecycle = new RelayLifecycle({
      relayId: options.relayId ?? 'relay 1',
      hooks,
      runtime: new HookRuntime({ clock: this.time.clock }),
      store: this.store,
    });
    const note = (...words: string[]) => this.log.push(words.join(' '));
    this.agent = new UpdateAgent({
      environment: this.time,
      client: this.client,
      host: new LifecycleHost(this.lifecycle, hooks),
      targets: world.peers,
      reserve: options.reserve ?? null,
      policy: { thirdParties },
      observer: {
        onArrival: ({ channel }) => channel,
        onHeard: (target, arrival) => note('heard', nameOf(target.path), `by ${arrival}`),
        onVerified: (target) => note('verified', nameOf(target.path)),
        onStaged: (target) => note('staged', nameOf(target.path)),
        onRefused: ({ reason, target }) => note('refused', reason, ...(target ? [nameOf(target.path)] : [])),
        onRevoked: (hash) => note('revoked', hash.slice(0, 8)),
        onFreshness: (freshness) => note(freshness),
      },
    });
  }

  /** Offers files and lets what follows at once happen. */
  async offer(files: ReadonlyMap<string, Uint8Array>, channel: ChannelName = 'gossip'): Promise<Receipt> {
    return this.take({ channel, source: new TestSource(files), peer: 'peer' });
  }

  async take(offer: Offer): Promise<Receipt> {
    const receipt = this.agent.take(offer);
    await settled();
    return receipt;
  }

  /** The number of the module that answers after so many calls of the hook; 0 is the default. */
  answer(calls = 5): number {
    const slot = this.lifecycle.slot(tally);
    let answer = 0;
    for (let i = 0; i < calls; i++) answer = slot.call(0);
    return answer;
  }

  /** Makes the module that answers fail. */
  fail(): void {
    const slot = this.lifecycle.slot(tally);
    for (let i = 0; i < 3; i++) slot.call(1);
  }

  /** What was told since the last time. */
  news(): string[] {
    return this.log.splice(0);
  }
}

/** The files without any module. */
export function withoutModules(files: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  return new Map([...files].filter(([name]) => !name.startsWith(`${TARGETS_FOLDER}/`)));
}

/** Name of a module's file. */
export function moduleFile(module: string, version: number, hash: string): string {
  return targetFile(`tally/${module}-${version}.wasm`, hash);
}

function nameOf(path: string): string {
  return path.slice(path.indexOf('/') + 1).replace(/\.wasm$/, '');
}
