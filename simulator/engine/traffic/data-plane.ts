/**
 * Traffic on one thread: relays that carry cells, clients that ask for things, and who abuses them.
 *
 * Relays are made when their first link comes. What a relay's hooks do comes from whoever owns its slots: the live
 * arm's relay stacks, or the manual arm's restarts. Nothing here exists in a scenario without clients.
 */

import type { Environment } from '../../../node/environment.ts';
import { CELL_BYTES } from '../../../node/hooks/catalogue/cell-commands.ts';
import type { HookRuntime } from '../../../node/hooks/hook-runtime.ts';
import { CellPool } from '../../../node/relay/cell.ts';
import { CONGESTION_FLOW, FIXED_FLOW } from '../../../node/relay/circuit-window.ts';
import { WebServer } from '../../../node/relay/exchange.ts';
import type { ExitService } from '../../../node/relay/exit-streams.ts';
import type { HookSlots } from '../../../node/relay/hook-slots.ts';
import { KeystreamBudget } from '../../../node/relay/keystream.ts';
import type { CellLink } from '../../../node/relay/link.ts';
import { OnionRelay } from '../../../node/relay/relay-node.ts';
import { SeededSecrets } from '../../../node/relay/seeded-secrets.ts';
import type { TrafficResult } from '../../measure/traffic-result.ts';
import type { Population } from '../../population/population.ts';
import type { ClientsPlan, TrafficPlan } from '../../scenario/traffic-plan.ts';
import { HostRandom } from '../gossipsub/host-random.ts';
import { HostTimers } from '../gossipsub/host-timers.ts';
import { type RandomStream, randomStream } from '../random.ts';
import type { Trace } from '../trace.ts';
import { Call, EPOCH_MS, type VirtualClock } from '../virtual-clock.ts';
import { type CellTap, CellTraffic } from './cell-link.ts';
import { CellNetwork, type LinkAcceptor } from './cell-network.ts';
import { CircuitFlood, FloodCounts } from './circuit-flood.ts';
import { type CarriedModule, ClientCrowd, FIRST_CLIENT_ADDRESS } from './client-crowd.ts';
import { HandshakeProcessor } from './handshake-processor.ts';
import { MarkingRelay } from './marking-party.ts';
import { OnionDirectory, type SimulatedDescriptor } from './onion-directory.ts';
import { samplePaths } from './sampled-paths.ts';
import { trafficHosts } from './traffic-hosts.ts';
import { TrafficRecorder } from './traffic-recorder.ts';
import { clientOf } from './web-user.ts';

/** Keystream of all circuits together: more of it saves calls of the cipher. */
const KEYSTREAM_BYTES = 256 * 1024 * 1024;
/** Samples of gauges in a run. */
const SAMPLES = 240;
const CONSENSUS_EVERY_US = 3_600_000_000;
/** tor's burst is what it may send in a second unless the operator says otherwise. */
const BURST_SECONDS = 1;
const FIRST_FLOOD_ADDRESS = 0x63000000;

export interface DataPlaneParts {
  readonly clock: VirtualClock;
  readonly trace: Trace;
  readonly population: Population;
  readonly traffic: TrafficPlan;
  readonly seed: number;
  readonly durationSeconds: number;
  /** Hosts before the first client: relays, and authorities where there are any. */
  readonly firstHost: number;
  /** One way between the places of two relays. */
  readonly latencyUs: (a: number, b: number) => number;
  readonly runtime: HookRuntime;
  /** The slots of a relay; null while its process is down, or has never been up. */
  readonly slotsOf: (relay: number) => HookSlots | null;
  readonly modules: readonly CarriedModule[];
  /** Whether clients take modules from the relays of their circuits, where the scenario lets them. */
  readonly clientsTakeUpdates: boolean;
}

/** A relay of the data plane. */
class CellRelay implements LinkAcceptor {
  readonly host: number;
  readonly fingerprint: string;
  readonly address: number;
  readonly tap: CellTap | null;
  private readonly make: () => OnionRelay;
  relay: OnionRelay | null = null;
  up = false;

