/**
 * How messages travel: published, handed on over the mesh, told of by IHAVE, asked for by IWANT.
 *
 * As js-libp2p 17.1.1 does it with asynchronous validation: the first copy of a large message has a relay tell its mesh
 * IDONTWANT at once, and once it has verified the message it hands it to those members that have not sent or
 * declined it meanwhile. Heartbeats tell others of it while it is in the newest windows of the cache.
 */

import type { GossipsubPlan } from '../../scenario/scenario.ts';
import { EVENT_KIND } from '../event-random.ts';
import type { MeshCare } from './mesh-care.ts';
import type { Publication } from './rehearsal.ts';
import type { FrameShape } from './rpc-sizes.ts';
import { codeOf, EVENT, kindOf, messageOf, type World } from './world.ts';

/** Defaults of js-libp2p that the scenario cannot change. */
const IDONTWANT_MIN_DATA_BYTES = 512;
const CACHE_WINDOWS = 5;
const GOSSIP_WINDOWS = 3;
const GOSSIP_FACTOR = 0.25;
const RETRANSMISSIONS = 3;

const TRACE_MESSAGE = 3;

/** What a relay has done with a message. */
const STATE = { unknown: 0, heard: 1, passedOn: 2, dropped: 3 } as const;

/**
 * Told when a publication has come to a relay; answers when it is judged, in virtual microseconds, and how. Null where
 * whoever is told brings the verdict about, or there is none.
 */
export type Arrived = (
  publication: number,
  relay: number,
  nowUs: number,
  isPublisher: boolean,
  sender: number,
) => { readonly verdictUs: number; readonly isAccepted: boolean } | null;

/** A publication under way. */
interface Message {
  readonly number: number;
  readonly dataBytes: number;
  readonly shape: FrameShape;
  readonly answer: FrameShape;
  readonly heardUs: Float64Array;
  readonly state: Uint8Array;
  /**
   * From when on a relay knows that a peer has it, since that peer has sent or declined it: by place, in microseconds after
   * its publication; 0 for never.
   */
  knownFromUs: Uint32Array;
  readonly publishedUs: number;
  /** How often it was asked for, by place. */
  readonly asked: Map<number, number>;
  lastHeardUs: number;
}

const NOTHING: readonly Message[] = [];

export class Gossip {
  private readonly world: World;
  private readonly mesh: MeshCare;
  private readonly plan: GossipsubPlan;
  private readonly publications: readonly Publication[];
  private readonly arrived: Arrived;
  /** By publication; null before it is published, and once nobody can ask for it. */
  private readonly messages: (Message | null)[];
  private live: Message[] = [];
  /** Columns of messages that are over, to be used again. */
  private spare: Message[] = [];
  /** Columns by place that nobody else needs any more. */
  private columns: Uint32Array[] = [];

  constructor(
    world: World,
    mesh: MeshCare,
    plan: GossipsubPlan,
    publications: readonly Publication[],
    arrived: Arrived,
  ) {
    this.world = world;
    this.mesh = mesh;
    this.plan = plan;
    this.publications = publications;
    this.arrived = arrived;
    this.messages = publications.map(() => null);
    publications.forEach(({ atUs, publisher }, number) => {
      world.calendar.push(atUs, publisher, 0, publisher, codeOf(EVENT.publication, number));
    });
  }

  /** Takes columns with a number for each place over, instead of making its own. */
  reuse(columns: readonly Uint32Array[]): void {
    this.columns.push(...columns);
  }

  publish(nowUs: number, relay: number, number: number): void {
    const { world, mesh, plan } = this;
    mesh.catchUp(nowUs, relay);
    const message = this.begin(nowUs, number);
    message.heardUs[relay] = nowUs;
    message.state[relay] = STATE.passedOn;
    const subscribers = Array.from({ length: mesh.countSubscribers(relay) }, (_unused, i) =>
      mesh.subscriber(relay, i),
    );
    const members = Array.from({ length: mesh.countMembers(relay) }, (_unused, i) => mesh.member(relay, i));
    const places = plan.floodPublish ? subscribers : members;
    if (!plan.floodPublish && members.length < plan.D) {
      world.random.reseed(relay, nowUs, EVENT_KIND.call);
      const others = subscribers.filter((place) => !mesh.isInMesh(place) && mesh.isOpen(place, nowUs));
      places.push(...world.random.shuffle(others).slice(0, plan.D - members.length));
    }
    for (const place of places) {
      if (mesh.isOpen(place, nowUs))
        world.send(nowUs, relay, place, codeOf(EVENT.message, number), message.shape);
    }
    this.arrived(number, relay, nowUs, true, relay);
    mesh.planBeat(nowUs, relay);
  }

