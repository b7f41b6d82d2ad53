/**
 * Which peers are relays: those that serve the protocol of cells, as they say when a connection opens (identify).
 *
 * There is no consensus that would list relays, so their own word is all there is. It costs whoever lies something:
 * a client that calls itself a relay is asked to carry other people's circuits, but its own are not counted against
 * the limit for one address.
 */

import type { IdentifyResult, Libp2p } from '@libp2p/interface';
import { CELLS_PROTOCOL, fingerprintOf } from '../relay/libp2p-links.ts';

/** Identify takes a round trip; a peer that has not said by then what it serves is a client. */
const IDENTIFY_WAIT_MS = 5000;

export class CellSpeakers {
  /** By fingerprint, the name of the peer. */
  private readonly relays = new Map<string, string>();
  /** Connected peers that have said what they serve. */
  private readonly identified = new Set<string>();
  private readonly waiting = new Map<string, (() => void)[]>();

  constructor(libp2p: Pick<Libp2p, 'addEventListener'>) {
    libp2p.addEventListener('peer:identify', ({ detail }) => this.onIdentified(detail));
    libp2p.addEventListener('peer:disconnect', ({ detail }) => {
      const fingerprint = fingerprintOf(detail);
      this.relays.delete(fingerprint);
      this.identified.delete(fingerprint);
    });
  }

  /** Whether a peer with this fingerprint is a relay, as soon as it can be known. */
  isRelay(fingerprint: string): boolean | Promise<boolean> {
    if (this.identified.has(fingerprint)) return this.relays.has(fingerprint);
    return new Promise((resolve) => {
      const tell = (): void => {
        clearTimeout(timer);
        resolve(this.relays.has(fingerprint));
      };
      const timer = setTimeout(() => {
        this.waiting.delete(fingerprint);
        tell();
      }, IDENTIFY_WAIT_MS).unref();
      this.waiting.set(fingerprint, [...(this.waiting.get(fingerprint) ?? []), tell]);
    });
  }

  /** The peer with this fingerprint, if it is connected and a relay. */
  peerOf(fingerprint: string): string | null {
    return this.relays.get(fingerprint) ?? null;
  }

  /** Names of the connected peers that are relays. */
  peers(): ReadonlySet<string> {
    return new Set(this.relays.values());
  }

  private onIdentified({ peerId, protocols }: IdentifyResult): void {
    const fingerprint = fingerprintOf(peerId);
    this.identified.add(fingerprint);
    if (protocols.includes(CELLS_PROTOCOL)) this.relays.set(fingerprint, peerId.toString());
    else this.relays.delete(fingerprint);
    const waiting = this.waiting.get(fingerprint) ?? [];
    this.waiting.delete(fingerprint);
    for (const tell of waiting) tell();
  }
}
