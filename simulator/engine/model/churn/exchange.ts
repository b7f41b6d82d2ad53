/**
 * Relays that come up ask the first peers that they meet what they have missed: node/channels/catch-up.ts and
 * state-exchange.ts by events.
 *
 * A few of a relay's first connections are asked, one at a time is taken from, and whoever is asked by one that is
 * ahead takes from that one. A question waits for a stream, a round trip, and both ways wait for the uplinks.
 */

import { JITTER_MS, MESH_STANDS_MS, RETURNED_EVERY_MS } from '../../../../node/channels/catch-up.ts';
import {
  ASKED_INSTEAD,
  CATCH_UP_PEERS,
  EXCHANGES_WAITING,
  REQUEST_TIMEOUT_MS,
} from '../../../../node/channels/limits.ts';
import { STATE_ANSWER_BYTES, SYNC_PROTOCOL } from '../../../../node/channels/sync-protocol.ts';
import { NEGOTIATION_BYTES } from '../../gossipsub/negotiation.ts';
import {
  FRAMING_BYTES,
  KEPT_OPEN_US,
  PIECE_BYTES,
  SETUP_BYTES,
  SETUP_ROUND_TRIPS,
} from '../../gossipsub/simulated-peers.ts';
import { type RandomStream, randomStream } from '../../random.ts';
import type { World } from '../world.ts';
import type { Calls } from './calls.ts';
import type { ChangingLinks } from './changing-links.ts';
import type { LinkListener } from './living-network.ts';
import type { LivingRelay } from './living-relay.ts';
import type { Asker, LivingWork } from './living-work.ts';
import { PeerSet } from './peer-set.ts';

const TIMEOUT_US = REQUEST_TIMEOUT_MS * 1000;
/** Round trips before a stream carries a question, and the way of the question itself. */
const WAYS_OF_QUESTION = 3;
/** The protocol's name with its length, and what is told. */
const STATE_QUESTION_BYTES = 1 + SYNC_PROTOCOL.length + STATE_ANSWER_BYTES;

/** What a relay's process remembers of its peers. */
interface Memory {
  left: number;
  readonly met: PeerSet;
  /** From when on a peer that has come back is asked again. */
  asksReturnedFromUs: number;
  /** Which time it means to ask once more, when the mesh stands: the latest; 0 while it does not mean to. */
  meshStands: number;
  /** Peers that are taken from, or wait for it. */
  readonly takings: number[];
  readonly pending: Pending[];
  /** Connections made for questions to peers without a link: until when each stays open. */
  readonly keptUntilUs: Map<number, number>;
}

/** A question without an answer yet. */
interface Pending {
  /** The link that carries it; -1 for a connection of its own. */
  readonly place: number;
  settle(hasAnswer: boolean): void;
}

export interface ExchangeParts {
  readonly world: World;
  readonly links: ChangingLinks;
  readonly calls: Calls;
  readonly work: LivingWork;
  readonly relays: readonly LivingRelay[];
  readonly seed: number;
  /** One way between any two relays. */
  readonly latencyUs: (a: number, b: number) => number;
  /** Whether relays ask by themselves; where not, they answer all the same. */
  readonly asks: boolean;
}

export class Exchange implements LinkListener, Asker {
  private readonly parts: ExchangeParts;
  private readonly memories: (Memory | null)[];
  /** Whom each relay has met: a new process takes the set of the last one over, empty. */
  private readonly mets: (PeerSet | null)[];
  private readonly streams: (RandomStream | null)[];
  /** Numbers what relays mean to ask when their meshes stand. */
  private meant = 0;

  constructor(parts: ExchangeParts) {
    this.parts = parts;
    this.memories = parts.relays.map(() => null);
    this.mets = parts.relays.map(() => null);
    this.streams = parts.relays.map(() => null);
  }

  /** The relay has a new process, which remembers nothing and draws from the start. */
  restarted({ index }: LivingRelay): void {
    this.mets[index]?.clear();
    this.memories[index] = null;
    this.streams[index] = null;
  }

  linkUp(relay: LivingRelay, peer: number): void {
    if (!this.parts.asks) return;
    const { nowUs } = this.parts.world;
    const memory = this.memoryOf(relay);
    const hasMet = memory.met.add(peer);
    // The only connection: the relay has been alone until now and may have missed anything.
    if (relay.open.size <= 1) {
      memory.left = CATCH_UP_PEERS;
      this.askWhenMeshStands(relay, memory);
    } else if (hasMet && nowUs >= memory.asksReturnedFromUs) {
      memory.asksReturnedFromUs = nowUs + RETURNED_EVERY_MS * 1000;
      memory.left = Math.max(memory.left, 1);
      if (memory.meshStands === 0) this.askWhenMeshStands(relay, memory);
    }
    if (memory.left === 0) return;
    memory.left--;
    const afterMs = JITTER_MS * this.draw(relay);
    if (!this.isSettledAtOnce(relay, peer))
      this.after(afterMs, relay, () => this.catchUp(relay, memory, peer));
  }

