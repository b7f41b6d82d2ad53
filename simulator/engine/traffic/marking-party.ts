/**
 * Relays of one party: its exits mark the circuits that end at them, its guards look for the marks.
 *
 * Where the mark is whole, the two know who talks to whom. A mark is made when the client opens a stream: so many
 * cells towards the client, in a pattern that honest traffic has not. RELAY_EARLY labels the circuit's own cells,
 * and the guard takes the label off before the client can see it; the other marks are cells of their own at even
 * times, which the guard knows by their rhythm and passes on. Its code is the relay's own; all else is done where
 * its cells enter and leave. A relay is the guard of circuits that no other relay has sent it: elsewhere it looks
 * for nothing and changes nothing.
 */

import type { Timers } from '../../../node/environment.ts';
import { CELL, RELAY } from '../../../node/hooks/catalogue/cell-commands.ts';
import type { Cell, CellPool } from '../../../node/relay/cell.ts';
import type { EdgePort } from '../../../node/relay/circuit-edge.ts';
import { WebServer } from '../../../node/relay/exchange.ts';
import type { ExitService } from '../../../node/relay/exit-streams.ts';
import type { CellLink } from '../../../node/relay/link.ts';
import { LinkEnd } from '../../../node/relay/link-end.ts';
import { RelayCircuit } from '../../../node/relay/relay-circuit.ts';
import type { MarkingPlan } from '../../scenario/traffic-plan.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { CellTap, SimulatedCellLink } from './cell-link.ts';

/** Time between two cells of a mark that is made of cells of its own. */
const RHYTHM_US = 30_000;
/** Links have a constant latency, and only queues can shift a cell. */
const RHYTHM_SLACK_US = 7_500;
/** A relay command that nobody knows. */
const UNKNOWN_COMMAND = 200;
const INITIATOR_BIT = 0x80000000;

/** Whether cell `index` of a mark is labelled: a pattern that begins and ends with a label. */
export function isLabelled(index: number, cells: number): boolean {
  return index === cells - 1 || index % 3 !== 1;
}

/** What is known of a circuit where it enters or leaves a hostile relay. */
interface Watched {
  /** The link to the client, where this relay is the guard. */
  readonly client: CellLink | null;
  /** Labels of the latest relay cells, the newest last; or how many came in rhythm. */
  labels: boolean[];
  inRhythm: number;
  lastUs: number;
}

/** Where a circuit comes from, if this relay is its guard and it goes on over this link. */
function clientLinkOf({ owner }: SimulatedCellLink, circuitId: number): CellLink | null {
  const circuit = owner instanceof LinkEnd ? owner.circuit(circuitId) : null;
  const link = circuit instanceof RelayCircuit ? (circuit.towardsClient?.end.link ?? null) : null;
  return link?.peer === null ? link : null;
}

export interface PartyEvents {
  /** An exit of the party begins to mark a circuit, on the way to this address. */
  onMark(exit: number, address: number): void;
  /** A guard of the party has read a whole mark, on a circuit from this address. */
  onRead(guard: number, address: number): void;
}

/** One relay of the party. */
export class MarkingRelay implements CellTap, ExitService {
  private readonly plan: MarkingPlan;
  private readonly relay: number;
  private readonly clock: VirtualClock;
  private readonly cells: CellPool;
  private readonly timers: Timers;
  private readonly events: PartyEvents;
  private readonly server = new WebServer();
  /** Cells still to be labelled, by link and circuit. */
  private readonly marking = new Map<SimulatedCellLink, Map<number, number>>();
  private readonly watched = new Map<SimulatedCellLink, Map<number, Watched>>();

  constructor(
    plan: MarkingPlan,
    relay: number,
    shared: { readonly clock: VirtualClock; readonly cells: CellPool; readonly timers: Timers },
    events: PartyEvents,
  ) {
    this.plan = plan;
    this.relay = relay;
    this.clock = shared.clock;
    this.cells = shared.cells;
    this.timers = shared.timers;
    this.events = events;
  }

