/**
 * Relays come, go and come back, and their links with them: the gossipsub engine's relay-links.ts, by events.
 *
 * A relay that goes away says goodbye on every link, behind what its uplink has queued; a relay that is away answers
 * nobody. Each relay sees to the links that it has dialled: the very keepers of the gossipsub engine decide whom it
 * dials. What arrives on a link that is closed, or at a relay that is away, is dropped and counted.
 */

import assert from 'node:assert/strict';
import type { Churn } from '../../../population/churn.ts';
import { type LatencyColumns, type LatencyModel, pairLatency } from '../../../population/pair-latency.ts';
import type { Population, Topology } from '../../../population/population.ts';
import type { Scenario } from '../../../scenario/scenario.ts';
import { LinkKeeper, REDIAL_WITHIN_US, relayPicker } from '../../gossipsub/link-keeper.ts';
import { Neighbours } from '../../gossipsub/neighbours.ts';
import {
  CLOSE_BYTES,
  DIAL_TIMEOUT_US,
  LINKS_RETURN_WITHIN_US,
  REFUSE_BYTES,
} from '../../gossipsub/relay-links.ts';
import { SETUP_BYTES, SETUP_ROUND_TRIPS } from '../../gossipsub/simulated-peers.ts';
import { linksComingUp, linksUpUs, relayStarts } from '../../start-plan.ts';
import { DIALLED } from '../link-table.ts';
import { EVENT, type World } from '../world.ts';
import type { Calls } from './calls.ts';
import { type ChangingLinks, END, otherEnd } from './changing-links.ts';
import { LastConsensus } from './last-consensus.ts';
import { type Keeper, LivingRelay } from './living-relay.ts';
import type { MeshOnLoan } from './mesh-on-loan.ts';
import { type RelayLists, takeOut } from './relay-lists.ts';
import { TopologyKeeper } from './topology-keeper.ts';

/** js-libp2p's HeartbeatInitialDelay. */
const FIRST_BEAT_AFTER_US = 100_000;
/** Round trips of a set-up before the question and its answer, which are events. */
const EARLIER_ROUND_TRIPS = SETUP_ROUND_TRIPS - 1;

/** What is under way to a link that is over has arrived after so long, beyond what uplinks have queued. */
const PLACES_REST_US = 600_000_000;

const TRACE_LINK = 4;
const TRACE_GONE = 7;

export interface LivingParts {
  readonly scenario: Scenario;
  readonly population: Population;
  readonly topology: Topology;
  readonly latency: LatencyColumns;
  readonly churn: Churn;
  /** Whether links are the topology's, whoever comes and goes. */
  readonly keepsTopology: boolean;
  readonly world: World;
  readonly links: ChangingLinks;
  readonly mesh: MeshOnLoan;
  readonly lists: RelayLists;
  readonly calls: Calls;
}

/** Told of what happens to links. */
export interface LinkListener {
  linkUp(relay: LivingRelay, peer: number, place: number): void;
  linkDown(relay: LivingRelay, peer: number, place: number): void;
}

export class LivingNetwork {
  readonly relays: readonly LivingRelay[];
  listener: LinkListener = { linkUp: () => {}, linkDown: () => {} };
  private readonly parts: LivingParts;
  private readonly latency: LatencyModel;
  private readonly neighbours: Neighbours;
  private readonly consensus: LastConsensus;

  constructor(parts: LivingParts) {
    this.parts = parts;
    this.latency = pairLatency(parts.latency);
    this.neighbours = new Neighbours(parts.topology, parts.population.relays);
    const { relays } = parts.population;
    this.consensus = new LastConsensus(parts.churn, relays);
    const keeperOf = this.keepers();
    const dial = (relay: LivingRelay, peer: number): void => this.dial(relay, peer);
    this.relays = Array.from(
      { length: relays },
      (_unused, index) => new LivingRelay(index, keeperOf, parts.lists, dial),
    );
  }

  private get nowUs(): number {
    return this.parts.world.nowUs;
  }

  /** One way between any two relays. */
  latencyUs(a: number, b: number): number {
    return a < b ? this.latency.oneWayUs(a, b) : this.latency.oneWayUs(b, a);
  }

