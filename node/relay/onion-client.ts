/**
 * A client: keeps circuits of three hops open through a guard of its own, and puts streams on them.
 *
 * A circuit that breaks is replaced at once; one that could not be built is tried again after a pause that doubles.
 * Streams wait until there is a circuit for them.
 */

import type { Environment } from '../environment.ts';
import { cellAdmission } from '../hooks/catalogue/cell-admission.ts';
import { cellPadding } from '../hooks/catalogue/cell-padding.ts';
import { circuitScheduling } from '../hooks/catalogue/circuit-scheduling.ts';
import { flowWindow } from '../hooks/catalogue/flow-window.ts';
import { paddingDecision } from '../hooks/catalogue/padding-decision.ts';
import { PathPosition, pathSelection } from '../hooks/catalogue/path-selection.ts';
import type { Cell, CellPool } from './cell.ts';
import type { Destination } from './cell-bodies.ts';
import { CellCounts } from './cell-counts.ts';
import { CellIntake } from './cell-intake.ts';
import type { EdgeParts } from './circuit-edge.ts';
import { FIXED_FLOW, type FlowParameters } from './circuit-window.ts';
import { ClientCircuit } from './client-circuit.ts';
import type { Consensus, RelayDescriptor } from './consensus.ts';
import type { HookSlots } from './hook-slots.ts';
import type { KeystreamBudget } from './keystream.ts';
import type { Leg } from './leg.ts';
import type { LinkDialer } from './link.ts';
import { LinkBook } from './link-book.ts';
import type { LinkEnd, LinkHost } from './link-end.ts';
import { WaitingCells } from './link-output.ts';
import { CircuitEnd, StreamEndReason } from './reasons.ts';
import { RelayCellFiller } from './relay-cell-filler.ts';
import type { StreamApplication } from './stream.ts';
import type { SecretSource } from './x25519.ts';

export interface ClientObserver {
  onCircuitOpen?(circuit: ClientCircuit): void;
  /** It could not be built. */
  onCircuitFailed?(circuit: ClientCircuit, reason: number): void;
  /** It was open, and somebody else has closed it. */
  onCircuitBroken?(circuit: ClientCircuit, reason: number): void;
  /** There were no relays for a path. */
  onNoPath?(): void;
}

export interface ClientParts {
  readonly environment: Pick<Environment, 'clock' | 'timers' | 'random'>;
  readonly slots: HookSlots;
  readonly cells: CellPool;
  readonly keystreams: KeystreamBudget;
  readonly secrets: SecretSource;
  readonly dialer: LinkDialer;
  readonly consensus: Consensus;
  /** Circuits to keep open. */
  readonly circuits: number;
  readonly flow?: FlowParameters;
  /** Negotiates padding on every circuit, not only when the client's own hook wants to pad. */
  readonly padsAlways?: boolean;
  readonly buildTimeoutMs?: number;
  readonly observer?: ClientObserver;
}

/** Tor's default before it has learned how long circuits take. */
const BUILD_TIMEOUT_MS = 60_000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** A guard that failed is left alone for so long. */
const GUARD_DOWN_MS = 10 * 60_000;

interface WaitingStream {
  readonly destination: Destination;
  readonly application: StreamApplication;
}

function hooksOf(slots: HookSlots) {
  return {
    cellAdmission: slots.slot(cellAdmission),
    cellPadding: slots.slot(cellPadding),
    circuitScheduling: slots.slot(circuitScheduling),
    flowWindow: slots.slot(flowWindow),
    paddingDecision: slots.slot(paddingDecision),
    pathSelection: slots.slot(pathSelection),
  };
}

export class OnionClient implements LinkHost {
  readonly environment: ClientParts['environment'];
  readonly cells: CellPool;
  readonly keystreams: KeystreamBudget;
  readonly hooks: ReturnType<typeof hooksOf>;
  readonly filler: RelayCellFiller;
  readonly edgeParts: EdgeParts;
  readonly padsAlways: boolean;
  readonly counts = new CellCounts();
  private readonly parts: ClientParts;
  private readonly intake: CellIntake;
  private readonly links: LinkBook;
  /** Open and being built, oldest first. */
  private readonly circuits = new Set<ClientCircuit>();
  private readonly waiting: WaitingStream[] = [];
  private readonly guardsDownUntil = new Map<RelayDescriptor, number>();
  private guard: RelayDescriptor | null = null;
  private failures = 0;
  /** Circuits that a timer will begin. */
  private planned = 0;
  private nextCircuit = 0;
  private closed = false;

