/**
 * The layers of an onion: what a relay does with its one layer, and a client with all of them.
 *
 * Forward is away from the client. The digest is worked out only where the two `recognized` bytes are zero, so that
 * relays in the middle pay for one pass over the cell and nothing else. tor-spec, "Routing relay cells".
 */

import type { Cell } from './cell.ts';
import type { HopKeys } from './handshake.ts';
import { Keystream, type KeystreamBudget } from './keystream.ts';
import { looksRecognized } from './relay-cell.ts';
import { RunningDigest } from './running-digest.ts';

/** The layer between a client and one of its hops. Both ends have one, and use it from their side. */
export class OnionLayer {
  private readonly forward: Keystream;
  private readonly backward: Keystream;
  private readonly forwardDigest: RunningDigest;
  private readonly backwardDigest: RunningDigest;

  constructor(keys: HopKeys, budget: KeystreamBudget) {
    this.forward = new Keystream(keys.forwardKey, budget);
    this.backward = new Keystream(keys.backwardKey, budget);
    this.forwardDigest = new RunningDigest(keys.forwardDigestSeed);
    this.backwardDigest = new RunningDigest(keys.backwardDigestSeed);
  }

  /**
   * Relay: takes its layer off a cell from the client; the digest if the cell ends here, null if it goes on. With
   * `isEnd` it has nowhere to go, and after a null the layer is of no more use.
   */
  peelForward(cell: Cell, isEnd: boolean): string | null {
    this.forward.apply(cell);
    return looksRecognized(cell) ? this.forwardDigest.accept(cell, isEnd) : null;
  }

  /** Relay: puts its layer on a cell that goes on towards the client. */
  wrapBackward(cell: Cell): void {
    this.backward.apply(cell);
  }

  /** Relay: seals a cell of its own for the client; answers the digest. */
  sealBackward(cell: Cell): string {
    const digest = this.backwardDigest.stamp(cell);
    this.backward.apply(cell);
    return digest;
  }

  /** Client: seals a cell for this hop; the layers of the hops before it are still to come. */
  sealForward(cell: Cell): string {
    const digest = this.forwardDigest.stamp(cell);
    this.forward.apply(cell);
    return digest;
  }

  /** Client: puts on the layer that this hop will take off. */
  wrapForward(cell: Cell): void {
    this.forward.apply(cell);
  }

  /** Client: takes this hop's layer off; the digest if the hop is where the cell began. `isEnd` as above. */
  peelBackward(cell: Cell, isEnd: boolean): string | null {
    this.backward.apply(cell);
    return looksRecognized(cell) ? this.backwardDigest.accept(cell, isEnd) : null;
  }

  close(): void {
    this.forward.close();
    this.backward.close();
  }
}

/** A client's layers, the first hop's first. */
export class Onion {
  private readonly layers: OnionLayer[] = [];
  /** Of the last cell that was opened. */
  digest = '';

  get hops(): number {
    return this.layers.length;
  }

  add(layer: OnionLayer): void {
    this.layers.push(layer);
  }

  /** Keeps the first `hops` layers: the rest of the circuit is gone. */
  truncate(hops: number): void {
    for (const layer of this.layers.splice(hops)) layer.close();
  }

  /** Seals a cell for a hop and wraps it for those before; answers the digest. */
  seal(cell: Cell, hop: number): string {
    const digest = this.layers[hop].sealForward(cell);
    for (let i = hop - 1; i >= 0; i--) this.layers[i].wrapForward(cell);
    return digest;
  }

  /**
   * Takes off layers until a hop is recognized, and answers which it was, 0 for the first; its digest then stands in
   * `digest`. -1 if none sent the cell, and then the onion is of no more use.
   */
  open(cell: Cell): number {
    const last = this.layers.length - 1;
    for (let hop = 0; hop <= last; hop++) {
      const digest = this.layers[hop].peelBackward(cell, hop === last);
      if (digest === null) continue;
      this.digest = digest;
      return hop;
    }
    return -1;
  }

  close(): void {
    this.truncate(0);
  }
}