  constructor(descriptor: SimulatedDescriptor, tap: CellTap | null, make: () => OnionRelay) {
    this.host = descriptor.relay;
    this.fingerprint = descriptor.fingerprint;
    this.address = descriptor.address;
    this.tap = tap;
    this.make = make;
  }

  accept(link: CellLink): void {
    this.relay ??= this.make();
    this.relay.accept(link);
  }
}

export class DataPlane {
  readonly recorder: TrafficRecorder;
  readonly directory: OnionDirectory;
  private readonly parts: DataPlaneParts;
  private readonly plan: ClientsPlan;
  private readonly cells = new CellPool();
  private readonly keystreams = new KeystreamBudget(KEYSTREAM_BYTES);
  private readonly traffic = new CellTraffic();
  private readonly network: CellNetwork;
  private readonly relays: CellRelay[];
  private readonly clients: ClientCrowd;
  private readonly places: Uint32Array;
  private readonly party = new Map<number, MarkingRelay>();
  private readonly floodCounts = new FloodCounts();
  private readonly clock: Environment['clock'];
  private downRelays = 0;
  private downWeight = 0;
  /** Of relays that were taken down since, whose own counts are gone with them. */
  private readonly past = { refused: 0, violations: 0, overloaded: 0 };
  private paths: Uint32Array = new Uint32Array(0);

  constructor(parts: DataPlaneParts) {
    const { clock, trace, population, traffic, seed, firstHost } = parts;
    if (traffic.clients === null) throw new Error('no clients, no data plane');
    this.parts = parts;
    this.plan = traffic.clients;
    // Round-trip times need more than whole milliseconds.
    this.clock = { nowMs: () => EPOCH_MS + clock.nowUs / 1000 };
    this.recorder = new TrafficRecorder(clock, trace);
    const placing = randomStream(seed, 'places of clients');
    this.places = Uint32Array.from({ length: trafficHosts(traffic) }, () =>
      placing.integer(population.relays),
    );
    const placeOf = (host: number): number => (host < firstHost ? host : this.places[host - firstHost]);
    this.network = new CellNetwork(clock, this.cells, this.traffic, (a, b) =>
      parts.latencyUs(placeOf(a), placeOf(b)),
    );
    this.directory = new OnionDirectory(population, seed, this.plan.exitShare);
    this.formParty();
    this.relays = this.directory.descriptors.map((descriptor) => {
      const party = this.party.get(descriptor.relay) ?? null;
      return new CellRelay(descriptor, party, () => this.makeRelay(descriptor, party));
    });
    for (const relay of this.relays) this.network.add(relay);
    this.clients = new ClientCrowd({
      ...parts,
      plan: this.plan,
      firstHost,
      network: this.network,
      directory: this.directory,
      cells: this.cells,
      keystreams: this.keystreams,
      flow: this.flow,
      recorder: this.recorder,
      environmentOf: (host) => this.environmentOf(host),
      offerOf: (relay) => this.offerOf(relay),
    });
  }

  /** Schedules what clients and attackers do. All relays are up when the first client comes, but for late ones. */
  planAll(): void {
    const { clock, traffic, durationSeconds } = this.parts;
    const firstUs = this.plan.fromSeconds * 1e6;
    clock.plan(firstUs, new Call(clock.system, () => this.vote()));
    this.clients.planAll();
    const everyUs = Math.max(1000, Math.round((durationSeconds * 1e6) / SAMPLES));
    const sample = (): void => {
      this.sample();
      clock.schedule(clock.nowUs + everyUs, new Call(clock.system, sample));
    };
    clock.plan(firstUs, new Call(clock.system, sample));
    if (traffic.flood !== null) this.planFlood();
  }

  relayUp(relay: number): void {
    this.relays[relay].up = true;
  }

  /** The relay takes no new circuits from now on; links and circuits go on. */
  drain(relay: number): void {
    this.relays[relay].relay?.drain();
  }

