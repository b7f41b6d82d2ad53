/** The links of a relay or client to other relays: one each, opened when first needed and shared by circuits. */

import type { CellLink, LinkDialer, LinkTarget } from './link.ts';
import { LinkEnd, type LinkHost } from './link-end.ts';
import type { OutputParts } from './link-output.ts';

type Waiting = (end: LinkEnd | null) => void;

export class LinkBook {
  private readonly dialer: LinkDialer;
  private readonly parts: OutputParts;
  private readonly host: LinkHost;
  private readonly byPeer = new Map<string, LinkEnd>();
  /** By fingerprint and address. */
  private readonly dialling = new Map<string, Waiting[]>();
  private readonly ends = new Set<LinkEnd>();
  private closed = false;

  constructor(dialer: LinkDialer, parts: OutputParts, host: LinkHost) {
    this.dialer = dialer;
    this.parts = parts;
    this.host = host;
  }

  get open(): number {
    return this.ends.size;
  }

  /** A link to a relay, the one there is or a new one; null if it cannot be had. */
  reach(target: LinkTarget, answer: Waiting): void {
    const { fingerprint, address, port } = target;
    const end = this.byPeer.get(fingerprint);
    // With the address: who is asked to extend to a relay where it is not must not fail those who know where it is.
    const place = `${fingerprint} ${address}:${port}`;
    const dialling = this.dialling.get(place);
    if (this.closed) answer(null);
    else if (end !== undefined) answer(end);
    else if (dialling !== undefined) dialling.push(answer);
    else {
      const waiting = [answer];
      this.dialling.set(place, waiting);
      this.dialer.dial(target, (link) => {
        this.dialling.delete(place);
        const opened = this.take(link, fingerprint);
        for (const tell of waiting) tell(opened);
      });
    }
  }

  /** A link that somebody has opened to us. */
  accept(link: CellLink): void {
    this.add(link);
  }

  /** A link is gone. */
  forget(end: LinkEnd): void {
    this.ends.delete(end);
    const { peer } = end.link;
    if (peer !== null && this.byPeer.get(peer) === end) this.byPeer.delete(peer);
  }

  close(): void {
    this.closed = true;
    for (const end of [...this.ends]) end.close();
  }

  private take(link: CellLink | null, fingerprint: string): LinkEnd | null {
    if (link === null) return null;
    // tor-spec: a relay that is not who it should be is not given a circuit.
    if (this.closed || link.peer !== fingerprint) {
      link.close();
      return null;
    }
    return this.add(link);
  }

  private add(link: CellLink): LinkEnd {
    const end = new LinkEnd(link, this.parts, this.host);
    this.ends.add(end);
    if (link.peer !== null && !this.byPeer.has(link.peer)) this.byPeer.set(link.peer, end);
    return end;
  }
}
