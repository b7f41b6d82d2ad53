/**
 * What relays do beside gossip: ask authorities and peers, and take from them (node/update-stack.ts by events).
 *
 * Authorities are hosts behind the relays, each at the place of a relay drawn for it, as in gossipsub/hosts.ts.
 */

import { type LatencyColumns, pairLatency } from '../../../population/pair-latency.ts';
import type { LiveArm } from '../../../scenario/scenario.ts';
import { placesBeside } from '../../gossipsub/hosts.ts';
import type { World } from '../world.ts';
import type { Calls } from './calls.ts';
import { CatchUp } from './catch-up.ts';
import type { ChangingLinks } from './changing-links.ts';
import { Circuits } from './circuits.ts';
import { consensusState, Directory } from './directory.ts';
import { Exchange } from './exchange.ts';
import { HostDraws } from './host-draws.ts';
import type { Had } from './lesson.ts';
import type { LinkListener } from './living-network.ts';
import type { LivingRelay } from './living-relay.ts';
import type { LivingWork } from './living-work.ts';
import type { Peers } from './peers.ts';
import { Requests } from './requests.ts';

export interface ChannelsParts {
  readonly arm: LiveArm;
  readonly authorities: number;
  readonly world: World;
  readonly links: ChangingLinks;
  readonly calls: Calls;
  readonly work: LivingWork;
  readonly relays: readonly LivingRelay[];
  readonly latency: LatencyColumns;
  readonly consensusWeight: Float64Array;
  /** When the developers publish, in the order of time. */
  readonly publishedUs: readonly number[];
  readonly seed: number;
}

export class Channels implements LinkListener, Peers {
  readonly authorities: readonly number[];
  readonly ask: Peers['ask'] = (...asked) => this.requests.request(...asked);
  private readonly calls: Calls;
  private readonly draws: HostDraws;
  private readonly requests: Requests;
  private readonly exchange: Exchange;
  private readonly catchUp: CatchUp | null;
  private readonly directory: Directory | null;
  private readonly circuits: Circuits | null;

  constructor(parts: ChannelsParts) {
    const { arm, authorities, world, links, calls, work, relays, publishedUs, seed } = parts;
    const { channels, directory } = arm;
    const has = (channel: LiveArm['channels'][number]): boolean => channels.includes(channel);
    this.calls = calls;
    this.authorities = Array.from({ length: authorities }, (_unused, number) => relays.length + number);
    this.draws = new HostDraws(relays.length, seed);
    const { draws } = this;
    this.requests = new Requests({ world, links, calls, relays, latencyUs: latencyOfHosts(parts) });
    this.exchange = new Exchange({
      world,
      requests: this.requests,
      draws,
      work,
      relays,
      authorityState: () => consensusState(publishedUs, world.nowUs, directory.intervalSeconds * 1e6),
      learns: has('catch-up') || has('circuit'),
    });
    const shared = { world, calls, draws, exchange: this.exchange };
    this.catchUp = has('catch-up') ? new CatchUp({ ...shared, relays: relays.length }) : null;
    this.directory = has('directory')
      ? new Directory({ ...shared, terms: directory, authorities: this.authorities })
      : null;
    const circuits = has('circuit')
      ? new Circuits({
          ...shared,
          relays,
          consensusWeight: parts.consensusWeight,
          plan: arm.circuit,
          seed,
          nobody: relays.length + authorities,
        })
      : null;
    this.circuits = circuits;
    work.onTaken = circuits === null ? null : (relay) => circuits.noteState(relay);
  }

  /** Whether a process does something by itself when it starts. */
  get begins(): boolean {
    return this.directory !== null || this.circuits !== null;
  }

  /** A process of the relay starts: the first, or one that remembers nothing of the last. */
  started(relay: LivingRelay): void {
    this.directory?.started(relay);
    this.circuits?.started(relay);
  }

  /** The relay's last process is gone. */
  restarted(relay: LivingRelay): void {
    this.draws.restarted(relay.index);
    this.requests.restarted(relay);
    this.exchange.restarted(relay);
    this.catchUp?.restarted(relay);
  }

  linkUp(relay: LivingRelay, peer: number): void {
    this.catchUp?.linkUp(relay, peer);
  }

  linkDown(relay: LivingRelay, _peer: number, place: number): void {
    this.requests.linkDown(relay, place);
  }

  cameOnline(relay: LivingRelay): void {
    this.circuits?.setOnline(relay, true);
  }

  /** The relay is about to lose its network, and maybe its process ends, for good or until the next one starts. */
  leaves(relay: LivingRelay, ends: boolean): void {
    this.circuits?.setOnline(relay, false);
    if (ends) this.circuits?.ended(relay);
  }

  wentOffline(relay: LivingRelay): void {
    this.requests.wentOffline(relay);
  }

  nowMs(): number {
    return this.exchange.nowMs();
  }

  hadBy(host: number): Had {
    return this.exchange.hadBy(host);
  }

  takeMissing(relay: LivingRelay, bearer: number): void {
    this.exchange.takeMissing(relay, bearer);
  }

  after(delayMs: number, relay: LivingRelay, action: () => void): void {
    this.calls.after(delayMs, relay, action);
  }

  inRandomOrder({ index }: LivingRelay, hosts: readonly number[]): number[] {
    return this.draws.inRandomOrder(index, hosts);
  }

  draw({ index }: LivingRelay): number {
    return this.draws.uniform(index);
  }
}

/** One way between any two hosts. */
function latencyOfHosts({ relays, authorities, latency, seed }: ChannelsParts) {
  const places = placesBeside(authorities, 0, relays.length, seed);
  const model = pairLatency(latency);
  const placeOf = (host: number): number => places[host - relays.length] ?? host;
  return (a: number, b: number): number => {
    const [one, other] = a < b ? [a, b] : [b, a];
    return model.oneWayUs(placeOf(one), placeOf(other));
  };
}
