/**
 * Two hosts compare what they have, and the one that is behind takes from the other: node/channels/state-exchange.ts by
 * events.
 *
 * A relay takes from one at a time, and whoever is asked by one that is ahead takes from that one, where it has a channel
 * that asks. One that brought nothing is not believed for a while.
 */

import { isLately } from '../../../../node/channels/lately.ts';
import { ASKED_INSTEAD, EXCHANGES_WAITING, FRUITLESS_PAUSE_MS } from '../../../../node/channels/limits.ts';
import type { Exchanged } from '../../../../node/channels/state-exchange.ts';
import { STATE_ANSWER_BYTES, SYNC_PROTOCOL } from '../../../../node/channels/sync-protocol.ts';
import { NEGOTIATION_BYTES } from '../../gossipsub/negotiation.ts';
import { FRAMING_BYTES } from '../../gossipsub/simulated-peers.ts';
import type { World } from '../world.ts';
import type { HostDraws } from './host-draws.ts';
import type { Had } from './lesson.ts';
import type { LivingRelay } from './living-relay.ts';
import type { LivingWork } from './living-work.ts';
import type { Reply, Requests } from './requests.ts';

/** The protocol's name with its length, and what is told. */
const STATE_QUESTION_BYTES = 1 + SYNC_PROTOCOL.length + STATE_ANSWER_BYTES;

type Done = (outcome: Exchanged) => void;

/** One that a relay takes from, or means to. */
interface Taking {
  readonly peer: number;
  /** What it said that it has; null if it did not. */
  readonly promised: number | null;
  /** Whether it is taken for gossip, as a message that is fetched: modules along with the news. */
  readonly forGossip: boolean;
  /** Everybody who waits for what comes of it. */
  readonly done: Done[];
}

/** What a relay's process remembers of its peers. */
interface Memory {
  /** In the order of their turns; the first is taken from. */
  readonly takings: Taking[];
  /** Peers that promised news and brought none, and when. */
  readonly fruitlessAtMs: Map<number, number>;
  /** Peers that did not have what the relay lacks of its publication either, and when. */
  readonly lackedAtMs: Map<number, number>;
  /** Whether others are asked for what the sender of news did not hand over. */
  isAskingInstead: boolean;
}

export interface ExchangeParts {
  readonly world: World;
  readonly requests: Requests;
  readonly draws: HostDraws;
  readonly work: LivingWork;
  readonly relays: readonly LivingRelay[];
  /** What an authority has, as the number of a state. */
  readonly authorityState: () => number;
  /** Whether a relay that is asked learns from it that it is behind. */
  readonly learns: boolean;
}

export class Exchange {
  private readonly parts: ExchangeParts;
  private readonly memories: (Memory | null)[];

  constructor(parts: ExchangeParts) {
    this.parts = parts;
    this.memories = parts.relays.map(() => null);
  }

  /** The relay has a new process, which remembers nothing. */
  restarted({ index }: LivingRelay): void {
    this.memories[index] = null;
  }

  /** Tells a peer what this relay has, hears what the peer has, and takes from it if it is ahead. */
  compare(relay: LivingRelay, peer: number, done: Done, forGossip = false): void {
    const { requests } = this.parts;
    let theirs = 0;
    const ours = this.stateOf(relay.index);
    const answer = (reply: Reply): void => {
      theirs = this.stateOf(peer);
      reply(STATE_ANSWER_BYTES);
      this.heard(peer, relay.index, ours);
    };
    requests.request(relay, peer, STATE_QUESTION_BYTES, answer, (answered) => {
      if (answered !== 'answer') done('no-answer');
      else if (this.mayHelp(relay, peer, theirs)) this.take(relay, peer, theirs, done, forGossip);
      else done(this.stateOf(relay.index) > theirs ? 'ahead' : 'equal');
    });
  }

  /** In quiet times: two relays find that neither has news for the other. False at other times, or with news. */
  isSettledAtOnce(relay: LivingRelay, peer: number): boolean {
    const { world, work } = this.parts;
    const { told } = work.trusted;
    if (!world.isQuiet || told[relay.index] !== told[peer]) return false;
    if (this.missingOf(relay.index) !== '') return false;
    const bytes = FRAMING_BYTES + NEGOTIATION_BYTES;
    world.sendRequest(world.nowUs, relay.index, STATE_QUESTION_BYTES + bytes, 0);
    world.sendRequest(world.nowUs, peer, STATE_ANSWER_BYTES + bytes, 0);
    return true;
  }

  /** Takes what is missing from whoever has brought news by gossip, or from others (node/channels/missing-news.ts). */
  takeMissing(relay: LivingRelay, bearer: number): void {
    const memory = this.memoryOf(relay);
    if (this.isPaused(memory, bearer)) return;
    const taken: Done = (outcome) => {
      if (outcome === 'fruitless' && !memory.isAskingInstead) this.askInstead(relay, bearer, memory);
    };
    this.take(relay, bearer, null, taken, true);
  }