  constructor(parts: ClientParts) {
    const { environment, cells, slots } = parts;
    this.parts = parts;
    this.environment = environment;
    this.cells = cells;
    this.keystreams = parts.keystreams;
    this.padsAlways = parts.padsAlways ?? false;
    this.hooks = hooksOf(slots);
    this.filler = new RelayCellFiller(environment.random, this.hooks.cellPadding);
    this.edgeParts = {
      clock: environment.clock,
      cells,
      flow: parts.flow ?? FIXED_FLOW,
      flowHook: this.hooks.flowWindow,
    };
    const output = {
      clock: environment.clock,
      cells,
      scheduling: this.hooks.circuitScheduling,
      bucket: null,
      waiting: new WaitingCells(),
    };
    this.links = new LinkBook(parts.dialer, output, this);
    this.intake = new CellIntake(cells, this.counts, this.hooks.cellAdmission, (end, cell) =>
      // A client is nobody's relay.
      end.refuse(cell.circuitId, CircuitEnd.protocol),
    );
  }

  get openCircuits(): readonly ClientCircuit[] {
    return [...this.circuits].filter(({ phase }) => phase === 'open');
  }

  /** Begins to build as many circuits as the client keeps. */
  start(): void {
    this.buildMissing();
  }

  /** Puts a stream on an open circuit, each in turn, or has it wait for one. */
  openStream(destination: Destination, application: StreamApplication): void {
    if (this.closed) application.onEnd(StreamEndReason.destroy);
    else if (!this.attach(destination, application)) this.waiting.push({ destination, application });
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const circuit of [...this.circuits]) circuit.close();
    this.links.close();
    for (const { application } of this.waiting.splice(0)) application.onEnd(StreamEndReason.destroy);
  }

  onCell(end: LinkEnd, leg: Leg | null, cell: Cell): void {
    this.intake.take(end, leg, cell);
  }

  onLinkClosed(end: LinkEnd): void {
    this.links.forget(end);
  }

  /** For circuits. */
  reach(relay: RelayDescriptor, answer: (end: LinkEnd | null) => void): void {
    this.links.reach(relay, answer);
  }

  secret(): Uint8Array {
    return this.parts.secrets.secret();
  }

  onCircuitOpen(circuit: ClientCircuit): void {
    this.failures = 0;
    this.parts.observer?.onCircuitOpen?.(circuit);
    for (const stream of this.waiting.splice(0)) this.openStream(stream.destination, stream.application);
  }

  onCircuitClosed(circuit: ClientCircuit, reason: number, was: 'building' | 'open'): void {
    this.circuits.delete(circuit);
    if (this.closed) return;
    const { observer } = this.parts;
    if (was === 'open') {
      if (!circuit.retired) observer?.onCircuitBroken?.(circuit, reason);
      this.plan(0);
      return;
    }
    observer?.onCircuitFailed?.(circuit, reason);
    if (circuit.guardFailed) this.leaveGuard(circuit.path[0]);
    this.plan(this.pause());
  }

  private attach(destination: Destination, application: StreamApplication): boolean {
    const open = this.openCircuits;
    if (open.length === 0) return false;
    const circuit = open[this.nextCircuit++ % open.length];
    return circuit.openStream(destination, application) !== null;
  }

  private buildMissing(): void {
    while (!this.closed && this.circuits.size + this.planned < this.parts.circuits) {
      const path = this.choosePath();
      if (path === null) {
        this.parts.observer?.onNoPath?.();
        this.plan(this.pause());
        continue;
      }
      const circuit = new ClientCircuit(this, path);
      this.circuits.add(circuit);
      circuit.build(this.parts.buildTimeoutMs ?? BUILD_TIMEOUT_MS);
    }
  }

  private plan(delayMs: number): void {
    this.planned++;
    this.environment.timers.after(delayMs, () => {
      this.planned--;
      this.buildMissing();
    });
  }

  private pause(): number {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** this.failures++, LONGEST_PAUSE_MS);
    return pauseMs * (0.5 + this.environment.random.uniform());
  }

  private leaveGuard(guard: RelayDescriptor): void {
    this.guardsDownUntil.set(guard, this.environment.clock.nowMs() + GUARD_DOWN_MS);
    if (this.guard === guard) this.guard = null;
  }

  /** Guard, then exit, then middle: the rarer kinds first. */
  private choosePath(): RelayDescriptor[] | null {
    this.guard ??= this.choose(PathPosition.guard, []);
    if (this.guard === null) return null;
    const exit = this.choose(PathPosition.exit, [this.guard]);
    if (exit === null) return null;
    const middle = this.choose(PathPosition.middle, [this.guard, exit]);
    return middle === null ? null : [this.guard, middle, exit];
  }

  private choose(position: number, path: readonly RelayDescriptor[]): RelayDescriptor | null {
    const { clock, random } = this.environment;
    const now = clock.nowMs();
    for (const [guard, untilMs] of this.guardsDownUntil)
      if (untilMs <= now) this.guardsDownUntil.delete(guard);
    const down = position === PathPosition.guard ? [...this.guardsDownUntil.keys()] : [];
    return this.parts.consensus.choose(this.hooks.pathSelection, position, path, random, down);
  }
}