  /** One of its peers then, in place of what was meant before. */
  private askWhenMeshStands(relay: LivingRelay, memory: Memory): void {
    const meant = ++this.meant;
    memory.meshStands = meant;
    this.after(MESH_STANDS_MS + JITTER_MS * this.draw(relay), relay, () => {
      if (memory.meshStands !== meant) return;
      memory.meshStands = 0;
      const { peers } = relay.open;
      if (peers.length === 0) return;
      const peer = peers[Math.floor(this.draw(relay) * peers.length)];
      if (!this.isSettledAtOnce(relay, peer)) this.catchUp(relay, memory, peer);
    });
  }

  /** Plans something for the relay, as long as its process lives. */
  private after(delayMs: number, relay: LivingRelay, action: () => void): void {
    const { world, calls } = this.parts;
    const { process } = relay;
    calls.at(world.nowUs + Math.round(1000 * delayMs), relay.index, () => {
      if (relay.process === process) action();
    });
  }

  linkDown({ index }: LivingRelay, _peer: number, place: number): void {
    const pending = this.memories[index]?.pending;
    if (pending === undefined || pending.length === 0) return;
    for (const one of pending.filter((each) => each.place === place)) one.settle(false);
  }

  /** The relay has lost its network, and with it what it had open. */
  wentOffline({ index }: LivingRelay): void {
    const memory = this.memories[index];
    if (memory === null) return;
    memory.keptUntilUs.clear();
    for (const one of [...memory.pending]) one.settle(false);
  }

  anybody(relay: LivingRelay): number {
    // The first of a shuffle of all, as the relay's own code draws it.
    return this.shuffled(relay, relay.open.peers)[0] ?? -1;
  }

  askInstead(relay: LivingRelay, bearer: number): void {
    const others = relay.open.peers.filter((peer) => peer !== bearer);
    const left = this.shuffled(relay, others).slice(0, ASKED_INSTEAD);
    const next = (): void => {
      const peer = left.shift();
      if (peer === undefined) return;
      this.compare(relay, peer, next, next);
    };
    next();
  }

  private shuffled(relay: LivingRelay, peers: number[]): number[] {
    for (let i = peers.length - 1; i > 0; i--) {
      const j = Math.floor(this.draw(relay) * (i + 1));
      [peers[i], peers[j]] = [peers[j], peers[i]];
    }
    return peers;
  }

  ask(
    relay: LivingRelay,
    peer: number,
    questionBytes: number,
    answerBytes: number | null,
    done: (hasAnswer: boolean) => void,
  ): void {
    // A refusal is an answer too: the relay's code has shown how it goes on.
    this.request(relay, peer, questionBytes, () => answerBytes ?? 0, done);
  }

  /** Asks a peer what this one has missed; the next connection is asked in the place of one that cannot help. */
  private catchUp(relay: LivingRelay, memory: Memory, peer: number): void {
    const again = (): void => {
      memory.left = Math.min(memory.left + 1, CATCH_UP_PEERS);
    };
    this.compare(relay, peer, again, () => {});
  }

  /**
   * Tells a peer what this relay has, hears what the peer has, and takes from it if it is ahead. `failed` if it does not
   * answer, or not hand over what it is ahead by; `noNews` if it has none.
   */
  private compare(relay: LivingRelay, peer: number, failed: () => void, noNews: () => void): void {
    const { work, asks } = this.parts;
    let theirs = 0;
    const ours = work.state[relay.index];
    const answer = (): number => {
      theirs = work.state[peer];
      if (asks && ours > theirs) this.take(this.parts.relays[peer], relay.index, ours, () => {});
      return STATE_ANSWER_BYTES;
    };
    this.request(relay, peer, STATE_QUESTION_BYTES, answer, (hasAnswer) => {
      if (!hasAnswer) failed();
      else if (theirs > work.state[relay.index]) this.take(relay, peer, theirs, failed);
      else noNews();
    });
  }

  /** In quiet times: two relays find that neither has news for the other. False at other times, or with news. */
  private isSettledAtOnce(relay: LivingRelay, peer: number): boolean {
    const { world, work } = this.parts;
    if (!world.isQuiet || work.state[relay.index] !== work.state[peer]) return false;
    const bytes = FRAMING_BYTES + NEGOTIATION_BYTES;
    world.sendRequest(world.nowUs, relay.index, STATE_QUESTION_BYTES + bytes, 0);
    world.sendRequest(world.nowUs, peer, STATE_ANSWER_BYTES + bytes, 0);
    return true;
  }