  hearMessage(nowUs: number, relay: number, place: number, sender: number, number: number): void {
    const { world, mesh } = this;
    const { counters, trace } = world;
    const message = this.messages[number];
    this.countCopy(relay);
    if (message === null) return; // long after everybody had it
    if (message.state[relay] !== STATE.unknown) {
      if (message.state[relay] === STATE.heard) noteKnown(message, place, nowUs);
      return;
    }
    counters.firsts++;
    world.load.firsts[relay]++;
    message.state[relay] = STATE.heard;
    message.heardUs[relay] = nowUs;
    noteKnown(message, place, nowUs);
    message.lastHeardUs = nowUs;
    trace.add(relay, TRACE_MESSAGE, nowUs, sender, number);
    if (message.dataBytes >= IDONTWANT_MIN_DATA_BYTES) {
      const shape = world.shapes.iDontWant;
      const size = mesh.countMembers(relay);
      for (let i = 0; i < size; i++) {
        const member = mesh.member(relay, i);
        if (member === place || !mesh.canSend(member, nowUs)) continue;
        const arrivesUs = world.arrivalOf(nowUs, relay, member, shape);
        const hasPassedOn = message.state[world.links.peer[member]] >= STATE.passedOn;
        const there = world.links.reverse[member];
        if (!hasPassedOn && message.knownFromUs[there] === 0) noteKnown(message, there, arrivesUs);
      }
    }
    const judged = this.arrived(number, relay, nowUs, false, sender);
    if (judged === null) return;
    const code = codeOf(EVENT.verdict, number);
    world.calendar.push(judged.verdictUs, relay, judged.isAccepted ? 1 : 0, relay, code);
  }

  passOn(nowUs: number, relay: number, isAccepted: boolean, number: number): void {
    const message = this.messages[number];
    if (message === null) return;
    const isCached = this.beatsSince(relay, message, nowUs) < CACHE_WINDOWS;
    if (!isAccepted || !isCached) {
      message.state[relay] = STATE.dropped;
      return;
    }
    const { world, mesh } = this;
    message.state[relay] = STATE.passedOn;
    const size = mesh.countMembers(relay);
    for (let i = 0; i < size; i++) {
      const member = mesh.member(relay, i);
      if (this.isKnown(message, relay, member, nowUs) || !mesh.canSend(member, nowUs)) continue;
      const hasPassedOn = message.state[world.links.peer[member]] >= STATE.passedOn;
      if (!hasPassedOn) world.send(nowUs, relay, member, codeOf(EVENT.message, number), message.shape);
      else if (world.sendInVain(nowUs, relay, member, message.shape))
        this.countCopy(world.links.peer[member]);
    }
    mesh.planBeat(nowUs, relay);
  }

  hearOffer(nowUs: number, relay: number, place: number, number: number): void {
    const { world } = this;
    if (this.messages[number]?.state[relay] !== STATE.unknown || !this.mesh.canSend(place, nowUs)) return;
    world.send(nowUs, relay, place, codeOf(EVENT.iWant, number), world.shapes.iWant);
  }

  hearRequest(nowUs: number, relay: number, place: number, number: number): void {
    const message = this.messages[number];
    if (message === null || message.state[relay] === STATE.dropped) return;
    if (this.beatsSince(relay, message, nowUs) >= CACHE_WINDOWS) return;
    const times = (message.asked.get(place) ?? 0) + 1;
    message.asked.set(place, times);
    if (this.isKnown(message, relay, place, nowUs) || times > RETRANSMISSIONS) return;
    if (!this.mesh.canSend(place, nowUs)) return;
    this.world.send(nowUs, relay, place, codeOf(EVENT.message, number), message.answer);
  }

  /** The relay's heartbeat: its mesh, and what it tells others of. */
  beat(nowUs: number, relay: number): void {
    const { world, mesh, plan, live } = this;
    let isToldAgain = false;
    let told = NOTHING;
    const toldSinceUs = this.toldSinceUs(nowUs);
    for (const message of live) {
      if (message.lastHeardUs < toldSinceUs) continue;
      const beats = this.beatsOfGossip(relay, message, nowUs);
      if (beats > GOSSIP_WINDOWS) continue;
      told = told.length === 0 ? [message] : [...told, message];
      if (beats < GOSSIP_WINDOWS) isToldAgain = true;
    }
    const others = mesh.beat(nowUs, relay, told.length > 0);
    if (told.length === 0) return;
    if (isToldAgain) mesh.planBeat(nowUs, relay);
    if (others === 0) return;
    const places = mesh.told;
    const target = Math.floor(Math.max(plan.Dlazy, GOSSIP_FACTOR * others));
    const shape = world.shapes.iHave(told.length);
    const { random } = world;
    if (told.length > 1) for (let i = 0; i < told.length; i++) random.uint32(); // the order of the ids
    if (target <= others) random.shuffle(places, others);
    const chosen = Math.min(target, others);
    if (this.areInVain(places, chosen, told)) world.sendAllInVain(nowUs, relay, places, chosen, shape);
    else for (let i = 0; i < chosen; i++) this.offer(nowUs, relay, places[i], told, shape);
  }

  /** Whether the peers at the first places know of all messages. */
  private areInVain(places: Uint32Array, count: number, told: readonly Message[]): boolean {
    const { peer } = this.world.links;
    for (const { state } of told)
      for (let i = 0; i < count; i++) if (state[peer[places[i]]] === STATE.unknown) return false;
    return true;
  }