  /** Plans something for the relays of the start, at the time at which each starts. */
  planStarts(started: (relay: LivingRelay) => void): void {
    const { scenario, churn, calls } = this.parts;
    const nextStartUs = relayStarts(scenario.seed);
    for (const relay of this.relays) {
      const startsUs = nextStartUs();
      if (churn.joinsUs[relay.index] === 0) calls.at(startsUs, relay.index, () => started(relay));
    }
  }

  /** Plans the relays and links that the network begins with. */
  plan(): void {
    const { scenario, topology, churn, world, links, calls } = this.parts;
    const { joinsUs } = churn;
    const nextStartUs = relayStarts(scenario.seed);
    for (const relay of this.relays) {
      const startsUs = nextStartUs();
      if (joinsUs[relay.index] !== 0) continue;
      relay.online = true;
      world.firstBeatUs[relay.index] = startsUs + FIRST_BEAT_AFTER_US;
    }
    const { startSeconds } = scenario.network;
    const nextUpUs = linksComingUp(scenario.seed, startSeconds);
    for (let link = 0; link < topology.links; link++) {
      const atUs = nextUpUs();
      const [dialer, listener] = [topology.dialer[link], topology.listener[link]];
      if (joinsUs[dialer] !== 0) continue; // who joins late makes the link
      if (joinsUs[listener] !== 0) {
        // Not before all links of the topology are up: another one to dial may be at the end of one of them.
        calls.at(linksUpUs(startSeconds), dialer, () => this.replaceLost(this.relays[dialer]));
        continue;
      }
      const place = links.add(0, dialer, listener, topology.latencyUs[link]);
      world.calendar.push(atUs, dialer, place, dialer, EVENT.linkUp);
      world.calendar.push(atUs, listener, otherEnd(place), listener, EVENT.linkUp);
    }
  }

  /** The relay joins, or is back: links are made one by one. */
  comeOnline(relay: LivingRelay): void {
    if (relay.online) assert.fail(`relay ${relay.index} is there already`);
    relay.online = true;
    this.consensus.note(relay.index, this.nowUs, true);
    relay.keeper.cameOnline(LINKS_RETURN_WITHIN_US);
  }

  /** A process of the relay starts: the first of one that joins, or the one after a restart. */
  start(relay: LivingRelay): void {
    relay.process++;
    this.parts.world.firstBeatUs[relay.index] = this.nowUs + FIRST_BEAT_AFTER_US;
    this.parts.mesh.restarted(this.nowUs, relay.index);
  }

  /** The relay loses its network: every link closes, and its peers hear of it. */
  goOffline(relay: LivingRelay): void {
    if (!relay.online) assert.fail(`relay ${relay.index} is away already`);
    const { world, links, mesh } = this.parts;
    const { nowUs } = this;
    relay.online = false;
    this.consensus.note(relay.index, nowUs, false);
    relay.absences++;
    const { peers, places, asked } = relay;
    const dialled = peers.filter((_peer, index) => links.isDialled(places[index]));
    relay.keeper.wentOffline([...dialled, ...asked.peers]);
    for (const place of asked.places) {
      world.sendLink(nowUs, relay.index, place, EVENT.close, CLOSE_BYTES);
      this.giveUp(place);
    }
    this.parts.lists.asked.clear(relay.index);
    mesh.wentOffline(relay.index);
    for (const place of places) {
      if (world.isQuiet && links.end[otherEnd(place)] === END.open) {
        this.disconnect(relay, place);
        continue;
      }
      world.sendLink(nowUs, relay.index, place, EVENT.close, CLOSE_BYTES);
      this.shut(relay, place);
    }
  }

  /** In quiet times a goodbye arrives as it is sent. */
  private disconnect(relay: LivingRelay, place: number): void {
    const { mesh, links } = this.parts;
    const there = otherEnd(place);
    const peer = this.relays[links.peer[place]];
    mesh.disconnect(this.nowUs, relay.index, place);
    this.forget(relay, place);
    this.forget(peer, there);
    if (links.isDialled(there)) this.replaceLost(peer);
  }

