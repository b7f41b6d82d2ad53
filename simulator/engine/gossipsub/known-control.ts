/**
 * Control that tells a router nothing new: IDONTWANT, and IHAVE of what it has seen, at a router that is awake. In a large
 * network that is most of what arrives.
 *
 * All that it changes lies in one place, the standing of its sender (peer-control.ts), and the sender knows that place
 * where both are on one thread. So it is dealt with on the spot, and nothing else of the relay has to be fetched from
 * memory: in a large network most of an event's time is spent on waiting for that. A router that sleeps starts its
 * heartbeat for whatever arrives.
 */

import type { SimulationEvent, VirtualClock } from '../virtual-clock.ts';
import { Arrival } from './arrival.ts';
import { SimulatedConnection } from './connection.ts';
import type { Host } from './hosts.ts';
import { hearControl } from './peer-control.ts';
import { PeerStanding } from './peer-standing.ts';
import { SimulatedRelay } from './relay.ts';
import { SeenMessages } from './seen-messages.ts';
import type { Transport } from './transport.ts';

export class KnownControl {
  readonly seen: SeenMessages;
  /** 1 for a relay whose router has its heartbeat running. */
  readonly awake: Uint8Array;
  private readonly clock: VirtualClock;

  constructor(clock: VirtualClock, relays: number) {
    this.clock = clock;
    this.seen = new SeenMessages(relays);
    this.awake = new Uint8Array(relays);
  }

  /** Has such arrivals dealt with on the spot, where nothing but its way decides what becomes of a frame. */
  shorten(transport: Transport, hosts: readonly (Host | null)[]): void {
    transport.standingAt = (relay, from, link) => standingAt(hosts[relay], from, link);
    this.clock.shortcut = (event) => this.take(event, transport);
  }

  private take(event: SimulationEvent, transport: Transport): boolean {
    if (!(event instanceof Arrival)) return false;
    const control = event.frame?.control;
    if (control == null || this.awake[event.relay] === 0) return false;
    if (!this.seen.has(event.relay, control.offered, this.clock.nowMs())) return false;
    const sender = event.sender ?? transport.standingAt?.(event.relay, event.from, event.detail) ?? null;
    if (sender === null || !hearControl(sender, control)) return false;
    transport.dealtWith(event);
    return true;
  }
}

/** What the router of a relay on this thread keeps of a peer that has such a link to it; null where it keeps none. */
function standingAt(host: Host | null, from: number, link: number): PeerStanding | null {
  if (!(host instanceof SimulatedRelay)) return null;
  const end = host.connections.get(from);
  if (!(end instanceof SimulatedConnection) || end.link !== link) return null;
  const stats = host.router.score.peerStats.get(end.remotePeer.toString());
  return stats instanceof PeerStanding ? stats : null;
}
