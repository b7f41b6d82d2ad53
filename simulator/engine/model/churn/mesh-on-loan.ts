/**
 * The mesh as the thread of a run has it: here, or on loan to a thread of its own in quiet times.
 *
 * While it is on loan, that thread is told what happens to links, and this one goes on. What could ask the mesh anything,
 * or send it something that travels, calls it back first: that costs time and changes nothing.
 */

import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { GossipsubPlan } from '../../../scenario/scenario.ts';
import type { Gossip } from '../gossip.ts';
import { EVENT, kindOf, type World } from '../world.ts';
import type { ChangingLinks } from './changing-links.ts';
import { MeshLogWriter, meshLog, OP } from './mesh-log.ts';
import { type LentMesh, type MeshTerms, type ReturnedMesh, takeMessage } from './mesh-thread.ts';
import type { TravellingMesh } from './travelling-mesh.ts';

/** Starts a thread that follows meshes on such terms. */
export type StartMeshThread = (terms: MeshTerms) => void;

/** Events that do not ask the mesh anything by themselves. */
const OF_LINKS: ReadonlySet<number> = new Set([
  EVENT.call,
  EVENT.dial,
  EVENT.accept,
  EVENT.refuse,
  EVENT.close,
]);
/** Events that may be under way when the mesh goes. */
const MAY_WAIT: ReadonlySet<number> = new Set([
  EVENT.call,
  EVENT.heartbeat,
  EVENT.publication,
  EVENT.dial,
  EVENT.close,
]);
/** Lives change before anything else that happens in their instant. */
const NOBODY = -1;
const UNKNOWN = Number.NaN;

export interface LoanParts {
  readonly world: World;
  readonly links: ChangingLinks;
  readonly mesh: TravellingMesh;
  readonly plan: GossipsubPlan;
  readonly seed: number;
  readonly subscribes: boolean;
  /** Null where the mesh is to stay. */
  readonly startThread: StartMeshThread | null;
}

export class MeshOnLoan {
  /** Whether the mesh is with the other thread. */
  isLent = false;
  private readonly parts: LoanParts;
  private log: MeshLogWriter | null = null;
  private port: MessagePort | null = null;
  private returned = 0;
  /** Whose turn it is, and when that was planned. */
  private source = NOBODY;
  private plannedUs = UNKNOWN;
  private isMomentTold = false;

  constructor(parts: LoanParts) {
    this.parts = parts;
  }

  /** Lends the mesh, if nothing is under way that it is to hear. */
  lend(gossip: Gossip): void {
    const { world, links, mesh, startThread } = this.parts;
    if (startThread === null) return;
    const isAwaited = (code: number): boolean => !MAY_WAIT.has(kindOf(code));
    if (mesh.opensStreams() || !gossip.isSilent(world.nowUs) || world.calendar.count(isAwaited) > 0) return;
    this.log ??= this.start();
    // Whoever is told of every new link has nothing to forget then.
    gossip.retire(world.nowUs);
    mesh.wakeAll(world.nowUs);
    const { peer, latencyUs } = links;
    const lent: LentMesh = { mesh: mesh.give(), firstBeatUs: world.firstBeatUs, peer, latencyUs };
    const { keys, times } = lent.mesh.backoffs;
    this.port!.postMessage(lent, [keys.buffer, times.buffer]);
    this.log.tell(OP.lend);
    this.log.flush();
    this.isLent = true;
    this.isMomentTold = false;
  }

  /** The mesh comes back, as it is now. */
  recall(nowUs = this.parts.world.nowUs): void {
    if (!this.isLent) return;
    const { world, mesh } = this.parts;
    const log = this.log!;
    this.moment(nowUs);
    log.tell(OP.recall);
    log.flush();
    log.waitForReturn(this.returned++);
    const returned = takeMessage<ReturnedMesh>(this.port!);
    this.isLent = false;
    mesh.take(returned.mesh);
    world.addCounts(returned.counts);
    for (const [index, relay] of returned.beatsOf.entries())
      world.calendar.push(returned.beatsUs[index], relay, 0, relay, EVENT.heartbeat);
  }

  /** A relay's life changes, or quiet times end. */
  beginLife(): void {
    this.begin(NOBODY, 0);
  }

  /** An event takes place; of a call is known when it was planned. */
  beginEvent(kind: number, source: number, plannedUs: number): void {
    this.begin(source, kind === EVENT.call ? plannedUs : UNKNOWN);
    if (kind !== EVENT.heartbeat && !OF_LINKS.has(kind)) this.recall();
  }

  /** A heartbeat that was planned before the mesh went. */
  beat(relay: number): void {
    this.moment();
    this.log!.tell(OP.beat, relay);
  }

  connect(nowUs: number, dialler: number, place: number): void {
    if (!this.isToldOf()) {
      this.parts.mesh.connect(nowUs, dialler, place);
      return;
    }
    const { peer, latencyUs } = this.parts.links;
    const log = this.log!;
    log.tell(OP.connect, place);
    log.whole(dialler);
    log.whole(peer[place]);
    log.whole(latencyUs[place]);
  }

  linkUp(nowUs: number, relay: number, place: number): void {
    this.recall();
    this.parts.mesh.linkUp(nowUs, relay, place);
  }

  disconnect(nowUs: number, relay: number, place: number): void {
    if (this.isToldOf()) this.log!.tell(OP.disconnect, place);
    else this.parts.mesh.disconnect(nowUs, relay, place);
  }

  linkDown(nowUs: number, relay: number, place: number): void {
    this.recall();
    this.parts.mesh.linkDown(nowUs, relay, place);
  }

  looksAfter(nowUs: number, relay: number): void {
    this.recall();
    this.parts.mesh.looksAfter(nowUs, relay);
  }

  /** On loan, the mesh opens no streams. */
  wentOffline(relay: number): void {
    if (!this.isLent) this.parts.mesh.wentOffline(relay);
  }

  restarted(nowUs: number, relay: number): void {
    if (!this.isToldOf()) {
      this.parts.mesh.restarted(nowUs, relay);
      return;
    }
    this.log!.tell(OP.restarted, relay);
    this.log!.real(this.parts.world.firstBeatUs[relay]);
  }

  private begin(source: number, plannedUs: number): void {
    this.source = source;
    this.plannedUs = plannedUs;
    this.isMomentTold = false;
  }

  /** Whether the mesh is on loan and can be told of what happens now; it is here where not. */
  private isToldOf(): boolean {
    if (!this.isLent) return false;
    if (Number.isNaN(this.plannedUs)) this.recall();
    else this.moment();
    return this.isLent;
  }

  private moment(nowUs = this.parts.world.nowUs): void {
    if (this.isMomentTold) return;
    const log = this.log!;
    log.tell(OP.moment, this.source + 1);
    log.real(nowUs);
    log.real(this.plannedUs);
    this.isMomentTold = true;
  }

  private start(): MeshLogWriter {
    const { world, links, plan, seed, subscribes, startThread } = this.parts;
    const log = meshLog();
    const { port1, port2 } = new MessageChannel();
    const { endUs, load } = world;
    startThread!({ log, port: port2, plan, seed, endUs, relays: links.relays, subscribes, load });
    this.port = port1;
    const failure = (): Error =>
      new Error('the thread of the mesh has failed', { cause: receiveMessageOnPort(port1)?.message });
    return new MeshLogWriter(log, failure);
  }
}
