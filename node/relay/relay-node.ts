/**
 * A relay's data plane: its links, the circuits over them, and the hooks that its cells reach.
 *
 * It takes links from a transport and time, timers and chance from its environment, and does nothing but in answer to
 * them. That is what lets thousands of relays run in one process under virtual time.
 */

import type { Environment } from '../environment.ts';
import { cellAdmission } from '../hooks/catalogue/cell-admission.ts';
import { cellPadding } from '../hooks/catalogue/cell-padding.ts';
import { circuitScheduling } from '../hooks/catalogue/circuit-scheduling.ts';
import { ConnectionVerdict, connectionLimit } from '../hooks/catalogue/connection-limit.ts';
import { exitPolicy } from '../hooks/catalogue/exit-policy.ts';
import { flowWindow } from '../hooks/catalogue/flow-window.ts';
import { paddingDecision } from '../hooks/catalogue/padding-decision.ts';
import type { Cell, CellPool } from './cell.ts';
import { readCreate2 } from './cell-bodies.ts';
import { CellCounts } from './cell-counts.ts';
import { CellIntake } from './cell-intake.ts';
import type { EdgeParts } from './circuit-edge.ts';
import { FIXED_FLOW, type FlowParameters } from './circuit-window.ts';
import type { ExitParts, ExitService } from './exit-streams.ts';
import { answerHandshake } from './handshake.ts';
import type { HookSlots } from './hook-slots.ts';
import type { KeystreamBudget } from './keystream.ts';
import type { Leg } from './leg.ts';
import type { CellLink, LinkDialer, LinkTarget } from './link.ts';
import { LinkBook } from './link-book.ts';
import type { LinkEnd, LinkHost } from './link-end.ts';
import { WaitingCells } from './link-output.ts';
import { OnionLayer } from './onion.ts';
import { CircuitEnd } from './reasons.ts';
import { RelayCellFiller } from './relay-cell-filler.ts';
import { RelayCircuit } from './relay-circuit.ts';
import { type RateLimit, TokenBucket } from './token-bucket.ts';
import type { KeyPair, SecretSource } from './x25519.ts';

export interface RelayParts {
  readonly environment: Pick<Environment, 'clock' | 'timers' | 'random'>;
  /** The relay's core, which has its slots. */
  readonly slots: HookSlots;
  readonly cells: CellPool;
  readonly keystreams: KeystreamBudget;
  readonly secrets: SecretSource;
  /** 20 bytes. */
  readonly identity: Uint8Array;
  readonly onionKey: KeyPair;
  readonly dialer: LinkDialer;
  /** Null for a relay that is no exit. */
  readonly exitService: ExitService | null;
  /** The same for all of a network. */
  readonly flow?: FlowParameters;
  /** Of what it sends; no limit by default. */
  readonly rateLimit?: RateLimit;
  /** Does the work of new circuits; at once by default. */
  readonly handshakes?: HandshakeWork;
  /** Told of each relay that a circuit goes on to from here. */
  readonly onReached?: (fingerprint: string) => void;
}

/** The processor time that answering handshakes takes. */
export interface HandshakeWork {
  /** Calls `answer` when the work is done; false if too much is waiting already. */
  take(answer: () => void): boolean;
}

const AT_ONCE: HandshakeWork = {
  take(answer) {
    answer();
    return true;
  },
};

/** Looked up once: a call through a field costs nothing, a search by name for each cell would. */
function hooksOf(slots: HookSlots) {
  return {
    cellAdmission: slots.slot(cellAdmission),
    cellPadding: slots.slot(cellPadding),
    circuitScheduling: slots.slot(circuitScheduling),
    connectionLimit: slots.slot(connectionLimit),
    exitPolicy: slots.slot(exitPolicy),
    flowWindow: slots.slot(flowWindow),
    paddingDecision: slots.slot(paddingDecision),
  };
}

