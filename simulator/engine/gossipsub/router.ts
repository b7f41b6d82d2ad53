/**
 * The routers that relays run: js-libp2p's GossipSub, watched, and on the fast path with shortcuts.
 *
 * The fast path receives without async iterators, asks for streams from a queue without them, encodes once what goes to
 * many, and makes no events without listeners. All ends in the router's own code with the same arguments; the trace hash
 * proves it.
 */

import type { GossipSubComponents, GossipsubOpts, Message } from '@chainsafe/libp2p-gossipsub';
import { RPC } from '@chainsafe/libp2p-gossipsub/message';
import type { PeerId } from '@libp2p/interface';
import { PUBSUB_OPTIONS } from '../../../node/channels/gossipsub-pubsub.ts';
import type { GossipsubPlan } from '../../scenario/scenario.ts';
import type { SimulatedConnection } from './connection.ts';
import { type FrameMint, isBareMessage } from './frame.ts';
import type { GossipSubClass, GossipSubInternals } from './internals.ts';
import { idText, messageId } from './message-id.ts';
import type { SeenMessages } from './seen-messages.ts';
import { makeTablesSparse } from './sparse-tables.ts';
import { StreamQueue } from './stream-queue.ts';

/** A router, whose it is, and the peers that it has shut out for their score. */
export interface WatchedRouter extends GossipSubInternals {
  /** Index of its relay, set once it is made. */
  relay: number;
  readonly shutOut: ReadonlySet<string>;
}

export interface RouterCounters {
  /** Messages received for the first time. */
  firsts: number;
  /** Messages received, first copies and later ones. */
  copies: number;
  /** Behavioural penalties that routers gave to peers. */
  penalties: number;
}

/** Told how many messages, known ones among them, a relay's router was given at once. */
export type CopiesListener = (relay: number, messages: number) => void;

/** Told what a router holds against a peer: a behavioural penalty (P7) or an invalid message (P4). */
export type BlameListener = (peer: string, blame: 'penalty' | 'invalid-message') => void;

type WatchedClass = new (...args: ConstructorParameters<GossipSubClass>) => WatchedRouter;

/** The router class with its received messages and given penalties counted. */
export function watchedRouter(
  Base: GossipSubClass,
  counters: RouterCounters,
  onCopies: CopiesListener,
  onBlame: BlameListener | null = null,
): WatchedClass {
  return class extends Base implements WatchedRouter {
    relay = -1;
    readonly shutOut = new Set<string>();

    constructor(components: GossipSubComponents, options: Partial<GossipsubOpts>) {
      super(components, options);
      const { score } = this;
      const addPenalty = score.addPenalty.bind(score);
      score.addPenalty = (...penalty) => {
        counters.penalties++;
        onBlame?.(penalty[0], 'penalty');
        addPenalty(...penalty);
      };
      if (onBlame === null) return;
      const markInvalid = score.markInvalidMessageDelivery.bind(score);
      score.markInvalidMessageDelivery = (peer, topic) => {
        onBlame(peer, 'invalid-message');
        markInvalid(peer, topic);
      };
    }

    override acceptFrom(id: string): boolean {
      const accepts = super.acceptFrom(id);
      if (!accepts) this.shutOut.add(id);
      return accepts;
    }

    override handleReceivedRpc(from: PeerId, rpc: RPC): Promise<void> {
      const { length } = rpc.messages;
      if (length > 0) {
        counters.copies += length;
        onCopies(this.relay, length);
      }
      return super.handleReceivedRpc(from, rpc);
    }
  };
}

