/**
 * A circuit at one of its relays: two legs, one layer of the onion, and at the last relay the streams.
 *
 * Cells that are not for this relay are passed on after one pass over their bytes. Those that are for it extend,
 * truncate or pad the circuit, or carry streams. tor-spec, "Routing relay cells".
 */

import { CellFlag, CellVerdict, CircuitState, NO_RELAY_COMMAND } from '../hooks/catalogue/cell-admission.ts';
import { CELL, RELAY } from '../hooks/catalogue/cell-commands.ts';
import { PaddingEvent } from '../hooks/catalogue/padding-decision.ts';
import { type Cell, RELAY_DATA_BYTES } from './cell.ts';
import { readCreated2, readExtend2, writeCreate2, writeCreated2 } from './cell-bodies.ts';
import { CircuitEdge, type EdgeFault, type EdgePort } from './circuit-edge.ts';
import { ExitStreams } from './exit-streams.ts';
import type { Circuit, Leg } from './leg.ts';
import type { LinkEnd } from './link-end.ts';
import type { OnionLayer } from './onion.ts';
import { CircuitPadding, PaddingAnswer, PaddingCommand } from './padding.ts';
import { CircuitEnd, StreamEndReason } from './reasons.ts';
import { dataLengthOf, dataOf, relayCommandOf, streamIdOf } from './relay-cell.ts';
import type { OnionRelay } from './relay-node.ts';

/** tor-spec, "The RELAY_EARLY cell": bounds the length of a circuit. */
export const MOST_EARLY_CELLS = 8;
/** Cells that wait on one leg before the circuit is taken for an attack on memory; Tor's default. */
export const MOST_QUEUED_CELLS = 50_000;

export class RelayCircuit implements Circuit, EdgePort {
  readonly relay: OnionRelay;
  private readonly layer: OnionLayer;
  private readonly padding: CircuitPadding;
  /** Towards the client. */
  private back: Leg | null = null;
  private onward: Leg | null = null;
  /** EXTEND2 is under way. */
  private extending = false;
  /** Tells the answer of a dialler from one that nobody waits for any more. */
  private attempts = 0;
  private earlyCells = 0;
  /** The rest of the circuit is gone, and cells for it can still be on their way here. */
  private cutOff = false;
  private edge: CircuitEdge | null = null;
  private exit: ExitStreams | null = null;
  closed = false;

  constructor(relay: OnionRelay, layer: OnionLayer) {
    this.relay = relay;
    this.layer = layer;
    this.padding = new CircuitPadding(relay.environment, relay.hooks.paddingDecision, () =>
      this.sendSealed(relay.cells.take(), RELAY.drop, 0, 0),
    );
  }

  /** The leg towards the client. */
  get towardsClient(): Leg | null {
    return this.back;
  }

  get state(): number {
    return this.extending ? CircuitState.building : CircuitState.open;
  }

  /** The circuit is there: answers with CREATED2. */
  begin(back: Leg, reply: Uint8Array): void {
    this.back = back;
    const cell = this.relay.cells.blank(0, CELL.created2);
    writeCreated2(cell.payload, reply);
    back.send(cell);
    this.padding.after(PaddingEvent.circuitOpened);
  }

  onRelay(leg: Leg, cell: Cell): void {
    if (leg === this.back) this.onForward(cell);
    else this.onBackward(cell);
  }

  onCreated(leg: Leg, cell: Cell): void {
    const reply = readCreated2(cell.payload);
    if (leg !== this.onward || !this.extending || reply === null || reply.length + 2 > RELAY_DATA_BYTES) {
      this.violate();
      return;
    }
    this.extending = false;
    const answer = this.relay.cells.take();
    this.originate(answer, RELAY.extended2, 0, writeCreated2(answer.data, reply));
  }

  onCut(leg: Leg, reason: number): void {
    if (leg !== this.onward) this.close(reason);
    else {
      // tor-spec, "Tearing down circuits": the side nearer to the client says TRUNCATED.
      this.onward = null;
      this.extending = false;
      this.cutOff = true;
      this.sendTruncated(reason);
    }
  }

