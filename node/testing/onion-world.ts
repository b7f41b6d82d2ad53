/** A small network of relays and clients in memory, for tests and benchmarks of the data plane. */

import { createHash } from 'node:crypto';
import { RelayCore } from '../core.ts';
import { HookRuntime } from '../hooks/hook-runtime.ts';
import { CellPool } from '../relay/cell.ts';
import type { FlowParameters } from '../relay/circuit-window.ts';
import { Consensus, type RelayDescriptor } from '../relay/consensus.ts';
import { Exchange, type ExchangeReport, WebServer } from '../relay/exchange.ts';
import type { ExitService } from '../relay/exit-streams.ts';
import { PlainSlots } from '../relay/hook-slots.ts';
import { KeystreamBudget } from '../relay/keystream.ts';
import { type ClientParts, OnionClient } from '../relay/onion-client.ts';
import { OnionRelay } from '../relay/relay-node.ts';
import { SeededSecrets } from '../relay/seeded-secrets.ts';
import type { RateLimit } from '../relay/token-bucket.ts';
import { KeyPair } from '../relay/x25519.ts';
import { MemoryStore } from '../updates/store.ts';
import { ManualEnvironment } from './manual-environment.ts';
import { type MemoryLinkOptions, MemoryNetwork } from './memory-links.ts';

export interface WorldOptions {
  /** Guards, middles and exits. */
  readonly relays?: readonly [number, number, number];
  readonly links?: Partial<MemoryLinkOptions>;
  readonly flow?: FlowParameters;
  readonly rateLimit?: RateLimit;
  readonly exitService?: ExitService;
  readonly seed?: number;
}

export interface WorldRelay {
  readonly relay: OnionRelay;
  readonly core: RelayCore;
  readonly descriptor: RelayDescriptor;
}

/** Where exchanges go: an address that the default exit policy lets out to. */
export const WEB = { address: 0x5db8d822, port: 443 };

export class OnionWorld {
  readonly environment: ManualEnvironment;
  readonly cells = new CellPool();
  readonly keystreams = new KeystreamBudget();
  readonly runtime: HookRuntime;
  readonly network: MemoryNetwork;
  readonly relays: WorldRelay[];
  readonly consensus: Consensus;
  private readonly options: WorldOptions;
  private clients = 0;

  constructor(options: WorldOptions = {}) {
    this.options = options;
    this.environment = new ManualEnvironment(options.seed);
    this.runtime = new HookRuntime({ clock: this.environment.clock });
    this.network = new MemoryNetwork(this.environment.timers, this.cells, options.links);
    const [guards, middles, exits] = options.relays ?? [1, 1, 1];
    const kinds = [
      ...Array.from({ length: guards }, () => ({ guard: true, exit: false })),
      ...Array.from({ length: middles }, () => ({ guard: false, exit: false })),
      ...Array.from({ length: exits }, () => ({ guard: false, exit: true })),
    ];
    this.relays = kinds.map((kind, index) => this.makeRelay(index, kind));
    this.consensus = new Consensus(this.relays.map(({ descriptor }) => descriptor));
  }

  client(parts: Partial<ClientParts> = {}): OnionClient {
    const number = this.clients++;
    return new OnionClient({
      environment: this.environment,
      slots: new PlainSlots(this.runtime, `client ${number}`),
      cells: this.cells,
      keystreams: this.keystreams,
      secrets: new SeededSecrets(`client ${number}`),
      dialer: this.network.dialer(null, 0xc0000200 + number),
      consensus: this.consensus,
      circuits: 1,
      ...(this.options.flow === undefined ? {} : { flow: this.options.flow }),
      ...parts,
    });
  }

  /** A client that has been started, with its circuits open. */
  openClient(parts: Partial<ClientParts> = {}): OnionClient {
    const client = this.client(parts);
    client.start();
    this.environment.advance(100);
    return client;
  }

  /** Begins an exchange; the reports of those that have ended gather in the list. */
  exchange(client: OnionClient, bytesUp: number, bytesDown: number, reports: ExchangeReport[]): void {
    const { clock } = this.environment;
    client.openStream(WEB, new Exchange({ bytesUp, bytesDown }, clock, (report) => reports.push(report)));
  }

  private makeRelay(index: number, kind: { readonly guard: boolean; readonly exit: boolean }): WorldRelay {
    const { environment, cells, keystreams, runtime, options } = this;
    const identity = createHash('sha1').update(`relay ${index}`).digest();
    const fingerprint = identity.toString('hex');
    const onionKey = new KeyPair(createHash('sha256').update(`onion key ${index}`).digest());
    // Each in a /16 of its own.
    const address = (((20 + (index >> 8)) << 24) | ((index & 0xff) << 16) | 1) >>> 0;
    const core = new RelayCore({ runtime, store: new MemoryStore(), owner: index });
    const relay = new OnionRelay({
      environment,
      slots: core,
      cells,
      keystreams,
      secrets: new SeededSecrets(`relay ${index}`),
      identity,
      onionKey,
      dialer: this.network.dialer(fingerprint, address),
      exitService: kind.exit ? (options.exitService ?? new WebServer()) : null,
      ...(options.flow === undefined ? {} : { flow: options.flow }),
      ...(options.rateLimit === undefined ? {} : { rateLimit: options.rateLimit }),
    });
    this.network.add(fingerprint, relay);
    const descriptor = {
      fingerprint,
      address,
      port: 9001,
      onionKey: onionKey.publicKey,
      weight: 1000,
      family: null,
      ...kind,
    };
    return { relay, core, descriptor };
  }
}