  replaceLost(relay: LivingRelay): void {
    if (relay.online) relay.keeper.fill(REDIAL_WITHIN_US);
  }

  /** A link of the start comes up at one of its ends. */
  linkUp(relay: LivingRelay, place: number): void {
    if (relay.online) this.open(relay, place);
  }

  /** The question for a link arrives. */
  hearDial(relay: LivingRelay, place: number, from: number): void {
    const { world } = this.parts;
    if (!relay.online) {
      if (this.parts.keepsTopology)
        world.sendLink(this.nowUs, relay.index, place, EVENT.refuse, REFUSE_BYTES);
      else world.drop(relay.index, 0);
      return;
    }
    // Both ask at once: the question of the relay with the lower number counts, and both know it.
    if (relay.askedPlaceOf(from) >= 0 && relay.index < from) return;
    world.sendLink(this.nowUs, relay.index, place, EVENT.accept, SETUP_BYTES);
    this.open(relay, place);
  }

  hearAccept(relay: LivingRelay, place: number, from: number): void {
    if (!relay.online) this.parts.world.drop(relay.index, 0);
    else if (relay.askedPlaceOf(from) === place) {
      takeOut(this.parts.lists.asked, relay.index, from);
      this.open(relay, place);
    }
  }

  hearRefusal(relay: LivingRelay, place: number, from: number): void {
    if (!relay.online) this.parts.world.drop(relay.index, 0);
    else if (relay.askedPlaceOf(from) === place) {
      takeOut(this.parts.lists.asked, relay.index, from);
      this.giveUp(place);
    }
  }

  hearClose(relay: LivingRelay, place: number, from: number): void {
    if (!relay.online) {
      this.parts.world.drop(relay.index, 0);
      return;
    }
    if (relay.placeOf(from) === place) this.lose(relay, place);
  }

  /** The peer at a place has closed its link. */
  private lose(relay: LivingRelay, place: number): void {
    const { mesh, links } = this.parts;
    this.shut(relay, place);
    mesh.looksAfter(this.nowUs, relay.index);
    if (links.isDialled(place)) this.replaceLost(relay);
  }

  /** Whether what arrives at a place finds its link open; counts it as dropped where not. */
  isTaken(relay: number, place: number, gossipBytes: number): boolean {
    const { links, world } = this.parts;
    if (links.end[place] === END.open) return true;
    world.drop(relay, gossipBytes);
    return false;
  }

  /** Relays that are up, and the ends of links that they have. */
  countLinkEnds(): { onlineInTheEnd: number; linkEndsInTheEnd: number } {
    const online = this.relays.filter((relay) => relay.online);
    const linkEndsInTheEnd = online.reduce((sum, { links }) => sum + links, 0);
    return { onlineInTheEnd: online.length, linkEndsInTheEnd };
  }

  /** Asks for a link, and gives up after a while. */
  private dial(relay: LivingRelay, peer: number): void {
    const { world, links, lists, calls, keepsTopology } = this.parts;
    if (world.isQuiet && this.relays[peer].online && !this.relays[peer].isLinked(relay.index)) {
      this.connect(relay, this.relays[peer]);
      return;
    }
    const place = this.addLink(relay.index, peer);
    links.end[place] = END.asked;
    lists.asked.push(relay.index, peer, place);
    world.sendLink(this.nowUs, relay.index, place, EVENT.dial, SETUP_BYTES);
    if (keepsTopology) return;
    const { absences } = relay;
    calls.at(this.nowUs + DIAL_TIMEOUT_US, relay.index, () => {
      if (relay.absences !== absences || relay.askedPlaceOf(peer) !== place) return;
      takeOut(this.parts.lists.asked, relay.index, peer);
      // Its answer may be on the way: the end that it has opened is to be closed again.
      world.sendLink(this.nowUs, relay.index, place, EVENT.close, CLOSE_BYTES);
      this.giveUp(place);
      this.replaceLost(relay);
    });
  }

