/**
 * Traffic on one thread: relays that carry cells, clients that ask for things, and who abuses them.
 *
 * Relays are made when their first link comes. What a relay's hooks do comes from whoever owns its slots: the live
 * arm's relay stacks, or the manual arm's restarts. Nothing here exists in a scenario without clients.
 */

import type { Environment } from '../../../node/environment.ts';
import { catalogue } from '../../../node/hooks/catalogue/catalogue.ts';
import { CELL_BYTES } from '../../../node/hooks/catalogue/cell-commands.ts';
import { PathPosition, pathSelection } from '../../../node/hooks/catalogue/path-selection.ts';
import type { AnyHook } from '../../../node/hooks/define-hook.ts';
import type { HookRuntime } from '../../../node/hooks/hook-runtime.ts';
import { CellPool } from '../../../node/relay/cell.ts';
import { CONGESTION_FLOW, FIXED_FLOW } from '../../../node/relay/circuit-window.ts';
import type { ClientCircuit } from '../../../node/relay/client-circuit.ts';
import { WebServer } from '../../../node/relay/exchange.ts';
import type { ExitService } from '../../../node/relay/exit-streams.ts';
import { type HookSlots, PlainSlots } from '../../../node/relay/hook-slots.ts';
import { KeystreamBudget } from '../../../node/relay/keystream.ts';
import type { CellLink } from '../../../node/relay/link.ts';
import { OnionRelay } from '../../../node/relay/relay-node.ts';
import { SeededSecrets } from '../../../node/relay/seeded-secrets.ts';
import { type TrafficResult, USES } from '../../measure/traffic-result.ts';
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
import { HandshakeProcessor } from './handshake-processor.ts';
import { MarkingRelay } from './marking-party.ts';
import { OnionDirectory, type SimulatedDescriptor } from './onion-directory.ts';
import { trafficHosts } from './traffic-hosts.ts';
import { TrafficRecorder } from './traffic-recorder.ts';
import { clientOf, WebUser } from './web-user.ts';

/** Keystream of all circuits together: more of it saves calls of the cipher. */
const KEYSTREAM_BYTES = 256 * 1024 * 1024;
/** Samples of gauges in a run. */
const SAMPLES = 240;
/** Paths drawn to tell what circuits look like. */
const PATHS_DRAWN = 4000;
const CONSENSUS_EVERY_US = 3_600_000_000;
/** tor's burst is what it may send in a second unless the operator says otherwise. */
const BURST_SECONDS = 1;
const FIRST_CLIENT_ADDRESS = 0x62000000; // 98.0.0.0: public, and nobody's relay
const FIRST_FLOOD_ADDRESS = 0x63000000;

