/**
 * The parts of a libp2p node that a GossipSub instance asks for, as small as they can be.
 *
 * The registrar keeps the one topology that gossipsub registers; the peer store and the connection manager
 * are there for peer exchange and direct peers, which no simulated relay uses, and refuse.
 */

import type { GossipSubComponents } from '@chainsafe/libp2p-gossipsub';
import type { ComponentLogger, Logger, PeerId, PrivateKey, Topology } from '@libp2p/interface';
import { LinkClosedError } from './connection.ts';

/**
 * Collects what should never happen inside a router: every error it logs, but for streams that it asked for on
 * a link that has closed meanwhile.
 */
export class FailureLog implements ComponentLogger {
  readonly failures: string[] = [];
  count = 0;
  private readonly logger: Logger;

  constructor() {
    const record = (error: unknown): void => this.record(error);
    const log = (message: unknown): void => {
      if (message instanceof Error) record(message);
    };
    const noop = (): void => {};
    this.logger = Object.assign(log, {
      error: (format: unknown, ...args: unknown[]) =>
        record(args.find((arg) => arg instanceof Error) ?? format),
      trace: noop,
      enabled: false,
      newScope: () => this.logger,
    }) as unknown as Logger;
  }

  forComponent(): Logger {
    return this.logger;
  }

  /** Keeps the first few and counts all. */
  readonly record = (error: unknown): void => {
    if (error instanceof LinkClosedError) return;
    this.count++;
    if (this.failures.length < 10)
      this.failures.push(error instanceof Error ? String(error.stack) : String(error));
  };
}

export class RelayRegistrar {
  topology: Topology | null = null;

  async handle(): Promise<void> {}

  async unhandle(): Promise<void> {}

  async register(protocol: string, topology: Topology): Promise<string> {
    this.topology = topology;
    return protocol;
  }

  unregister(): void {
    this.topology = null;
  }

  getTopologies(): Topology[] {
    return this.topology === null ? [] : [this.topology];
  }
}

function refuse(): Promise<never> {
  return Promise.reject(new Error('simulated relays neither dial by themselves nor keep a peer store'));
}

/** The components of one relay. */
export function relayComponents(
  peerId: PeerId,
  privateKey: PrivateKey | null,
  registrar: RelayRegistrar,
  logger: ComponentLogger,
): GossipSubComponents {
  return {
    peerId,
    privateKey,
    registrar,
    logger,
    peerStore: { merge: refuse, get: refuse, consumePeerRecord: refuse },
    connectionManager: { openConnection: refuse },
  } as unknown as GossipSubComponents;
}