  /** In quiet times a relay that is there agrees at once, and both routers have their streams. */
  private connect(dialler: LivingRelay, listener: LivingRelay): void {
    const place = this.addLink(dialler.index, listener.index);
    this.note(dialler, place);
    this.note(listener, otherEnd(place));
    this.parts.mesh.connect(this.nowUs, dialler.index, place);
    this.listener.linkUp(listener, dialler.index, otherEnd(place));
    this.listener.linkUp(dialler, listener.index, place);
  }

  /** A link that a relay asks for; answers with its place there. Where links are the topology's, so is who counts as the dialler. */
  private addLink(from: number, to: number): number {
    const { links, keepsTopology } = this.parts;
    const { nowUs } = this;
    if (!keepsTopology) return links.add(nowUs, from, to, this.latencyUs(from, to));
    const { direction, latencyUs } = this.neighbours.find(from, to)!;
    const place = links.add(nowUs, from, to, latencyUs);
    links.flags[place] = direction === 'outbound' ? DIALLED : 0;
    links.flags[otherEnd(place)] = direction === 'outbound' ? 0 : DIALLED;
    return place;
  }

  private open(relay: LivingRelay, place: number): void {
    const { links, mesh } = this.parts;
    const peer = links.peer[place];
    if (relay.placeOf(peer) >= 0) assert.fail(`relay ${relay.index} has two links to relay ${peer}`);
    this.note(relay, place);
    mesh.linkUp(this.nowUs, relay.index, place);
    this.listener.linkUp(relay, peer, place);
  }

  /** One end of a link is open. */
  private note(relay: LivingRelay, place: number): void {
    const { links, lists, world } = this.parts;
    const peer = links.peer[place];
    links.end[place] = END.open;
    lists.open.push(relay.index, peer, place);
    if (links.isDialled(place)) relay.dialled++;
    world.trace.add(relay.index, TRACE_LINK, this.nowUs, peer, 0);
  }

  private shut(relay: LivingRelay, place: number): void {
    this.parts.mesh.linkDown(this.nowUs, relay.index, place);
    this.forget(relay, place);
  }

  /** One end of a link is not open any more. */
  private forget(relay: LivingRelay, place: number): void {
    const { links, lists, world } = this.parts;
    const peer = links.peer[place];
    takeOut(lists.open, relay.index, peer);
    if (links.isDialled(place)) relay.dialled--;
    world.trace.add(relay.index, TRACE_GONE, this.nowUs, peer, 0);
    this.giveUp(place);
    this.listener.linkDown(relay, peer, place);
  }

  /** An end is over. When both are, their places serve others as soon as nothing can be under way to them. */
  private giveUp(place: number): void {
    const { links, world } = this.parts;
    const other = otherEnd(place);
    links.end[place] = END.shut;
    if (links.end[other] === END.open || links.end[other] === END.asked) return;
    const queuedUs = Math.max(world.uplinkFreeUs(links.peer[place]), world.uplinkFreeUs(links.peer[other]));
    links.giveUp(place, Math.max(this.nowUs, queuedUs) + PLACES_REST_US);
  }

  /** Makes the keepers of all relays. */
  private keepers(): (relay: LivingRelay) => Keeper {
    const { scenario, population, calls, keepsTopology } = this.parts;
    const { seed, network } = scenario;
    const { neighbours, consensus } = this;
    const nowUs = (): number => this.nowUs;
    const clock = {
      get nowUs() {
        return nowUs();
      },
      at: calls.at.bind(calls),
    };
    const setupRoundTrips = EARLIER_ROUND_TRIPS;
    if (keepsTopology)
      return (relay) => new TopologyKeeper({ clock, neighbours, setupRoundTrips, seed }, relay);
    const keeping = {
      clock,
      setupRoundTrips,
      isListed: (relay: number) => consensus.lists(relay, this.nowUs),
      population,
      pick: relayPicker(population, network.dialing),
      degree: network.degree,
      seed,
      latencyUs: (a: number, b: number) => this.latencyUs(a, b),
      dialledAtStart: (relay: number) =>
        neighbours
          .of(relay)
          .filter(({ direction }) => direction === 'outbound')
          .map(({ peer }) => peer),
    };
    return (relay) => new LinkKeeper(keeping, relay);
  }
}