/** The router class with the shortcuts of the fast path. */
export function fastRouter(
  Base: WatchedClass,
  mint: FrameMint,
  seen: SeenMessages,
  isBlameWatched: boolean,
): GossipSubClass {
  return class FastRouter extends Base {
    constructor(components: GossipSubComponents, options: Partial<GossipsubOpts>) {
      super(components, options);
      makeTablesSparse(this);
      this.outboundInflightQueue = new StreamQueue(this);
      if (!isBlameWatched) leaveUnscored(this);
      const { seenCache } = this;
      const put = seenCache.put.bind(seenCache);
      seenCache.put = (id) => {
        const isKnown = put(id);
        if (!isKnown) seen.add(this.relay, id, Date.now() + seenCache.validityMs);
        return isKnown;
      };
    }

    override start(): Promise<void> {
      if (this.isStarted()) return super.start();
      const started = super.start();
      this.outboundInflightQueue.end();
      this.outboundInflightQueue = new StreamQueue(this);
      return started;
    }

    /** Nothing is made that nobody listens to. */
    override safeDispatchEvent(...event: Parameters<GossipSubInternals['safeDispatchEvent']>): boolean {
      return this.listenerCount(event[0]) === 0 || super.safeDispatchEvent(...event);
    }

    override dispatchEvent(event: Event): boolean {
      return this.listenerCount(event.type) === 0 || super.dispatchEvent(event);
    }

    /** Frames come by `handleReceivedRpc`, so nothing has to be piped, or closed in the end. */
    override createInboundStream(): void {}

    override sendRpc(peer: string, rpc: RPC): boolean {
      if (this.tellsOf(rpc) || this.control.has(peer) || this.gossip.has(peer))
        return super.sendRpc(peer, rpc);
      const stream = this.streamsOutbound.get(peer);
      if (stream === undefined) return false;
      const encode = (): Uint8Array => RPC.encode(rpc);
      const frame = isBareMessage(rpc)
        ? mint.ofMessage(rpc.messages[0], encode)
        : mint.ofControl(rpc, encode);
      (stream.rawStream as SimulatedConnection).sendFrame(frame);
      return true;
    }

    /** Whether somebody listens for what an RPC changes in the mesh. */
    private tellsOf({ control }: RPC): boolean {
      if (control === undefined) return false;
      const { graft, prune } = control;
      return (
        (graft.length > 0 && this.listenerCount('gossipsub:graft') > 0) ||
        (prune.length > 0 && this.listenerCount('gossipsub:prune') > 0)
      );
    }
  };
}

/** Where no topic is scored, nobody sees what scores keep of messages. */
function leaveUnscored({ score }: GossipSubInternals): void {
  if (Object.keys(score.params.topics).length > 0) return;
  score.validateMessage = doNothing;
  score.deliverMessage = doNothing;
  score.duplicateMessage = doNothing;
  score.rejectMessage = doNothing;
}

function doNothing(): void {}

/** Remembers an answer for as long as its argument lives. */
function remembered<Argument extends object, Answer>(answer: (argument: Argument) => Answer) {
  const answers = new WeakMap<Argument, Answer>();
  return (argument: Argument): Answer => {
    let known = answers.get(argument);
    if (known === undefined) {
      known = answer(argument);
      answers.set(argument, known);
    }
    return known;
  };
}

/** How routers score their peers, as plain data; js-libp2p's defaults where it is left out. */
export type ScoringOptions = Partial<Pick<GossipsubOpts, 'scoreParams' | 'scoreThresholds'>>;

/** The options of every relay's router; on the fast path, ids are computed once for shared bytes. */
export function routerOptions(
  plan: GossipsubPlan,
  fast: boolean,
  scoring: ScoringOptions = {},
): Partial<GossipsubOpts> {
  const idOf = fast ? remembered(messageId) : messageId;
  return {
    ...PUBSUB_OPTIONS,
    ...scoring,
    D: plan.D,
    Dlo: plan.Dlo,
    Dhi: plan.Dhi,
    Dscore: plan.Dscore,
    Dout: plan.Dout,
    Dlazy: plan.Dlazy,
    heartbeatInterval: plan.heartbeatMs,
    floodPublish: plan.floodPublish,
    tagMeshPeers: false, // tags feed libp2p's connection manager, which a simulated relay has not
    msgIdFn: (message: Message) => idOf(message.data),
    msgIdToStrFn: fast ? remembered(idText) : idText,
  };
}