  onRoom(leg: Leg): void {
    if (leg === this.back) this.edge?.pump();
  }

  close(reason: number): void {
    if (this.closed) return;
    this.closed = true;
    this.back?.end.destroy(this.back, reason);
    this.onward?.end.destroy(this.onward, reason);
    this.padding.close();
    this.exit?.close();
    this.edge?.close();
    this.layer.close();
    this.relay.onCircuitClosed(this, this.back!);
  }

  originate(cell: Cell, command: number, streamId: number, length: number): string {
    const digest = this.sendSealed(cell, command, streamId, length);
    if (!this.closed) this.padding.after(PaddingEvent.cellSent);
    return digest;
  }

  hasRoom(): boolean {
    return this.back!.hasRoom();
  }

  isBlocked(): boolean {
    return this.back!.end.output.blocked;
  }

  private sendSealed(cell: Cell, command: number, streamId: number, length: number): string {
    const { relay } = this;
    if (this.closed) {
      relay.cells.release(cell);
      return '';
    }
    relay.filler.complete(cell, command, streamId, length);
    const digest = this.layer.sealBackward(cell);
    relay.counts.originated++;
    const back = this.back!;
    back.send(cell);
    // A client that asks and asks, and takes no answers.
    if (back.queue.length > MOST_QUEUED_CELLS) this.close(CircuitEnd.resourceLimit);
    return digest;
  }

  private onForward(cell: Cell): void {
    const { relay } = this;
    const early = cell.command === CELL.relayEarly;
    const isEnd = this.onward === null && !this.cutOff;
    const digest = this.layer.peelForward(cell, isEnd);
    let relayCommand: number = NO_RELAY_COMMAND;
    let flags: number = CellFlag.fromClient | (this.padding.negotiated ? CellFlag.paddingNegotiated : 0);
    if (digest !== null) {
      relayCommand = relayCommandOf(cell);
      flags |= CellFlag.recognized | (this.exit?.knows(streamIdOf(cell)) ? CellFlag.knownStream : 0);
    }
    if (!this.admits(cell, relayCommand, flags)) {
      if (isEnd && digest === null) this.close(CircuitEnd.protocol); // dropped, but no later cell could be read
      return;
    }
    if (early && ++this.earlyCells > MOST_EARLY_CELLS) {
      relay.cells.release(cell);
      this.violate();
      return;
    }
    this.padding.after(PaddingEvent.cellReceived);
    if (digest === null) this.pass(cell, this.onward);
    else {
      if (dataLengthOf(cell) > RELAY_DATA_BYTES) this.violate();
      else this.handle(cell, relayCommand, digest, early);
      relay.cells.release(cell);
    }
  }

  private onBackward(cell: Cell): void {
    const flags = this.padding.negotiated ? CellFlag.paddingNegotiated : 0;
    if (!this.admits(cell, NO_RELAY_COMMAND, flags)) return;
    if (this.extending) {
      this.relay.cells.release(cell);
      this.violate();
      return;
    }
    this.layer.wrapBackward(cell);
    this.pass(cell, this.back);
    this.padding.after(PaddingEvent.cellSent);
  }

  private pass(cell: Cell, leg: Leg | null): void {
    const { relay } = this;
    if (leg === null || leg.queue.length >= MOST_QUEUED_CELLS) {
      relay.cells.release(cell);
      if (leg !== null) this.close(CircuitEnd.resourceLimit);
      else if (this.cutOff) relay.counts.ignored++;
      else this.violate();
      return;
    }
    relay.counts.relayed++;
    leg.send(cell);
  }

  /** Asks the hook; a cell that is not let in is released. */
  private admits(cell: Cell, relayCommand: number, flags: number): boolean {
    const { relay } = this;
    const verdict = relay.hooks.cellAdmission.call(cell.command, relayCommand, this.state, flags);
    if (verdict === CellVerdict.accept) return true;
    relay.cells.release(cell);
    if (verdict === CellVerdict.dropCell) relay.counts.dropped++;
    else {
      relay.counts.closed++;
      this.close(CircuitEnd.protocol);
    }
    return false;
  }

