/** The links of the topology as each relay sees them: whom it knows, how far, and who dials whom. */

import type { Topology } from '../../population/population.ts';
import type { Direction } from './network-stack.ts';

export interface Neighbour {
  readonly peer: number;
  readonly latencyUs: number;
  /** Outbound where this relay is the one that dials. */
  readonly direction: Direction;
}

/** Whom a relay knows by one of its links. */
export function neighbourOver(
  { dialer, listener, latencyUs }: Topology,
  link: number,
  relay: number,
): Neighbour {
  return dialer[link] === relay
    ? { peer: listener[link], latencyUs: latencyUs[link], direction: 'outbound' }
    : { peer: dialer[link], latencyUs: latencyUs[link], direction: 'inbound' };
}

export class Neighbours {
  private readonly topology: Topology;
  /** Relay i's links are `links[starts[i]]` to `links[starts[i + 1] - 1]`, in the order of the topology. */
  private readonly starts: Uint32Array;
  private readonly links: Uint32Array;

  constructor(topology: Topology, relays: number) {
    const { links, dialer, listener } = topology;
    this.topology = topology;
    this.starts = new Uint32Array(relays + 1);
    this.links = new Uint32Array(2 * links);
    for (let link = 0; link < links; link++) {
      this.starts[dialer[link] + 1]++;
      this.starts[listener[link] + 1]++;
    }
    for (let relay = 0; relay < relays; relay++) this.starts[relay + 1] += this.starts[relay];
    const next = this.starts.slice();
    for (let link = 0; link < links; link++) {
      this.links[next[dialer[link]]++] = link;
      this.links[next[listener[link]]++] = link;
    }
  }

  of(relay: number): Neighbour[] {
    const links = this.links.subarray(this.starts[relay], this.starts[relay + 1]);
    return Array.from(links, (link) => neighbourOver(this.topology, link, relay));
  }

  /** Undefined where no link joins the two. */
  find(relay: number, peer: number): Neighbour | undefined {
    return this.of(relay).find((neighbour) => neighbour.peer === peer);
  }
}