  /** A stream leaves here: its circuit is marked. */
  connect(...[destination, answer, circuit]: Parameters<ExitService['connect']>): void {
    if (this.plan.mark === 'relay-early') {
      if (this.labelCellsOf(circuit)) this.events.onMark(this.relay, destination.address);
      this.server.connect(destination, answer);
    } else {
      this.events.onMark(this.relay, destination.address);
      this.sendInRhythm(circuit, this.plan.cells, () => this.server.connect(destination, answer));
    }
  }

  onSend(cell: Cell, link: SimulatedCellLink): void {
    const circuits = this.marking.get(link);
    if (circuits === undefined) return;
    const { circuitId } = cell;
    const left = circuits.get(circuitId);
    if (left === undefined) return;
    if (cell.command !== CELL.relay) {
      if (cell.command === CELL.destroy) circuits.delete(circuitId);
      return;
    }
    const { cells } = this.plan;
    if (isLabelled(cells - left, cells)) cell.command = CELL.relayEarly;
    if (left === 1) circuits.delete(circuitId);
    else circuits.set(circuitId, left - 1);
  }

  onArrive(cell: Cell, link: SimulatedCellLink): void {
    const { circuitId, command } = cell;
    // Towards the client: on circuits that this relay has extended over this link.
    if (circuitId >= INITIATOR_BIT !== link.initiated) return;
    const isRelay = command === CELL.relay || command === CELL.relayEarly;
    if (!isRelay) {
      if (command === CELL.destroy) this.watched.get(link)?.delete(circuitId);
      return;
    }
    const circuit = this.watch(link, circuitId);
    // In the middle there is no client to see, and the mark is for the guard to read.
    if (circuit.client === null) return;
    const isWhole =
      this.plan.mark === 'relay-early' ? this.readLabels(cell, circuit) : this.readRhythm(circuit);
    if (isWhole) this.events.onRead(this.relay, circuit.client.address);
  }

  /** False where the circuit's cells are being labelled already: a mark may take more than one stream. */
  private labelCellsOf(circuit: EdgePort): boolean {
    const leg = circuit instanceof RelayCircuit ? circuit.towardsClient : null;
    if (leg === null) return false;
    const link = leg.end.link as SimulatedCellLink;
    let circuits = this.marking.get(link);
    if (circuits === undefined) {
      circuits = new Map();
      this.marking.set(link, circuits);
    }
    if (circuits.has(leg.circuitId)) return false;
    circuits.set(leg.circuitId, this.plan.cells);
    return true;
  }

  private sendInRhythm(circuit: EdgePort, left: number, done: () => void): void {
    if (left === 0) {
      done();
      return;
    }
    circuit.originate(this.cells.take(), this.plan.mark === 'drop' ? RELAY.drop : UNKNOWN_COMMAND, 0, 0);
    this.timers.after(RHYTHM_US / 1000, () => this.sendInRhythm(circuit, left - 1, done));
  }

  private watch(link: SimulatedCellLink, circuitId: number): Watched {
    let circuits = this.watched.get(link);
    if (circuits === undefined) {
      circuits = new Map();
      this.watched.set(link, circuits);
    }
    let circuit = circuits.get(circuitId);
    if (circuit === undefined) {
      circuit = { client: clientLinkOf(link, circuitId), labels: [], inRhythm: 0, lastUs: 0 };
      circuits.set(circuitId, circuit);
    }
    return circuit;
  }

  private readLabels(cell: Cell, circuit: Watched): boolean {
    const { cells } = this.plan;
    const { labels } = circuit;
    labels.push(cell.command === CELL.relayEarly);
    cell.command = CELL.relay;
    if (labels.length > cells) labels.shift();
    if (labels.length < cells || labels.some((label, index) => label !== isLabelled(index, cells)))
      return false;
    labels.length = 0;
    return true;
  }

  private readRhythm(circuit: Watched): boolean {
    const gapUs = this.clock.nowUs - circuit.lastUs;
    circuit.lastUs = this.clock.nowUs;
    circuit.inRhythm = Math.abs(gapUs - RHYTHM_US) <= RHYTHM_SLACK_US ? circuit.inRhythm + 1 : 1;
    if (circuit.inRhythm < this.plan.cells) return false;
    circuit.inRhythm = 0;
    return true;
  }
}
