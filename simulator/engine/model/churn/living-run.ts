/** A run of the model in which relays come and go, or have other channels than gossip, from its links to the end of virtual time. */

import type { Population } from '../../../population/population.ts';
import { Trace } from '../../trace.ts';
import { Calendar, QUIET_RING } from '../calendar.ts';
import { type Arrived, Gossip } from '../gossip.ts';
import {
  EVENTS_BETWEEN_LOOKS,
  type LivingJob,
  lookUp,
  type ModelJob,
  type ModelResult,
} from '../model-job.ts';
import { frameShapes } from '../rpc-sizes.ts';
import { EVENT, kindOf, messageOf, World } from '../world.ts';
import { Calls } from './calls.ts';
import { ChangingLinks } from './changing-links.ts';
import { Channels } from './channels.ts';
import { Lessons } from './lessons.ts';
import { LifeQueue } from './life-queue.ts';
import { LivingNetwork } from './living-network.ts';
import type { LivingRelay } from './living-relay.ts';
import { LivingWork } from './living-work.ts';
import { MeshOnLoan, type StartMeshThread } from './mesh-on-loan.ts';
import { QuietTimes } from './quiet-times.ts';
import { relayLists } from './relay-lists.ts';
import { TravellingMesh } from './travelling-mesh.ts';

/** With fewer, to start a thread for the mesh costs more than it saves. */
const RELAYS_OF_TWO_THREADS = 2000;

export class LivingRun {
  private readonly job: ModelJob;
  private readonly world: World;
  private readonly calls: Calls;
  private readonly mesh: TravellingMesh;
  private readonly loan: MeshOnLoan;
  private readonly gossip: Gossip;
  private readonly network: LivingNetwork;
  private readonly channels: Channels;
  private readonly gossips: boolean;
  /** Whether the developers hand publications to a relay: where there is nothing but a directory, authorities have them. */
  private readonly handsOver: boolean;
  private readonly work: LivingWork;
  private readonly lives: LifeQueue;
  private readonly quiet: QuietTimes;

  constructor(
    job: ModelJob,
    { churn, keepsTopology, latency, arm, authorities, desk, followedUs }: LivingJob,
    startMeshThread: StartMeshThread | null,
  ) {
    const { scenario, population, topology, publications, shared } = job;
    const { relays } = population;
    const { seed, gossipsub } = scenario;
    const trace = new Trace(shared.traceWords);
    // Room for links that are over and those that take their places.
    const links = new ChangingLinks(relays, 4 * topology.links + 1024);
    this.job = job;
    this.world = new World({
      links,
      calendar: new Calendar(relays, QUIET_RING),
      shapes: frameShapes(),
      load: shared.load,
      uplinkBitsPerSecond: uplinksOf(population, authorities, arm.directory.uplinkBitsPerSecond),
      firstBeatUs: new Float64Array(relays),
      heartbeatMs: gossipsub.heartbeatMs,
      endUs: scenario.durationSeconds * 1e6,
      seed,
      trace,
    });
    const { world } = this;
    this.calls = new Calls(world);
    const { calls } = this;
    const lists = relayLists(relays);
    this.gossips = arm.channels.includes('gossip');
    this.handsOver = arm.channels.some((channel) => channel !== 'directory');
    this.mesh = new TravellingMesh(world, gossipsub, seed, this.gossips, lists);
    const { mesh } = this;
    this.loan = new MeshOnLoan({
      world,
      links,
      mesh,
      plan: gossipsub,
      seed,
      subscribes: this.gossips,
      startThread: keepsTopology || relays < RELAYS_OF_TWO_THREADS ? null : startMeshThread,
    });
    this.network = new LivingNetwork({
      scenario,
      population,
      topology,
      latency,
      churn,
      keepsTopology,
      world,
      links,
      mesh: this.loan,
      lists,
      calls,
    });
    const living = this.network.relays;
    const { freshUntilUs } = desk;
    this.work = new LivingWork(
      { ...job, trace },
      { world, calls, lessons: new Lessons(desk), relays: living, freshUntilUs, gossips: this.gossips },
    );
    const arrived: Arrived = (publication, relay, nowUs, isPublisher, sender) => {
      this.work.hear(publication, relay, nowUs, sender, isPublisher);
      return null;
    };
    this.gossip = new Gossip(world, mesh, gossipsub, publications, arrived);
    const publishedUs = publications.map(({ atUs }) => atUs);
    this.channels = new Channels({
      arm,
      authorities,
      world,
      links,
      calls,
      work: this.work,
      relays: living,
      latency,
      consensusWeight: population.consensusWeight,
      publishedUs,
      seed,
    });
    const { channels } = this;
    this.network.listener = channels;
    this.work.peers = channels;
    links.onNew = (place) => {
      this.gossip.forgetPlace(place);
      this.gossip.forgetPlace(place + 1);
    };
    links.onGrowth = (places) => {
      this.mesh.grow(places);
      this.gossip.grow(places);
    };
    this.lives = new LifeQueue(churn, relays);
    this.quiet = new QuietTimes(publishedUs, followedUs);
    this.network.plan();
    if (channels.begins) this.network.planStarts((relay) => channels.started(relay));
  }

