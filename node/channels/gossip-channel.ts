/**
 * The gossip channel: publications travel as bundles on one pubsub topic.
 *
 * A relay forwards only what it has verified: the router waits for the verdict. What waits for the processor is
 * bounded, by peer and in all, so that a flood of invalid messages fills its sender's share only.
 */

import type { Environment, PeerName, PubsubMessage } from '../environment.ts';
import { SparseMap } from '../sparse-map.ts';
import { metadataFile, TIMESTAMP_FILE } from '../trust/file-name.ts';
import type { TrustClient } from '../trust/trust-client.ts';
import { BundleFetcher, type BundleFiles, decodeBundle } from './bundle.ts';
import type { Channel, OfferTaker, Receipt } from './channel.ts';
import { PENDING_BYTES_PER_PEER, PENDING_VERIFICATIONS, PENDING_VERIFICATIONS_PER_PEER } from './limits.ts';
import { PassedOn } from './passed-on.ts';

export const UPDATE_TOPIC = 'relaywave/updates/1';

/** Takes messages apart; simulated relays share one that remembers. */
export type BundleReader = (message: PubsubMessage) => BundleFiles | null;

export const readBundle: BundleReader = ({ data }) => decodeBundle(data);

/** Reads each message once for all who share it; holds the latest ones. */
export function rememberingReader(capacity = 64): BundleReader {
  const known = new Map<string, BundleFiles | null>();
  return (message) => {
    let files = known.get(message.id);
    if (files === undefined) {
      files = decodeBundle(message.data);
      if (known.size >= capacity) known.delete(known.keys().next().value!);
      known.set(message.id, files);
    }
    return files;
  };
}

export interface GossipChannelParts {
  readonly environment: Pick<Environment, 'pubsub'>;
  readonly client: Pick<TrustClient, 'versions' | 'file' | 'names'>;
  readonly taker: OfferTaker;
  readonly read: BundleReader;
  /** Told of a message that was no bundle, found no room, or mixed what is trusted: what the agent cannot see. */
  readonly onDropped: (reason: 'malformed' | 'overloaded' | 'mix-and-match', from: PeerName) => void;
  /** Told when a sender is ahead by more than its bundle bridges: it is to be asked. */
  readonly onBehind: (peer: PeerName) => void;
}

export class GossipChannel implements Channel {
  readonly name = 'gossip';
  private readonly parts: GossipChannelParts;
  private readonly waiting = new SparseMap<PeerName, { messages: number; bytes: number }>();
  private allWaiting = 0;
  private readonly passedOn = new PassedOn();
  private isStopped = false;

  constructor(parts: GossipChannelParts) {
    this.parts = parts;
  }

  start(): void {
    this.parts.environment.pubsub.subscribe(UPDATE_TOPIC, (message) => this.hear(message));
  }

  /** The router is stopped by its owner; what it still delivers is ignored. */
  stop(): void {
    this.isStopped = true;
  }

  private hear(message: PubsubMessage): void {
    const { onDropped, read } = this.parts;
    const { from } = message;
    if (this.isStopped) {
      message.report('ignore');
      return;
    }
    const ofPeer = this.waiting.get(from) ?? { messages: 0, bytes: 0 };
    if (
      ofPeer.messages >= PENDING_VERIFICATIONS_PER_PEER ||
      ofPeer.bytes + message.data.length > PENDING_BYTES_PER_PEER ||
      this.allWaiting >= PENDING_VERIFICATIONS
    ) {
      message.report('ignore');
      onDropped('overloaded', from);
      return;
    }
    const files = read(message);
    if (files === null) {
      message.report('reject');
      onDropped('malformed', from);
      return;
    }
    ofPeer.messages++;
    ofPeer.bytes += message.data.length;
    this.waiting.set(from, ofPeer);
    this.allWaiting++;
    void this.judge(message, files);
  }

  /** Rejects only if the taker does, which is a bug. */
  private async judge(message: PubsubMessage, files: BundleFiles): Promise<void> {
    const { data, from } = message;
    try {
      await this.answer(message, files);
    } finally {
      const left = this.waiting.get(from)!;
      left.messages--;
      left.bytes -= data.length;
      if (left.messages === 0) this.waiting.delete(from);
      this.allWaiting--;
    }
  }

  private async answer(message: PubsubMessage, files: BundleFiles): Promise<void> {
    const { taker, onBehind } = this.parts;
    const { from } = message;
    if (this.isBeyond(files)) {
      message.report('ignore');
      onBehind(from);
      return;
    }
    const receipt = await taker.take({ channel: 'gossip', source: new BundleFetcher(files), peer: from });
    message.report(this.verdictOf(receipt, files, from));
    if (receipt.refused === 'not-found') onBehind(from);
  }

  /** Whether the bundle's roots begin above the next one of this relay. */
  private isBeyond(files: BundleFiles): boolean {
    const first = [...files.keys()][0]!;
    const version = /^(\d+)\.root\.json$/.exec(first)?.[1];
    return version !== undefined && Number(version) > this.parts.client.versions().root + 1;
  }

  /**
   * A bundle is passed on only if the relay holds all of it now, verified, or if the developers' snapshot names it: the
   * metadata of a third party that is not wanted here. So a genuine publication with something of the sender's own
   * beside it goes no further. Its timestamp may have been overtaken by a fresher one of the same publication: who has
   * heard neither needs the rest all the same.
   */
  private verdictOf({ verdict }: Receipt, files: BundleFiles, from: PeerName): Receipt['verdict'] {
    if (verdict !== 'accept') return verdict;
    const { client, onDropped } = this.parts;
    const versions = client.versions();
    const isOfTrustedSnapshot = files.has(metadataFile('snapshot', versions.snapshot));
    const taken = new Set(files.keys());
    for (const [name, bytes] of files) {
      const held = client.file(name);
      if (held === bytes || (held !== null && Buffer.compare(held, bytes) === 0)) continue;
      if (name === TIMESTAMP_FILE) {
        if (!isOfTrustedSnapshot) return 'ignore'; // overtaken by another publication meanwhile
        taken.delete(name);
        continue;
      }
      if (held !== null) {
        // Other bytes under the name, with its version, of a file that is trusted here.
        onDropped('mix-and-match', from);
        return 'reject';
      }
      if (!client.names(name, bytes) && !isOldRoot(name, versions.root)) return 'ignore';
    }
    return this.passedOn.take(versions, taken) ? verdict : 'ignore';
  }
}

/** Roots are kept for a while only; an older one that the relay has passed is harmless. */
function isOldRoot(name: string, version: number): boolean {
  const root = /^(\d+)\.root\.json$/.exec(name)?.[1];
  return root !== undefined && metadataFile('root', Number(root)) === name && Number(root) < version;
}

/** Brings a bundle into the network through this relay, which takes it itself as if it had heard it. */
export function publishBundle({ pubsub }: Pick<Environment, 'pubsub'>, bundle: Uint8Array): Promise<void> {
  return pubsub.publish(UPDATE_TOPIC, bundle);
}
