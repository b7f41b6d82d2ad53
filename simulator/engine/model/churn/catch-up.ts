/**
 * Relays that come up ask the first peers that they meet what they have missed: node/channels/catch-up.ts by events.
 *
 * Only a few of a relay's first connections are asked, one that has come back now and then, and one more peer when the mesh
 * stands.
 */

import { JITTER_MS, MESH_STANDS_MS, RETURNED_EVERY_MS } from '../../../../node/channels/catch-up.ts';
import { CATCH_UP_PEERS } from '../../../../node/channels/limits.ts';
import type { World } from '../world.ts';
import type { Calls } from './calls.ts';
import type { Exchange } from './exchange.ts';
import type { HostDraws } from './host-draws.ts';
import type { LivingRelay } from './living-relay.ts';
import { PeerSets } from './peer-sets.ts';

/** What a relay's process remembers lies together in one column. */
const MEMORY = 4;
/** Peers that are still to be asked. */
const LEFT = 0;
/** From when on a peer that has come back is asked again. */
const RETURNED_FROM_US = 1;
/** Which time it means to ask once more, when the mesh stands: the latest; 0 while it does not mean to. */
const MESH_STANDS = 2;

export interface CatchUpParts {
  readonly world: World;
  readonly calls: Calls;
  readonly draws: HostDraws;
  readonly exchange: Exchange;
  readonly relays: number;
}

export class CatchUp {
  private readonly parts: CatchUpParts;
  private readonly memories: Float64Array;
  /** Whom each relay's process has met. */
  private readonly met: PeerSets;
  /** Numbers what relays mean to ask when their meshes stand. */
  private meant = 0;

  constructor(parts: CatchUpParts) {
    const { relays } = parts;
    this.parts = parts;
    this.memories = new Float64Array(relays * MEMORY);
    this.met = new PeerSets(relays);
    for (let relay = 0; relay < relays; relay++) this.memories[relay * MEMORY + LEFT] = CATCH_UP_PEERS;
  }

  /** The relay has a new process, which remembers nothing. */
  restarted({ index }: LivingRelay): void {
    const at = index * MEMORY;
    this.met.clear(index);
    this.memories.fill(0, at, at + MEMORY);
    this.memories[at + LEFT] = CATCH_UP_PEERS;
  }

  linkUp(relay: LivingRelay, peer: number): void {
    const { memories } = this;
    const { world, calls, exchange } = this.parts;
    const { nowUs } = world;
    const at = relay.index * MEMORY;
    const hasMet = this.met.add(relay.index, peer);
    // The only connection: the relay has been alone until now and may have missed anything.
    if (relay.links <= 1) {
      memories[at + LEFT] = CATCH_UP_PEERS;
      this.askWhenMeshStands(relay);
    } else if (hasMet && nowUs >= memories[at + RETURNED_FROM_US]) {
      memories[at + RETURNED_FROM_US] = nowUs + RETURNED_EVERY_MS * 1000;
      memories[at + LEFT] = Math.max(memories[at + LEFT], 1);
      if (memories[at + MESH_STANDS] === 0) this.askWhenMeshStands(relay);
    }
    if (memories[at + LEFT] === 0) return;
    memories[at + LEFT]--;
    const afterMs = JITTER_MS * this.draw(relay);
    if (!exchange.isSettledAtOnce(relay, peer)) calls.after(afterMs, relay, this.ask, peer);
  }

  /** One of its peers then, in place of what was meant before. */
  private askWhenMeshStands(relay: LivingRelay): void {
    const meant = ++this.meant;
    this.memories[relay.index * MEMORY + MESH_STANDS] = meant;
    this.parts.calls.after(MESH_STANDS_MS + JITTER_MS * this.draw(relay), relay, this.askOnceMore, meant);
  }

  private readonly askOnceMore = (relay: LivingRelay, meant: number): void => {
    const { memories } = this;
    const at = relay.index * MEMORY + MESH_STANDS;
    if (memories[at] !== meant) return;
    memories[at] = 0;
    const { links } = relay;
    if (links === 0) return;
    const peer = relay.peerAt(Math.floor(this.draw(relay) * links));
    if (!this.parts.exchange.isSettledAtOnce(relay, peer)) this.ask(relay, peer);
  };

  private readonly ask = (relay: LivingRelay, peer: number): void => {
    const { memories } = this;
    const at = relay.index * MEMORY + LEFT;
    this.parts.exchange.compare(relay, peer, (outcome) => {
      // A peer that could not help has not been asked: the next connection is.
      if (outcome === 'no-answer' || outcome === 'fruitless' || outcome === 'busy')
        memories[at] = Math.min(memories[at] + 1, CATCH_UP_PEERS);
    });
  };

  private draw({ index }: LivingRelay): number {
    return this.parts.draws.uniform(index);
  }
}