  /** Events so far. */
  get eventsFired(): number {
    return this.world.counters.eventsFired;
  }

  /** Runs what happens before a moment. Throws StoppedError when its caller has asked for that. */
  runUntil(endUs: number): void {
    const { world, lives, quiet, job } = this;
    for (;;) {
      const untilUs = Math.min(endUs, lives.nextTimeUs, quiet.nextUs);
      this.runEvents(untilUs);
      if (untilUs >= endUs) break;
      world.nowUs = untilUs;
      if (quiet.nextUs === untilUs) this.turn();
      else this.live();
    }
    job.shared.reachedUs[0] = endUs;
  }

  result(): ModelResult {
    const { world, work, network, mesh, loan } = this;
    loan.beginLife();
    loan.recall(this.job.scenario.durationSeconds * 1e6);
    mesh.wakeAll(this.job.scenario.durationSeconds * 1e6);
    for (const { index, process } of network.relays)
      if (process >= 0) work.noteFreshness(index, this.job.scenario.durationSeconds * 1e6);
    return {
      ...world.counters,
      framesInFlight: world.framesInFlight,
      bytesByKind: world.bytesByKind(),
      refusals: work.refusals,
      rolledBack: work.rolledBack,
      verdicts: work.verdicts(),
      staleRelays: work.stale.size,
      ...network.countLinkEnds(),
    };
  }

  /** It becomes quiet, or ends to be. */
  private turn(): void {
    const { world, quiet, mesh, loan } = this;
    world.isQuiet = quiet.take();
    if (world.isQuiet) return;
    loan.beginLife();
    loan.recall();
    mesh.wakeAll(world.nowUs);
  }

  private live(): void {
    const { lives, network, work, channels, gossip, world, loan } = this;
    if (world.isQuiet && !loan.isLent) loan.lend(gossip);
    loan.beginLife();
    const what = lives.take();
    const { relay: index, timeUs } = lives;
    const relay = network.relays[index];
    switch (what) {
      case 'join':
        network.start(relay);
        network.comeOnline(relay);
        channels.cameOnline(relay);
        channels.started(relay);
        break;
      case 'leave':
        this.leave(relay, lives.isRestart(index), false);
        break;
      case 'end':
        this.leave(relay, true, true);
        break;
      case 'restart':
        network.start(relay);
        gossip.forget(index);
        channels.restarted(relay);
        work.restart(index, timeUs);
        network.comeOnline(relay);
        channels.cameOnline(relay);
        channels.started(relay);
        work.modules.goOn(relay);
        break;
      case 'return':
        network.comeOnline(relay);
        channels.cameOnline(relay);
        break;
    }
  }

  /** The relay loses its network, and where its process ends too, what it had in memory. */
  private leave(relay: LivingRelay, ends: boolean, isForGood: boolean): void {
    const { network, channels, work, lives } = this;
    // Nobody meets it any more by the time that what it had asked for fails.
    channels.leaves(relay, ends);
    if (ends) work.ending = relay.index;
    network.goOffline(relay);
    channels.wentOffline(relay);
    if (!ends) return;
    relay.process++;
    work.end(relay.index, lives.timeUs, isForGood);
  }