  /** All links of the relay break. To be called at the relay's own event. */
  relayDown(relay: number, isRestart: boolean): void {
    const one = this.relays[relay];
    if (!one.up) return;
    one.up = false;
    if (one.relay !== null) {
      const { counts, overloadedCircuits } = one.relay;
      this.past.refused += counts.dropped + counts.closed;
      this.past.violations += counts.violations;
      this.past.overloaded += overloadedCircuits;
      one.relay.close();
      one.relay = null;
    }
    if (!isRestart) return;
    this.downRelays++;
    this.downWeight += this.parts.population.consensusWeight[relay];
  }

  /** A relay that was restarted is back. */
  relayRestarted(relay: number): void {
    this.downRelays--;
    this.downWeight -= this.parts.population.consensusWeight[relay];
    this.relayUp(relay);
  }

  result(): TrafficResult {
    const { recorder, traffic, floodCounts, past } = this;
    const made = this.relays.flatMap(({ relay }) => (relay === null ? [] : [relay]));
    const users = this.clients.present().map(({ onion }) => onion);
    const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
    const ends = [...made, ...users];
    return {
      clients: this.plan.count,
      clientUpdatedSeconds: this.clients.updatedUs.map((us) => us / 1e6),
      exchanges: recorder.exchangeColumns(),
      circuits: recorder.circuitColumns(),
      gauges: recorder.gaugeColumns(),
      marks: recorder.markColumns(),
      falseMarks: recorder.falseMarks,
      hostileRelays: [...this.party.keys()],
      paths: this.paths,
      cells: {
        sent: traffic.sent,
        delivered: traffic.delivered,
        dropped: traffic.dropped,
        underWay: traffic.underWay,
        refused: past.refused + sum(ends.map(({ counts }) => counts.dropped + counts.closed)),
        violations: past.violations + sum(ends.map(({ counts }) => counts.violations)),
      },
      flood: {
        asked: floodCounts.asked,
        answered: floodCounts.answered,
        refused: floodCounts.refused,
        overloaded: past.overloaded + sum(made.map(({ overloadedCircuits }) => overloadedCircuits)),
      },
      corrupt: recorder.corrupt,
    };
  }

  private makeRelay(descriptor: SimulatedDescriptor, party: MarkingRelay | null): OnionRelay {
    const { clock, population, seed, slotsOf } = this.parts;
    const { relay, identity, onionKeys, exit } = descriptor;
    const slots = slotsOf(relay);
    if (slots === null) throw new Error(`relay ${relay} carries cells while it is down`);
    const bytesPerSecond = Math.max(1, population.advertisedBytesPerSecond[relay] * this.plan.scale);
    const exitService: ExitService = party ?? new WebServer();
    return new OnionRelay({
      environment: this.environmentOf(relay),
      slots,
      cells: this.cells,
      keystreams: this.keystreams,
      secrets: new SeededSecrets(`relay ${relay} of seed ${seed}, up at ${clock.nowUs}`),
      identity,
      onionKey: onionKeys,
      dialer: this.network.dialer(this.relays[relay], party),
      exitService: exit ? exitService : null,
      flow: this.flow,
      rateLimit: { bytesPerSecond, burstBytes: bytesPerSecond * BURST_SECONDS },
      handshakes: new HandshakeProcessor(clock, relay, Math.round(this.plan.handshakeUs / this.plan.scale)),
    });
  }

  private get flow() {
    return this.plan.flow === 'fixed' ? FIXED_FLOW : CONGESTION_FLOW;
  }

  private environmentOf(host: number): Pick<Environment, 'clock' | 'timers' | 'random'> {
    const { clock, seed } = this.parts;
    return { clock: this.clock, timers: new HostTimers(clock, host), random: new HostRandom(seed, host) };
  }

  /** A client puts a module in line by itself. To be called at its own event. */
  updateClient(client: number, module: CarriedModule): void {
    this.clients.update(client, module);
  }

  /** What clients may take over from a relay; the marking party keeps it to itself. */
  private offerOf(relay: number): HookSlots | null {
    const { slotsOf, clientsTakeUpdates } = this.parts;
    if (!clientsTakeUpdates || this.plan.updates === 'never') return null;
    return this.party.has(relay) || !this.relays[relay].up ? null : slotsOf(relay);
  }

