/** Takes a run of the model from its links to the end of virtual time. */

import type { SharedColumns, ThreadPhase } from '../gossipsub/job.ts';
import { relayStarts } from '../start-plan.ts';
import { Trace } from '../trace.ts';
import { Calendar } from './calendar.ts';
import { LivingRun } from './churn/living-run.ts';
import type { StartMeshThread } from './churn/mesh-on-loan.ts';
import { Gossip } from './gossip.ts';
import { linkTable } from './link-table.ts';
import { linksComeUp } from './links-come-up.ts';
import { Mesh } from './mesh.ts';
import {
  EVENTS_BETWEEN_LOOKS,
  type LivingJob,
  lookUp,
  type ModelJob,
  type ModelResult,
  type NetworkJob,
  type NewsJob,
} from './model-job.ts';
import { RelayWork } from './relay-work.ts';
import { frameShapes } from './rpc-sizes.ts';
import { EVENT, kindOf, messageOf, World } from './world.ts';

/** js-libp2p's HeartbeatInitialDelay. */
const FIRST_BEAT_AFTER_US = 100_000;

type EnterPhase = (phase: ThreadPhase, eventsFired: number) => void;

/** Runs the job; throws StoppedError when its caller has asked for that. */
export function runModelThread(job: ModelJob, enter: EnterPhase): ModelResult {
  return buildModel(job, enter)(job);
}

/** Builds what does not depend on news; answers with what runs the rest of the job, as `runModelThread` does. */
export function buildModel(
  network: NetworkJob,
  enter: EnterPhase,
  startMeshThread: StartMeshThread | null = null,
): (news: NewsJob) => ModelResult {
  enter('build', 0);
  if (network.isLiving)
    return (news) => runLiving({ ...network, ...news }, news.living!, enter, startMeshThread);
  const trace = new Trace(network.shared.traceWords);
  const { world, mesh } = buildNetwork(network, trace);
  return (news) => runStaying({ ...network, ...news }, { world, mesh, trace }, enter);
}

/** A network whose relays stay, with its links. */
function buildNetwork(
  { scenario, population, topology, shared }: NetworkJob,
  trace: Trace,
): { readonly world: World; readonly mesh: Mesh } {
  const { seed, gossipsub } = scenario;
  const world = new World({
    links: linkTable(topology, population.relays),
    calendar: new Calendar(population.relays),
    shapes: frameShapes(),
    load: shared.load,
    uplinkBitsPerSecond: population.uplinkBitsPerSecond,
    firstBeatUs: firstBeatsUs(population.relays, seed),
    heartbeatMs: gossipsub.heartbeatMs,
    endUs: scenario.durationSeconds * 1e6,
    seed,
    trace,
  });
  const mesh = new Mesh(world, gossipsub, linksComeUp(world, topology, seed, scenario.network.startSeconds));
  return { world, mesh };
}

function runStaying(
  job: ModelJob,
  { world, mesh, trace }: { readonly world: World; readonly mesh: Mesh; readonly trace: Trace },
  enter: EnterPhase,
): ModelResult {
  const { scenario, publications, shared } = job;
  const { gossipsub } = scenario;
  const work = new RelayWork({ ...job, trace });
  const gossip = new Gossip(world, mesh, gossipsub, publications, (publication, relay, nowUs, isPublisher) =>
    work.arrive(publication, relay, nowUs, isPublisher),
  );
  const runUntil = (endUs: number): void => run({ world, mesh, gossip, shared }, endUs);
  enter('connect', 0);
  runUntil(publications[0].atUs);
  gossip.reuse(mesh.forgetSetUp(publications[0].atUs));
  enter('run', world.counters.eventsFired);
  runUntil(scenario.durationSeconds * 1e6);
  return {
    ...world.counters,
    framesInFlight: world.framesInFlight,
    bytesByKind: world.bytesByKind(),
    refusals: work.refusals,
    rolledBack: work.rolledBack,
    verdicts: work.verdicts(),
    staleRelays: 0,
    onlineInTheEnd: 0,
    linkEndsInTheEnd: 0,
  };
}

function runLiving(
  job: ModelJob,
  living: LivingJob,
  enter: EnterPhase,
  startMeshThread: StartMeshThread | null,
): ModelResult {
  const run = new LivingRun(job, living, startMeshThread);
  enter('connect', 0);
  run.runUntil(job.publications[0].atUs);
  enter('run', run.eventsFired);
  run.runUntil(job.scenario.durationSeconds * 1e6);
  return run.result();
}

interface Parts {
  readonly world: World;
  readonly mesh: Mesh;
  readonly gossip: Gossip;
  readonly shared: SharedColumns;
}

function run({ world, mesh, gossip, shared }: Parts, endUs: number): void {
  const { calendar, counters } = world;
  while (calendar.next(endUs)) {
    const { timeUs: nowUs, host: relay, place, source: sender, code } = calendar;
    counters.eventsFired++;
    if ((counters.eventsFired & (EVENTS_BETWEEN_LOOKS - 1)) === 0) lookUp(shared, nowUs);
    switch (kindOf(code)) {
      case EVENT.message:
        gossip.hearMessage(nowUs, relay, place, sender, messageOf(code));
        break;
      case EVENT.iHave:
        gossip.hearOffer(nowUs, relay, place, messageOf(code));
        break;
      case EVENT.iWant:
        gossip.hearRequest(nowUs, relay, place, messageOf(code));
        break;
      case EVENT.subscription:
        mesh.hearSubscription(nowUs, relay);
        break;
      case EVENT.graft:
        mesh.hearGraft(nowUs, relay, place);
        break;
      case EVENT.prune:
        mesh.hearPrune(nowUs, relay, place);
        break;
      case EVENT.heartbeat:
        gossip.beat(nowUs, relay);
        break;
      case EVENT.verdict:
        gossip.passOn(nowUs, relay, place === 1, messageOf(code));
        break;
      case EVENT.publication:
        gossip.publish(nowUs, relay, messageOf(code));
        break;
      default:
        throw new Error(`no such event: ${code}`);
    }
  }
  shared.reachedUs[0] = endUs;
}

/** Every router's heartbeats begin so long after its relay has started. */
function firstBeatsUs(relays: number, seed: number): Float64Array {
  const nextStartUs = relayStarts(seed);
  const beatsUs = new Float64Array(relays);
  for (let relay = 0; relay < relays; relay++) {
    beatsUs[relay] = nextStartUs() + FIRST_BEAT_AFTER_US;
  }
  return beatsUs;
}