/** Spreads addresses evenly over what a module may take as buckets (the finaliser of MurmurHash3). */
function hashOf(address: number): number {
  let hash = address;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export class OnionRelay implements LinkHost {
  readonly environment: RelayParts['environment'];
  readonly cells: CellPool;
  readonly fingerprint: string;
  readonly hooks: ReturnType<typeof hooksOf>;
  readonly filler: RelayCellFiller;
  readonly edgeParts: EdgeParts;
  readonly exitParts: ExitParts;
  readonly counts = new CellCounts();
  private readonly parts: RelayParts;
  private readonly intake: CellIntake;
  private readonly links: LinkBook;
  private readonly circuits = new Set<RelayCircuit>();
  /** Circuits of each address that is no relay's. */
  private readonly openFrom = new Map<number, number>();
  private readonly waiting = new WaitingCells();
  private draining = false;
  /** Circuits that the flood limit refused. */
  refusedCircuits = 0;
  /** Circuits refused since too many handshakes were waiting. */
  overloadedCircuits = 0;

  constructor(parts: RelayParts) {
    const { environment, cells, slots } = parts;
    this.parts = parts;
    this.environment = environment;
    this.cells = cells;
    this.fingerprint = Buffer.from(parts.identity).toString('hex');
    this.hooks = hooksOf(slots);
    this.filler = new RelayCellFiller(environment.random, this.hooks.cellPadding);
    this.edgeParts = {
      clock: environment.clock,
      cells,
      flow: parts.flow ?? FIXED_FLOW,
      flowHook: this.hooks.flowWindow,
    };
    this.exitParts = { cells, policy: this.hooks.exitPolicy, service: parts.exitService };
    const bucket =
      parts.rateLimit === undefined
        ? null
        : new TokenBucket(parts.rateLimit, environment.clock, environment.timers);
    const { waiting } = this;
    const output = {
      clock: environment.clock,
      cells,
      scheduling: this.hooks.circuitScheduling,
      bucket,
      waiting,
    };
    this.links = new LinkBook(parts.dialer, output, this);
    this.intake = new CellIntake(cells, this.counts, this.hooks.cellAdmission, (end, cell) =>
      this.onCreate(end, cell),
    );
  }

  get openCircuits(): number {
    return this.circuits.size;
  }

  get openLinks(): number {
    return this.links.open;
  }

  /** Cells of circuits that wait to leave. */
  get waitingCells(): number {
    return this.waiting.cells;
  }

  /** Takes a link that a client or another relay has opened. */
  accept(link: CellLink): void {
    this.links.accept(link);
  }

  /** Takes no new circuits from now on; those that are open go on. The first half of a restart. */
  drain(): void {
    this.draining = true;
  }

  /** Ends all circuits and links. */
  close(): void {
    this.draining = true;
    for (const circuit of [...this.circuits]) circuit.close(CircuitEnd.finished);
    this.links.close();
  }

  onCell(end: LinkEnd, leg: Leg | null, cell: Cell): void {
    this.intake.take(end, leg, cell);
  }

  onLinkClosed(end: LinkEnd): void {
    this.links.forget(end);
  }

  /** For circuits that extend. */
  reach(target: LinkTarget, answer: (end: LinkEnd | null) => void): void {
    const { onReached } = this.parts;
    this.links.reach(target, (end) => {
      if (end !== null) onReached?.(target.fingerprint);
      answer(end);
    });
  }

  /** Called by circuits. */
  onCircuitClosed(circuit: RelayCircuit, back: Leg): void {
    this.circuits.delete(circuit);
    this.countFrom(back.end, -1);
  }

  private onCreate(end: LinkEnd, cell: Cell): void {
    const id = cell.circuitId;
    const refusal = this.refusalOf(end, id);
    if (refusal !== null) {
      end.refuse(id, refusal);
      return;
    }
    const skin = readCreate2(cell.payload);
    if (skin === null) {
      this.counts.violations++;
      end.refuse(id, CircuitEnd.protocol);
      return;
    }
    end.reserve(id, () => this.countFrom(end, -1));
    this.countFrom(end, 1);
    if ((this.parts.handshakes ?? AT_ONCE).take(() => this.answerCreate(end, id, skin))) return;
    this.overloadedCircuits++;
    end.giveUp(id);
    end.refuse(id, CircuitEnd.resourceLimit);
  }

  private answerCreate(end: LinkEnd, id: number, skin: Uint8Array): void {
    if (!end.claim(id)) return; // nobody waits for it any more
    const { identity, onionKey, secrets, keystreams } = this.parts;
    const answer = answerHandshake(identity, onionKey, skin, secrets.secret());
    if (answer === null) {
      this.countFrom(end, -1);
      this.counts.violations++;
      end.refuse(id, CircuitEnd.protocol);
      return;
    }
    const circuit = new RelayCircuit(this, new OnionLayer(answer.keys, keystreams));
    this.circuits.add(circuit);
    circuit.begin(end.accept(id, circuit), answer.reply);
  }

  /** Relays carry the circuits of many; only those of clients are counted, as Tor's defence does. */
  private countFrom({ link: { peer, address } }: LinkEnd, more: 1 | -1): void {
    if (peer !== null) return;
    const open = (this.openFrom.get(address) ?? 0) + more;
    if (open === 0) this.openFrom.delete(address);
    else this.openFrom.set(address, open);
  }

  /** Why a circuit is not taken, before any work is done for it. */
  private refusalOf(end: LinkEnd, id: number): number | null {
    if (!end.mayOpen(id)) {
      this.counts.violations++;
      return CircuitEnd.protocol;
    }
    if (this.draining) return CircuitEnd.hibernating;
    const { peer, address } = end.link;
    if (peer !== null) return null;
    const now = Math.floor(this.environment.clock.nowMs()) >>> 0;
    const open = this.openFrom.get(address) ?? 0;
    if (this.hooks.connectionLimit.call(hashOf(address), open, now) === ConnectionVerdict.take) return null;
    this.refusedCircuits++;
    return CircuitEnd.resourceLimit;
  }
}