  private vote(): void {
    const { clock, slotsOf, seed, runtime } = this.parts;
    this.directory.vote((relay) => slotsOf(relay));
    if (this.paths.length === 0) this.paths = samplePaths(this.directory.consensus, runtime, seed);
    clock.schedule(clock.nowUs + CONSENSUS_EVERY_US, new Call(clock.system, () => this.vote()));
  }

  /** Draws relays until the party has its share of consensus weight. */
  private formParty(): void {
    const { traffic, population, seed, clock } = this.parts;
    const { marking } = traffic;
    if (marking === null) return;
    const stream: RandomStream = randomStream(seed, 'marking party');
    const order = stream.shuffle(Array.from({ length: population.relays }, (_unused, relay) => relay));
    let weight = 0;
    for (const relay of order) {
      if (weight >= marking.share) break;
      weight += population.consensusWeight[relay];
      const timers = new HostTimers(clock, relay);
      const shared = { clock, cells: this.cells, timers };
      this.party.set(
        relay,
        new MarkingRelay(marking, relay, shared, {
          onMark: (exit, address) => this.onMark(exit, address),
          onRead: (guard, address) => this.recorder.markRead(guard, address - FIRST_CLIENT_ADDRESS),
        }),
      );
    }
  }

  /**
   * Only marks on circuits with both ends in the party can be read; the record knows, the party does not. Where the
   * middle is the party's too, it knows all without a mark, and the mark does not count.
   */
  private onMark(exit: number, address: number): void {
    const client = clientOf(address);
    const circuit = this.clients
      .openCircuitsOf(client)
      .find(({ path }) => (path[2] as SimulatedDescriptor).relay === exit);
    if (circuit === undefined) return;
    const [guard, middle] = (circuit.path as readonly SimulatedDescriptor[]).map(({ relay }) => relay);
    if (this.party.has(guard)) this.recorder.mark({ guard, exit, client, counts: !this.party.has(middle) });
  }

  private planFlood(): void {
    const { clock, traffic, seed, firstHost } = this.parts;
    const flood = traffic.flood!;
    const host = firstHost + this.plan.count;
    const dialers = Array.from({ length: flood.addresses }, (_unused, number) =>
      this.network.dialer({ host, fingerprint: null, address: FIRST_FLOOD_ADDRESS + number }),
    );
    const begin = (): void => {
      const guards = this.directory.descriptors.filter(({ guard }) => guard);
      const heaviest = guards.toSorted((a, b) => b.weight - a.weight || a.relay - b.relay);
      for (const guard of heaviest.slice(0, flood.guards)) {
        new CircuitFlood({
          clock,
          cells: this.cells,
          host,
          seed,
          guard,
          perSecond: flood.circuitsPerSecond * this.plan.scale,
          fromUs: clock.nowUs,
          toUs: flood.toSeconds * 1e6,
          dialers,
          counts: this.floodCounts,
        }).plan();
      }
    };
    // After the authorities have voted who is a guard.
    clock.plan(Math.max(flood.fromSeconds, this.plan.fromSeconds) * 1e6 + 1, new Call(host, begin));
  }

  private sample(): void {
    const { population } = this.parts;
    let waitingCells = 0;
    let longestWaitSeconds = 0;
    for (const { relay, host } of this.relays) {
      if (relay === null) continue;
      const waiting = relay.waitingCells;
      if (waiting === 0) continue;
      waitingCells += waiting;
      const cellsPerSecond = (population.advertisedBytesPerSecond[host] * this.plan.scale) / CELL_BYTES;
      longestWaitSeconds = Math.max(longestWaitSeconds, waiting / cellsPerSecond);
    }
    this.recorder.sample({
      waitingCells,
      sentCells: this.traffic.sent,
      longestWaitSeconds,
      openCircuits: this.clients.openCircuitCount(),
      downShare: this.downRelays / population.relays,
      downWeightShare: this.downWeight,
      floodAsked: this.floodCounts.asked,
      floodAnswered: this.floodCounts.answered,
      floodRefused: this.floodCounts.refused,
    });
  }
}
