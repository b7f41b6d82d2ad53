/**
 * The thread of the mesh in quiet times: it follows links as it is told of them, and gives the mesh back when asked.
 *
 * Nothing that links come to in quiet times depends on the mesh, so that the thread of the run goes on meanwhile.
 */

import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { GossipsubPlan } from '../../../scenario/scenario.ts';
import { type LoadColumns, loadColumns } from '../../gossipsub/load-counter.ts';
import { Trace } from '../../trace.ts';
import { Calendar, QUIET_RING } from '../calendar.ts';
import { frameShapes } from '../rpc-sizes.ts';
import { EVENT, type QuietCounts, World } from '../world.ts';
import { ChangingLinks, otherEnd } from './changing-links.ts';
import { MeshLogReader, OP } from './mesh-log.ts';
import { relayLists } from './relay-lists.ts';
import { type MeshColumns, TravellingMesh } from './travelling-mesh.ts';

const POLL_WALL_MS = 1;
/** So often grafts in vain are followed: the thread of the run, which waits for the mesh in the end, is still busy then. */
const FOLLOW_VAIN_GRAFTS_US = 86_400e6;

/** What the thread is started with. */
export interface MeshTerms {
  readonly log: Int32Array<SharedArrayBuffer>;
  readonly port: MessagePort;
  readonly plan: GossipsubPlan;
  readonly seed: number;
  readonly endUs: number;
  readonly relays: number;
  readonly subscribes: boolean;
  /** Columns of all threads: what the mesh sends is added when it goes back, while nobody else writes. */
  readonly load: LoadColumns;
}

/** A mesh that is lent. */
export interface LentMesh {
  readonly mesh: MeshColumns;
  readonly firstBeatUs: Float64Array;
  /** By place, as in ChangingLinks. */
  readonly peer: Uint32Array;
  readonly latencyUs: Uint32Array;
}

/** A mesh that is back. */
export interface ReturnedMesh {
  readonly mesh: MeshColumns;
  readonly counts: QuietCounts;
  /** Heartbeats that are planned, in the order of time: whose, and when. */
  readonly beatsOf: readonly number[];
  readonly beatsUs: readonly number[];
}

/** Follows meshes for good. */
export function followMeshes(terms: MeshTerms): void {
  const log = new MeshLogReader(terms.log);
  try {
    for (;;) {
      if (log.next() !== OP.lend) throw new Error('no mesh has come');
      const returned = new FollowedMesh(terms, takeMessage<LentMesh>(terms.port)).follow(log);
      const { openUs, backoffs } = returned.mesh;
      terms.port.postMessage(returned, [openUs.buffer, backoffs.keys.buffer, backoffs.times.buffer]);
      log.noteReturn();
    }
  } catch (error) {
    terms.port.postMessage(error);
    log.fail();
  }
}

/** Takes what was sent before the log told of it: on a busy machine it may come a little later. */
export function takeMessage<Message>(port: MessagePort): Message {
  for (;;) {
    const received = receiveMessageOnPort(port) as { readonly message: Message } | undefined;
    if (received !== undefined) return received.message;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_WALL_MS);
  }
}

class FollowedMesh {
  private readonly terms: MeshTerms;
  private readonly links: ChangingLinks;
  private readonly world: World;
  private readonly mesh: TravellingMesh;
  private vainGraftsUs = 0;

  constructor(terms: MeshTerms, { mesh, firstBeatUs, peer, latencyUs }: LentMesh) {
    const { relays, plan, seed, endUs, subscribes } = terms;
    this.terms = terms;
    this.links = new ChangingLinks(relays, peer.length);
    this.links.have(peer, latencyUs);
    this.links.flags.set(mesh.flags);
    this.world = new World({
      links: this.links,
      calendar: new Calendar(relays, QUIET_RING),
      shapes: frameShapes(),
      load: loadColumns(relays),
      uplinkBitsPerSecond: new Float64Array(0),
      firstBeatUs,
      heartbeatMs: plan.heartbeatMs,
      endUs,
      seed,
      trace: new Trace(new Uint32Array(0)),
    });
    this.world.isQuiet = true;
    this.mesh = new TravellingMesh(this.world, plan, seed, subscribes, relayLists(relays));
    this.mesh.take(mesh);
    this.links.onGrowth = (places) => this.mesh.grow(places);
  }

  /** Follows it until it is to go back. */
  follow(log: MeshLogReader): ReturnedMesh {
    const { world, mesh, links } = this;
    for (;;) {
      const op = log.next();
      const { item } = log;
      switch (op) {
        case OP.moment:
          this.turnTo(log.real(), item - 1, log.real());
          break;
        case OP.connect: {
          const [dialler, listener, latencyUs] = [log.whole(), log.whole(), log.whole()];
          links.put(item, dialler, listener, latencyUs);
          mesh.connect(world.nowUs, dialler, item);
          break;
        }
        case OP.disconnect:
          mesh.disconnect(world.nowUs, links.peer[otherEnd(item)], item);
          break;
        case OP.restarted:
          world.firstBeatUs[item] = log.real();
          mesh.restarted(world.nowUs, item);
          break;
        case OP.beat:
          if (mesh.isDue(world.nowUs, item)) mesh.beat(world.nowUs, item, false);
          break;
        case OP.recall:
          return this.end();
        default:
          throw new Error(`no such operation: ${op}`);
      }
    }
  }

  /** Lets heartbeats come that come before something else: by the time, whose turn it is, and when that was planned. */
  private turnTo(timeUs: number, source: number, plannedUs: number): void {
    const { world, mesh } = this;
    const { calendar } = world;
    const afterUs = timeUs * (1 + Number.EPSILON);
    while (calendar.next(afterUs)) {
      const { timeUs: atUs, host } = calendar;
      const isFirst = host < source || (host === source && mesh.isBeatPlannedBy(host, plannedUs));
      if (atUs >= timeUs && !isFirst) {
        calendar.push(atUs, host, 0, host, EVENT.heartbeat);
        break;
      }
      world.nowUs = atUs;
      world.counters.eventsFired++;
      if (mesh.isDue(atUs, host)) mesh.beat(atUs, host, false);
    }
    world.nowUs = timeUs;
    calendar.timeUs = timeUs;
    calendar.source = source;
    if (timeUs < this.vainGraftsUs) return;
    this.mesh.followVainGrafts(timeUs);
    this.vainGraftsUs = timeUs + FOLLOW_VAIN_GRAFTS_US;
  }

  private end(): ReturnedMesh {
    const { world, mesh } = this;
    const { calendar } = world;
    mesh.wakeAll(world.nowUs);
    const beatsOf: number[] = [];
    const beatsUs: number[] = [];
    while (calendar.next(Number.POSITIVE_INFINITY)) {
      beatsOf.push(calendar.host);
      beatsUs.push(calendar.timeUs);
    }
    addLoad(world.load, this.terms.load);
    return { mesh: mesh.give(), counts: world.quietCounts(), beatsOf, beatsUs };
  }
}

/** What a mesh sends and hears in quiet times. */
function addLoad(load: LoadColumns, to: LoadColumns): void {
  for (const name of ['sentBytes', 'messageBytes', 'controlBytes', 'receivedGossipBytes'] as const)
    addColumn(load[name], to[name]);
}

function addColumn(column: Float64Array, to: Float64Array): void {
  for (let row = 0; row < column.length; row++) to[row] += column[row];
}