  /** Takes what a peer has, when those before it are done. */
  private take(relay: LivingRelay, peer: number, promised: number, again: () => void): void {
    const memory = this.memoryOf(relay);
    const { takings } = memory;
    if (takings.includes(peer)) return;
    if (takings.length >= EXCHANGES_WAITING) {
      again();
      return;
    }
    takings.push(peer);
    const { process } = relay;
    const turn = (): void => {
      if (relay.process !== process) return;
      const { work, world } = this.parts;
      const over = (isWhole: boolean): void => {
        if (!isWhole && work.state[relay.index] < promised) again();
        takings.shift();
        const next = this.turns.get(memory)?.shift();
        next?.();
      };
      if (work.state[relay.index] >= promised) over(true);
      else work.take(relay, peer, world.nowUs, over);
    };
    if (takings.length === 1) turn();
    else {
      const waiting = this.turns.get(memory);
      if (waiting === undefined) this.turns.set(memory, [turn]);
      else waiting.push(turn);
    }
  }

  private readonly turns = new WeakMap<Memory, (() => void)[]>();

  /** A question over a link, or over a connection made for it, and its answer of so many bytes. */
  private request(
    relay: LivingRelay,
    peer: number,
    questionBytes: number,
    answer: () => number,
    done: (hasAnswer: boolean) => void,
  ): void {
    const { world, links, calls, relays, latencyUs } = this.parts;
    if (!relay.online) {
      done(false);
      return;
    }
    const memory = this.memoryOf(relay);
    const { pending } = memory;
    const { process } = relay;
    const place = relay.open.placeOf(peer);
    const one: Pending = {
      place,
      settle: (hasAnswer) => {
        const index = pending.indexOf(one);
        if (index < 0) return;
        pending.splice(index, 1);
        if (relay.process === process) done(hasAnswer);
      },
    };
    pending.push(one);
    const beganUs = world.nowUs;
    const wayUs = place < 0 ? latencyUs(relay.index, peer) : links.latencyUs[place];
    const isNew = place < 0 && !this.keepsOpen(memory, peer);
    const ways = WAYS_OF_QUESTION + (isNew ? 2 * SETUP_ROUND_TRIPS : 0);
    const overheadBytes = FRAMING_BYTES + NEGOTIATION_BYTES + (isNew ? SETUP_BYTES : 0);
    const departsUs = world.sendRequest(beganUs, relay.index, questionBytes + overheadBytes, ways * wayUs);
    const timeOut = (): void => {
      if (pending.includes(one)) memory.keptUntilUs.delete(peer);
      one.settle(false);
    };
    calls.at(Math.ceil(departsUs) + ways * wayUs, relay.index, () => {
      const asked = relays[peer];
      if (!asked.online) {
        world.drop(peer, 0);
        calls.at(Math.max(world.nowUs, beganUs + TIMEOUT_US), relay.index, timeOut);
        return;
      }
      const arrivesUs = this.reply(peer, answer(), overheadBytes, wayUs);
      if (arrivesUs <= beganUs + TIMEOUT_US) calls.at(arrivesUs, peer, () => one.settle(true));
      else calls.at(Math.max(world.nowUs, beganUs + TIMEOUT_US), relay.index, timeOut);
    });
  }

  /** Whether a connection that an earlier question was made with is open still; from now on it is. */
  private keepsOpen({ keptUntilUs }: Memory, peer: number): boolean {
    const { nowUs } = this.parts.world;
    const isOpen = (keptUntilUs.get(peer) ?? 0) > nowUs;
    for (const [other, untilUs] of keptUntilUs) if (untilUs <= nowUs) keptUntilUs.delete(other);
    keptUntilUs.set(peer, nowUs + KEPT_OPEN_US);
    return isOpen;
  }

  /** An answer leaves piece by piece, the next one when the last has left; answers when all of it arrives. */
  private reply(from: number, answerBytes: number, firstOverheadBytes: number, wayUs: number): number {
    const { world } = this.parts;
    let overheadBytes = firstOverheadBytes;
    let leftBytes = answerBytes;
    let atUs = world.nowUs;
    for (; leftBytes > PIECE_BYTES; leftBytes -= PIECE_BYTES) {
      atUs = Math.ceil(world.sendRequest(atUs, from, PIECE_BYTES + overheadBytes, wayUs));
      overheadBytes = FRAMING_BYTES;
    }
    return Math.ceil(world.sendRequest(atUs, from, leftBytes + overheadBytes, wayUs)) + wayUs;
  }

  private memoryOf({ index }: LivingRelay): Memory {
    const { memories } = this;
    const known = memories[index];
    if (known !== null) return known;
    const memory: Memory = {
      left: CATCH_UP_PEERS,
      met: (this.mets[index] ??= new PeerSet()),
      asksReturnedFromUs: 0,
      meshStands: 0,
      takings: [],
      pending: [],
      keptUntilUs: new Map(),
    };
    memories[index] = memory;
    return memory;
  }

  private draw({ index }: LivingRelay): number {
    const { streams, parts } = this;
    streams[index] ??= randomStream(parts.seed, 'host', index);
    return streams[index].uniform();
  }
}