  /** The developers publish, through a relay where they hand over. */
  private publish(nowUs: number, relay: number, publication: number): void {
    if (this.gossips) this.gossip.publish(nowUs, relay, publication);
    else if (this.handsOver) this.work.hear(publication, relay, nowUs, relay, true);
  }

  private runEvents(endUs: number): void {
    const { world, mesh, gossip, network, calls, loan } = this;
    const { calendar, counters, shapes } = world;
    const { shared } = this.job;
    while (calendar.next(endUs)) {
      const { timeUs: nowUs, host: relay, place, source: sender, code } = calendar;
      world.nowUs = nowUs;
      counters.eventsFired++;
      if ((counters.eventsFired & (EVENTS_BETWEEN_LOOKS - 1)) === 0) lookUp(shared, nowUs);
      const kind = kindOf(code);
      if (loan.isLent) loan.beginEvent(kind, sender, calls.plannedAtUs(messageOf(code)));
      switch (kind) {
        case EVENT.call:
          calls.fire(messageOf(code));
          break;
        case EVENT.message:
          if (network.isTaken(relay, place, gossip.frameBytes(messageOf(code))))
            gossip.hearMessage(nowUs, relay, place, sender, messageOf(code));
          break;
        case EVENT.iHave:
          if (network.isTaken(relay, place, shapes.iHave(1).bytes))
            gossip.hearOffer(nowUs, relay, place, messageOf(code));
          break;
        case EVENT.iWant:
          if (network.isTaken(relay, place, shapes.iWant.bytes))
            gossip.hearRequest(nowUs, relay, place, messageOf(code));
          break;
        case EVENT.subscription:
          if (network.isTaken(relay, place, shapes.subscribe.bytes))
            mesh.hearSubscription(nowUs, relay, place);
          break;
        case EVENT.graft:
          if (network.isTaken(relay, place, shapes.graft.bytes)) mesh.hearGraft(nowUs, relay, place);
          break;
        case EVENT.prune:
          if (network.isTaken(relay, place, shapes.prune.bytes)) mesh.hearPrune(nowUs, relay, place);
          break;
        case EVENT.heartbeat:
          if (loan.isLent) loan.beat(relay);
          else if (mesh.isDue(nowUs, relay)) gossip.beat(nowUs, relay);
          break;
        case EVENT.verdict:
          gossip.passOn(nowUs, relay, place === 1, messageOf(code));
          break;
        case EVENT.publication:
          this.publish(nowUs, relay, messageOf(code));
          break;
        case EVENT.dial:
          network.hearDial(network.relays[relay], place, sender);
          break;
        case EVENT.accept:
          network.hearAccept(network.relays[relay], place, sender);
          break;
        case EVENT.refuse:
          network.hearRefusal(network.relays[relay], place, sender);
          break;
        case EVENT.close:
          network.hearClose(network.relays[relay], place, sender);
          break;
        case EVENT.identify:
          if (network.isTaken(relay, place, 0)) mesh.hearIdentify(nowUs, relay, place);
          break;
        case EVENT.identity:
          if (network.isTaken(relay, place, 0)) mesh.hearIdentity(nowUs, relay, place);
          break;
        case EVENT.open:
          if (network.isTaken(relay, place, 0)) mesh.hearOpen(nowUs, relay, place);
          break;
        case EVENT.acknowledge:
          if (network.isTaken(relay, place, 0)) mesh.hearAcknowledge(nowUs, relay, place);
          break;
        case EVENT.linkUp:
          network.linkUp(network.relays[relay], place);
          break;
        default:
          throw new Error(`no such event: ${code}`);
      }
    }
  }
}

/** What each host can send, bits per second: the relays first, then the authorities. */
function uplinksOf(
  { relays, uplinkBitsPerSecond }: Population,
  authorities: number,
  authorityBitsPerSecond: number,
): Float64Array {
  const uplinks = new Float64Array(relays + authorities).fill(authorityBitsPerSecond);
  uplinks.set(uplinkBitsPerSecond);
  return uplinks;
}