  /** A cell that ends here, with data of a sound length; it stays the caller's. */
  private handle(cell: Cell, command: number, digest: string, early: boolean): void {
    const streamId = streamIdOf(cell);
    switch (command) {
      case RELAY.data:
        if (this.edge === null) this.relay.counts.ignored++;
        else this.checked(this.edge.onData(cell, streamId, digest));
        return;
      case RELAY.sendme:
        if (this.edge === null) this.relay.counts.ignored++;
        else this.checked(this.edge.onSendme(cell, streamId));
        return;
      case RELAY.end:
        this.exit?.abandon(streamId);
        this.edge?.onEnd(cell, streamId);
        return;
      case RELAY.begin:
        if (!this.exits().begin(cell, streamId)) this.relay.counts.ignored++;
        return;
      case RELAY.beginDir: {
        const end = this.relay.cells.take();
        end.data[0] = StreamEndReason.notDirectory;
        this.originate(end, RELAY.end, streamId, 1);
        return;
      }
      case RELAY.extend2:
        // tor-spec: an EXTEND2 that is not in a RELAY_EARLY cell is not obeyed.
        if (early) this.extend(cell);
        else this.relay.counts.ignored++;
        return;
      case RELAY.truncate:
        this.truncate();
        return;
      case RELAY.drop:
        this.relay.counts.padding++;
        return;
      case RELAY.paddingNegotiate:
        this.negotiatePadding(cell);
        return;
      default:
        this.relay.counts.ignored++;
    }
  }

  private exits(): ExitStreams {
    const { relay } = this;
    this.edge ??= new CircuitEdge(this, relay.edgeParts);
    this.exit ??= new ExitStreams(this, this.edge, relay.exitParts);
    return this.exit;
  }

  private extend(cell: Cell): void {
    const extension = readExtend2(dataOf(cell));
    if (extension === null || this.onward !== null || this.extending) {
      this.violate();
      return;
    }
    const { target, onionSkin } = extension;
    // Back to where it came from, or to itself: only for making relays work for nothing.
    if (target.fingerprint === this.relay.fingerprint || target.fingerprint === this.back!.end.link.peer) {
      this.violate();
      return;
    }
    this.extending = true;
    const attempt = ++this.attempts;
    this.relay.reach(target, (end) => {
      // The client may have gone, or have truncated, meanwhile.
      if (!this.closed && this.extending && attempt === this.attempts) this.sendCreate(end, onionSkin);
    });
  }

  private sendCreate(end: LinkEnd | null, onionSkin: Uint8Array): void {
    const leg = end?.open(this) ?? null;
    if (leg === null) {
      this.extending = false;
      this.sendTruncated(CircuitEnd.connectFailed);
      return;
    }
    this.onward = leg;
    this.cutOff = false;
    const create = this.relay.cells.blank(0, CELL.create2);
    writeCreate2(create.payload, onionSkin);
    leg.send(create);
  }

  private truncate(): void {
    const { onward } = this;
    this.onward = null;
    this.extending = false;
    onward?.end.destroy(onward, CircuitEnd.requested);
    this.sendTruncated(CircuitEnd.requested);
  }

  private sendTruncated(reason: number): void {
    const cell = this.relay.cells.take();
    cell.data[0] = reason;
    this.originate(cell, RELAY.truncated, 0, 1);
  }

  private negotiatePadding(cell: Cell): void {
    const body = dataOf(cell);
    const [version, command, machine] = body;
    const known =
      body.length >= 3 &&
      version === 0 &&
      (command === PaddingCommand.start || command === PaddingCommand.stop);
    if (known) this.padding.negotiated = command === PaddingCommand.start;
    const answer = this.relay.cells.take();
    answer.data.set([0, command ?? 0, known ? PaddingAnswer.ok : PaddingAnswer.error, machine ?? 0]);
    this.originate(answer, RELAY.paddingNegotiated, 0, 4);
  }

  private checked(fault: EdgeFault | null): void {
    if (fault !== null) this.violate();
  }

  /** The other side did what no honest one does. */
  private violate(): void {
    this.relay.counts.violations++;
    this.close(CircuitEnd.protocol);
  }
}