  /** Whether heartbeats have nothing to tell of until somebody hears of a message. */
  isSilent(nowUs: number): boolean {
    const toldSinceUs = this.toldSinceUs(nowUs);
    return this.live.every(({ lastHeardUs }) => lastHeardUs < toldSinceUs);
  }

  /** No heartbeat tells of what everybody had heard before. */
  private toldSinceUs(nowUs: number): number {
    return nowUs - (GOSSIP_WINDOWS + 1) * this.world.beatUs;
  }

  /** A relay has a new process, which knows of no message. */
  forget(relay: number): void {
    for (const { state } of this.live) state[relay] = STATE.unknown;
  }

  /** A place belongs to another link from now on. */
  forgetPlace(place: number): void {
    for (const { knownFromUs, asked } of this.live) {
      knownFromUs[place] = 0;
      if (asked.size > 0) asked.delete(place);
    }
  }

  /** There are more places now. */
  grow(places: number): void {
    this.columns = [];
    for (const message of [...this.live, ...this.spare]) {
      const column = new Uint32Array(places);
      column.set(message.knownFromUs);
      message.knownFromUs = column;
    }
  }

  /** How long the frame of a message is; 0 for one that is over. */
  frameBytes(number: number): number {
    return this.messages[number]?.shape.bytes ?? 0;
  }

  private countCopy(relay: number): void {
    const { counters, load } = this.world;
    counters.copies++;
    load.copies[relay]++;
  }

  /** One frame that tells a peer of messages; what it knows already comes to nothing there. */
  private offer(
    nowUs: number,
    relay: number,
    place: number,
    told: readonly Message[],
    shape: FrameShape,
  ): void {
    const { world } = this;
    const peer = world.links.peer[place];
    const news = told.filter(({ state }) => state[peer] === STATE.unknown);
    if (news.length === 0) {
      world.sendInVain(nowUs, relay, place, shape);
      return;
    }
    world.send(nowUs, relay, place, codeOf(EVENT.iHave, news[0].number), shape);
    for (const message of news.slice(1)) world.sendAlong(relay, place, codeOf(EVENT.iHave, message.number));
  }

  /** The how manieth heartbeat this is that a relay tells of a message, from 1; Infinity if it tells nothing of it. */
  private beatsOfGossip(relay: number, message: Message, nowUs: number): number {
    if (message.state[relay] !== STATE.passedOn) return Number.POSITIVE_INFINITY;
    return this.beatsSince(relay, message, nowUs);
  }

  private beatsSince(relay: number, { heardUs }: Message, nowUs: number): number {
    const { world } = this;
    return world.beatsUntil(relay, nowUs) - world.beatsUntil(relay, heardUs[relay]);
  }

  /** Whether a relay knows that a peer has it. Routers forget what was declined after some heartbeats. */
  private isKnown(
    { knownFromUs, publishedUs }: Message,
    relay: number,
    place: number,
    nowUs: number,
  ): boolean {
    if (knownFromUs[place] === 0) return false;
    const fromUs = publishedUs + knownFromUs[place] - 1;
    if (fromUs > nowUs) return false;
    const { world } = this;
    return world.beatsUntil(relay, nowUs) - world.beatsUntil(relay, fromUs) < CACHE_WINDOWS;
  }

  private begin(nowUs: number, number: number): Message {
    this.retire(nowUs);
    const { world, publications } = this;
    const { relays, places } = world.links;
    const { data } = publications[number];
    const old = this.spare.pop();
    old?.state.fill(STATE.unknown);
    old?.knownFromUs.fill(0);
    const message: Message = {
      number,
      dataBytes: data.length,
      shape: world.shapes.message(data),
      answer: world.shapes.answer(data),
      heardUs: old?.heardUs ?? new Float64Array(relays),
      state: old?.state ?? new Uint8Array(relays),
      knownFromUs: old?.knownFromUs ?? this.columns.pop()?.fill(0) ?? new Uint32Array(places),
      publishedUs: nowUs,
      asked: new Map(),
      lastHeardUs: nowUs,
    };
    this.messages[number] = message;
    this.live.push(message);
    return message;
  }

  /** Messages that nobody has heard for as long as caches last are over, once nothing of them is on its way. */
  retire(nowUs: number): void {
    const { world } = this;
    for (const message of this.live) {
      if (message.lastHeardUs + (CACHE_WINDOWS + 1) * world.beatUs >= nowUs) continue;
      const ofMessage = (code: number): boolean => messageOf(code) === message.number && isOfMessage(code);
      if (world.calendar.count(ofMessage) > 0) continue;
      this.messages[message.number] = null;
      this.live = this.live.filter((other) => other !== message);
      this.spare.push(message);
    }
  }
}

/** A message is not under way for an hour; what is later than that counts as then. */
const LAST_US = 2 ** 32 - 1;

function noteKnown({ knownFromUs, publishedUs }: Message, place: number, fromUs: number): void {
  const sinceUs = Math.min(LAST_US, fromUs - publishedUs + 1);
  knownFromUs[place] = sinceUs;
}

function isOfMessage(code: number): boolean {
  const kind = kindOf(code);
  return kind <= EVENT.iWant || kind === EVENT.verdict;
}