/** A module that clients can take over from relays. */
export interface CarriedModule {
  readonly hook: string;
  readonly sha256: string;
  readonly binary: Uint8Array;
}

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
  private readonly users: (WebUser | null)[];
  private readonly clientSlots: (HookSlots | null)[];
  /** What clients had before they came. */
  private readonly installedEarly: { readonly client: number; readonly module: CarriedModule }[] = [];
  /** When each client put the first module in line, in microseconds; NaN before. */
  private readonly clientUpdatedUs: Float64Array;
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
    this.users = new Array<WebUser | null>(this.plan.count).fill(null);
    this.clientSlots = new Array<HookSlots | null>(this.plan.count).fill(null);
    this.clientUpdatedUs = new Float64Array(this.plan.count).fill(Number.NaN);
  }

  /** Schedules what clients and attackers do. All relays are up when the first client comes, but for late ones. */
  planAll(): void {
    const { clock, traffic, seed, firstHost, durationSeconds } = this.parts;
    const { fromSeconds, toSeconds, count } = this.plan;
    const coming = randomStream(seed, 'clients come');
    const firstUs = fromSeconds * 1e6;
    clock.plan(firstUs, new Call(clock.system, () => this.vote()));
    for (let client = 0; client < count; client++) {
      const atUs = firstUs + 1 + Math.floor(coming.uniform() * (toSeconds - fromSeconds) * 1e6);
      clock.plan(atUs, new Call(firstHost + client, () => this.startClient(client)));
    }
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
    const users = this.users.flatMap((user) => (user === null ? [] : [user.onion]));
    const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
    const ends = [...made, ...users];
    return {
      clients: this.plan.count,
      clientUpdatedSeconds: this.clientUpdatedUs.map((us) => us / 1e6),
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

  private startClient(client: number): void {
    const { clock, firstHost, runtime, seed } = this.parts;
    const host = firstHost + client;
    const slots = new PlainSlots(runtime, `client ${client}`);
    this.clientSlots[client] = slots;
    for (const early of this.installedEarly) {
      if (early.client === client) this.install(client, slots, early.module);
    }
    const bulkClients = Math.round(this.plan.bulkShare * this.plan.count);
    const kind = client < bulkClients ? USES.indexOf('bulk') : USES.indexOf('web');
    const address = FIRST_CLIENT_ADDRESS + client;
    const { directory } = this;
    const user = new WebUser({
      host,
      client,
      seed,
      kind,
      use: this.plan[USES[kind]],
      circuitSeconds: this.plan.circuitSeconds,
      recorder: this.recorder,
      nowUs: () => clock.nowUs,
      onion: {
        environment: this.environmentOf(host),
        slots,
        cells: this.cells,
        keystreams: this.keystreams,
        secrets: new SeededSecrets(`client ${client} of seed ${seed}`),
        dialer: this.network.dialer({ host, fingerprint: null, address }),
        get consensus() {
          return directory.consensus;
        },
        circuits: this.plan.circuits,
        flow: this.flow,
      },
      onCircuitOpen: (circuit) => this.takeUpdates(client, circuit, slots),
    });
    this.users[client] = user;
    user.start();
  }

  /** A client puts a module in line by itself. To be called at its own event. */
  updateClient(client: number, module: CarriedModule): void {
    const slots = this.clientSlots[client];
    if (slots !== null) this.install(client, slots, module);
    else this.installedEarly.push({ client, module });
  }

  /** A client takes over what relays of its circuit run; those of the marking party keep it to themselves. */
  private takeUpdates(client: number, circuit: ClientCircuit, slots: HookSlots): void {
    const { modules, slotsOf, clientsTakeUpdates } = this.parts;
    if (!clientsTakeUpdates || this.plan.updates === 'never') return;
    for (const { relay } of circuit.path as readonly SimulatedDescriptor[]) {
      if (this.party.has(relay) || !this.relays[relay].up) continue;
      for (const module of modules) {
        const hook = catalogue.get(module.hook) as AnyHook;
        const isNews = slots.slot(hook).activeHash !== module.sha256;
        if (isNews && slotsOf(relay)?.slot(hook).activeHash === module.sha256) {
          this.install(client, slots, module);
        }
      }
    }
  }

  private install(client: number, slots: HookSlots, { hook: id, binary, sha256 }: CarriedModule): void {
    const { clock, modules, runtime } = this.parts;
    const hook = catalogue.get(id) as AnyHook;
    const admission = runtime.admit(hook, binary);
    if (!('admitted' in admission)) return;
    slots.slot(hook).stage(admission.admitted);
    const isFirst = sha256 === modules[0]?.sha256;
    if (isFirst && Number.isNaN(this.clientUpdatedUs[client])) this.clientUpdatedUs[client] = clock.nowUs;
  }

  private vote(): void {
    const { clock, slotsOf } = this.parts;
    const isFirst = this.paths.length === 0;
    this.directory.vote((relay) => slotsOf(relay));
    if (isFirst) this.drawPaths();
    clock.schedule(clock.nowUs + CONSENSUS_EVERY_US, new Call(clock.system, () => this.vote()));
  }

  /** Paths as clients with the default hooks choose them. */
  private drawPaths(): void {
    const { seed, runtime } = this.parts;
    const { consensus } = this.directory;
    const stream = randomStream(seed, 'sampled paths');
    const random = { uniform: () => stream.uniform() };
    const hook = new PlainSlots(runtime, 'sampler').slot(pathSelection);
    const found: number[] = [];
    for (let drawn = 0; drawn < PATHS_DRAWN; drawn++) {
      const guard = consensus.choose(hook, PathPosition.guard, [], random);
      if (guard === null) break;
      const exit = consensus.choose(hook, PathPosition.exit, [guard], random);
      if (exit === null) continue;
      const middle = consensus.choose(hook, PathPosition.middle, [guard, exit], random);
      if (middle === null) continue;
      found.push(...[guard, middle, exit].map((one) => (one as SimulatedDescriptor).relay));
    }
    this.paths = Uint32Array.from(found);
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
    const circuit = this.users[client]?.onion.openCircuits.find(
      ({ path }) => (path[2] as SimulatedDescriptor).relay === exit,
    );
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
    let openCircuits = 0;
    for (const user of this.users) openCircuits += user?.onion.openCircuits.length ?? 0;
    this.recorder.sample({
      waitingCells,
      sentCells: this.traffic.sent,
      longestWaitSeconds,
      openCircuits,
      downShare: this.downRelays / population.relays,
      downWeightShare: this.downWeight,
      floodAsked: this.floodCounts.asked,
      floodAnswered: this.floodCounts.answered,
      floodRefused: this.floodCounts.refused,
    });
  }
}
