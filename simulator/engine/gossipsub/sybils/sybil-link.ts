/** A sybil's end of a link: what it knows of the relay at the other end. */

import { ARRIVAL, type Arrival, type Receiver } from '../arrival.ts';
import type { Frame } from '../frame.ts';

/** Who has links: told what arrives on them. */
export interface LinkOwner {
  /** The relay asks who this is. */
  identityAsked(link: SybilLink): void;
  /** The relay has said who it is. */
  identified(link: SybilLink): void;
  /** The relay asks for a stream to send on. */
  streamAsked(link: SybilLink): void;
  /** The relay agrees to the stream that the sybil asked for. */
  streamAgreed(link: SybilLink): void;
  heard(link: SybilLink, frame: Frame): void;
  closed(link: SybilLink): void;
}

export class SybilLink implements Receiver {
  readonly relay: number;
  readonly latencyUs: number;
  /** Tells this link from those that joined the two before. */
  readonly number: number;
  /** Whether the sybil may send. */
  isOpen = false;
  /** Whether the sybil takes itself to be in the relay's mesh. */
  inMesh = false;
  /** Ids of messages that the relay does not want, oldest first. */
  readonly unwanted = new Set<string>();
  private readonly owner: LinkOwner;

  constructor(owner: LinkOwner, relay: number, latencyUs: number, number: number) {
    this.owner = owner;
    this.relay = relay;
    this.latencyUs = latencyUs;
    this.number = number;
  }

  arrive({ what, frame }: Arrival): void {
    const { owner } = this;
    if (frame !== null) {
      owner.heard(this, frame);
      return;
    }
    switch (what) {
      case ARRIVAL.identify:
        owner.identityAsked(this);
        return;
      case ARRIVAL.identity:
        owner.identified(this);
        return;
      case ARRIVAL.open:
        owner.streamAsked(this);
        return;
      case ARRIVAL.acknowledge:
        owner.streamAgreed(this);
        return;
      default:
        owner.closed(this);
    }
  }
}