  private askInstead(relay: LivingRelay, bearer: number, memory: Memory): void {
    memory.isAskingInstead = true;
    const others = relay.peers.filter((peer) => peer !== bearer);
    const left = this.parts.draws.inRandomOrder(relay.index, others).slice(0, ASKED_INSTEAD);
    const next = (): void => {
      const peer = left.shift();
      if (peer === undefined) {
        memory.isAskingInstead = false;
        return;
      }
      const compared: Done = (outcome) => {
        if (outcome === 'took') left.length = 0;
        next();
      };
      this.compare(relay, peer, compared, true);
    };
    next();
  }

  /** What a host says that it has. */
  stateOf(host: number): number {
    const { work, relays, authorityState } = this.parts;
    return host < relays.length ? work.trusted.told[host] : authorityState();
  }

  missingOf(host: number): string {
    return this.parts.work.trusted.missingOf(host);
  }

  hadBy(host: number): Had {
    return { to: this.stateOf(host), missing: this.missingOf(host) };
  }

  /** Whether a peer with these versions may have what the relay has not. */
  private mayHelp(relay: LivingRelay, peer: number, theirs: number): boolean {
    const own = this.stateOf(relay.index);
    if (theirs > own) return true;
    if (theirs < own || this.missingOf(relay.index) === '') return false;
    return !this.isNoted(this.memoryOf(relay).lackedAtMs, peer);
  }

  /** A host has been told what another one has. */
  private heard(host: number, from: number, versions: number): void {
    const { relays, learns } = this.parts;
    if (learns && host < relays.length && this.mayHelp(relays[host], from, versions))
      this.take(relays[host], from, versions, () => {}, false);
  }

  /** Takes what a peer has, when those before it are done. */
  private take(
    relay: LivingRelay,
    peer: number,
    promised: number | null,
    done: Done,
    forGossip: boolean,
  ): void {
    const memory = this.memoryOf(relay);
    const { takings } = memory;
    const joined = takings.find((taking) => taking.peer === peer);
    if (joined !== undefined) joined.done.push(done);
    else if (takings.length >= EXCHANGES_WAITING) done('busy');
    else if (this.isPaused(memory, peer)) done('fruitless');
    else {
      takings.push({ peer, promised, forGossip, done: [done] });
      if (takings.length === 1) this.takeFirst(relay, memory);
    }
  }

  private memoryOf({ index }: LivingRelay): Memory {
    return (this.memories[index] ??= {
      takings: [],
      fruitlessAtMs: new Map(),
      lackedAtMs: new Map(),
      isAskingInstead: false,
    });
  }

  private isPaused({ fruitlessAtMs }: Memory, peer: number): boolean {
    return this.isNoted(fruitlessAtMs, peer);
  }

  private isNoted(notes: ReadonlyMap<number, number>, peer: number): boolean {
    return isLately(notes.get(peer) ?? Number.NEGATIVE_INFINITY, this.nowMs(), FRUITLESS_PAUSE_MS);
  }

  nowMs(): number {
    return Math.floor(this.parts.world.nowUs / 1000);
  }

  /** Somebody before it has brought the same: no fault of this one. */
  private isVain(relay: LivingRelay, { peer, promised }: Taking): boolean {
    return promised !== null && !this.mayHelp(relay, peer, promised);
  }

  /** The first of those in line has its turn. */
  private takeFirst(relay: LivingRelay, memory: Memory): void {
    const { process } = relay;
    const { work, world } = this.parts;
    const { takings, fruitlessAtMs, lackedAtMs } = memory;
    const { peer, promised, forGossip, done } = takings[0];
    const isBehind = (): boolean => promised === null || this.stateOf(relay.index) < promised;
    const over = (outcome: Exchanged): void => {
      if (relay.process !== process) return;
      takings.shift();
      const next = takings[0];
      const isVain = next !== undefined && this.isVain(relay, next);
      // Whom it takes from next it asks before anybody who has waited for this asks anything.
      if (next !== undefined && !isVain) this.takeFirst(relay, memory);
      for (const tell of done) tell(outcome);
      if (isVain) this.takeFirst(relay, memory);
    };
    if (this.isVain(relay, takings[0])) {
      over('equal');
      return;
    }
    const judged = (isNews: boolean): void => {
      fruitlessAtMs.delete(peer);
      if (this.missingOf(relay.index) !== '') lackedAtMs.set(peer, this.nowMs());
      if (isNews || !isBehind()) over(isNews ? 'took' : 'equal');
      else {
        fruitlessAtMs.set(peer, this.nowMs());
        over('fruitless');
      }
    };
    work.take({ relay, peer, forGossip }, world.nowUs, judged);
  }
}
