/**
 * A circuit at its client: built hop by hop, then carrying streams to its last hop until either end closes it.
 *
 * A cell that no hop can have sent ends the circuit, since from then on nothing can be told from a mark. tor-spec,
 * "Creating circuits" and "Routing relay cells".
 */

import type { Timer } from '../environment.ts';
import { CellFlag, CellVerdict, CircuitState, NO_RELAY_COMMAND } from '../hooks/catalogue/cell-admission.ts';
import { CELL, RELAY } from '../hooks/catalogue/cell-commands.ts';
import { PaddingEvent } from '../hooks/catalogue/padding-decision.ts';
import { type Cell, RELAY_DATA_BYTES } from './cell.ts';
import { type Destination, readCreated2, writeBegin, writeCreate2, writeExtend2 } from './cell-bodies.ts';
import { CircuitEdge, type EdgeFault, type EdgePort } from './circuit-edge.ts';
import type { RelayDescriptor } from './consensus.ts';
import { ClientHandshake } from './handshake.ts';
import type { Circuit, Leg } from './leg.ts';
import { Onion, OnionLayer } from './onion.ts';
import type { OnionClient } from './onion-client.ts';
import { CircuitPadding, PaddingAnswer, PaddingCommand } from './padding.ts';
import { CircuitEnd } from './reasons.ts';
import { dataLengthOf, dataOf, relayCommandOf, streamIdOf } from './relay-cell.ts';
import type { Stream, StreamApplication } from './stream.ts';

/** Padding is negotiated with the middle, as Tor's machines do. */
const PADDING_HOP = 1;
const MOST_STREAMS = 0xffff;

export class ClientCircuit implements Circuit, EdgePort {
  readonly path: readonly RelayDescriptor[];
  private readonly client: OnionClient;
  private readonly onion = new Onion();
  private readonly padding: CircuitPadding;
  private readonly edge: CircuitEdge;
  private leg: Leg | null = null;
  private handshake: ClientHandshake | null = null;
  private deadline: Timer | null = null;
  private lastStreamId = 0;
  private paddingAsked = false;
  /** Of the environment's clock. */
  readonly begunAtMs: number;
  /** NaN until it is open. */
  openedAtMs = Number.NaN;
  phase: 'building' | 'open' | 'closed' = 'building';
  /** Closed by its own client, which wants another. */
  retired = false;
  /** The guard could not be reached, or did not answer: no fault of the other hops. */
  guardFailed = false;

  constructor(client: OnionClient, path: readonly RelayDescriptor[]) {
    this.client = client;
    this.path = path;
    this.begunAtMs = client.environment.clock.nowMs();
    this.edge = new CircuitEdge(this, client.edgeParts);
    this.padding = new CircuitPadding(client.environment, client.hooks.paddingDecision, () =>
      this.sendSealed(client.cells.take(), PADDING_HOP, RELAY.drop, 0, 0),
    );
  }

  get state(): number {
    return this.phase === 'building' ? CircuitState.building : CircuitState.open;
  }

  get openStreams(): number {
    return this.edge.openStreams;
  }

  /** Begins to build; `timeoutMs` is for all of it. */
  build(timeoutMs: number): void {
    const { client } = this;
    this.deadline = client.environment.timers.after(timeoutMs, () => {
      this.guardFailed = this.onion.hops === 0;
      this.close(CircuitEnd.timeout);
    });
    client.reach(this.path[0], (end) => {
      if (this.phase === 'closed') return;
      this.leg = end?.open(this) ?? null;
      if (this.leg === null) {
        this.guardFailed = true;
        this.close(CircuitEnd.connectFailed);
        return;
      }
      const create = client.cells.blank(0, CELL.create2);
      writeCreate2(create.payload, this.beginHandshake());
      this.leg.send(create);
    });
  }

  /** Opens a stream; null if the circuit has no id left for it. */
  openStream(destination: Destination, application: StreamApplication): Stream | null {
    if (this.phase !== 'open' || this.edge.openStreams >= MOST_STREAMS) return null;
    do this.lastStreamId = (this.lastStreamId % MOST_STREAMS) + 1;
    while (this.edge.stream(this.lastStreamId) !== null);
    const stream = this.edge.add(this.lastStreamId, application);
    const cell = this.client.cells.take();
    this.originate(cell, RELAY.begin, stream.id, writeBegin(cell.data, destination));
    return stream;
  }

  onRelay(_leg: Leg, cell: Cell): void {
    const { client } = this;
    const hop = this.onion.open(cell);
    const relayCommand = hop < 0 ? NO_RELAY_COMMAND : relayCommandOf(cell);
    if (this.admits(cell, relayCommand, hop >= 0)) {
      if (hop < 0 || dataLengthOf(cell) > RELAY_DATA_BYTES) this.violate();
      else {
        this.handle(cell, relayCommand, hop);
        if (this.phase !== 'closed') this.note(PaddingEvent.cellReceived);
      }
    } else if (hop < 0) this.close(CircuitEnd.protocol); // dropped, but no later cell could be read
    client.cells.release(cell);
  }

  onCreated(_leg: Leg, cell: Cell): void {
    if (this.onion.hops > 0) this.violate();
    else this.addHop(readCreated2(cell.payload));
  }

  onCut(_leg: Leg, reason: number): void {
    this.guardFailed = this.onion.hops === 0;
    this.leg = null;
    this.close(reason);
  }

  onRoom(): void {
    this.edge.pump();
  }

  /** Closes the circuit for its client's own reasons. */
  retire(): void {
    this.retired = true;
    this.close();
  }

  close(reason: number = CircuitEnd.none): void {
    if (this.phase === 'closed') return;
    const was = this.phase;
    this.phase = 'closed';
    this.deadline?.cancel();
    this.leg?.end.destroy(this.leg, CircuitEnd.none);
    this.padding.close();
    this.edge.close();
    this.onion.close();
    this.client.onCircuitClosed(this, reason, was);
  }

  originate(cell: Cell, command: number, streamId: number, length: number): string {
    const digest = this.sendSealed(cell, this.onion.hops - 1, command, streamId, length);
    if (this.phase !== 'closed') this.note(PaddingEvent.cellSent);
    return digest;
  }

  hasRoom(): boolean {
    return this.leg!.hasRoom();
  }

  isBlocked(): boolean {
    return this.leg!.end.output.blocked;
  }

  private sendSealed(
    cell: Cell,
    hop: number,
    command: number,
    streamId: number,
    length: number,
    early = false,
  ): string {
    const { client } = this;
    if (this.phase === 'closed' || hop < 0 || hop >= this.onion.hops) {
      client.cells.release(cell);
      return '';
    }
    client.filler.complete(cell, command, streamId, length);
    if (early) cell.command = CELL.relayEarly;
    const digest = this.onion.seal(cell, hop);
    client.counts.originated++;
    this.leg!.send(cell);
    return digest;
  }

  private beginHandshake(): Uint8Array {
    const relay = this.path[this.onion.hops];
    const id = Buffer.from(relay.fingerprint, 'hex');
    this.handshake = new ClientHandshake({ id, onionKey: relay.onionKey }, this.client.secret());
    return this.handshake.onionSkin;
  }

  private addHop(reply: Uint8Array | null): void {
    const keys = reply === null ? null : (this.handshake?.finish(reply) ?? null);
    this.handshake = null;
    if (keys === null) {
      this.guardFailed = this.onion.hops === 0;
      this.violate();
      return;
    }
    this.onion.add(new OnionLayer(keys, this.client.keystreams));
    const next = this.path[this.onion.hops];
    if (next === undefined) {
      this.phase = 'open';
      this.openedAtMs = this.client.environment.clock.nowMs();
      this.deadline?.cancel();
      this.note(PaddingEvent.circuitOpened);
      if (this.client.padsAlways) this.askForPadding();
      this.client.onCircuitOpen(this);
      return;
    }
    const cell = this.client.cells.take();
    const length = writeExtend2(cell.data, next, this.beginHandshake());
    this.sendSealed(cell, this.onion.hops - 1, RELAY.extend2, 0, length, true);
  }

  private admits(cell: Cell, relayCommand: number, recognized: boolean): boolean {
    const { client } = this;
    const flags =
      (recognized ? CellFlag.recognized : 0) |
      (this.padding.negotiated ? CellFlag.paddingNegotiated : 0) |
      (recognized && this.edge.stream(streamIdOf(cell)) !== null ? CellFlag.knownStream : 0);
    const verdict = client.hooks.cellAdmission.call(cell.command, relayCommand, this.state, flags);
    if (verdict === CellVerdict.accept) return true;
    if (verdict === CellVerdict.dropCell) client.counts.dropped++;
    else {
      client.counts.closed++;
      this.close(CircuitEnd.protocol);
    }
    return false;
  }

  private handle(cell: Cell, command: number, hop: number): void {
    const { counts } = this.client;
    switch (command) {
      case RELAY.extended2:
        if (this.phase === 'building' && hop === this.onion.hops - 1) this.addHop(readCreated2(dataOf(cell)));
        else this.violate();
        return;
      case RELAY.truncated:
        this.close(dataLengthOf(cell) === 0 ? CircuitEnd.none : cell.data[0]);
        return;
      case RELAY.drop:
        counts.padding++;
        return;
      case RELAY.paddingNegotiated:
        if (hop === PADDING_HOP && dataLengthOf(cell) >= 3 && this.paddingAsked) {
          this.padding.negotiated =
            cell.data[1] === PaddingCommand.start && cell.data[2] === PaddingAnswer.ok;
        } else counts.ignored++;
        return;
      case RELAY.connected:
      case RELAY.data:
      case RELAY.sendme:
      case RELAY.end:
        // Streams are with the last hop: from any other this is a mark.
        if (hop !== this.path.length - 1) this.violate();
        else this.handleStream(cell, command, this.onion.digest);
        return;
      default:
        counts.ignored++;
    }
  }

  private handleStream(cell: Cell, command: number, digest: string): void {
    const streamId = streamIdOf(cell);
    if (command === RELAY.data) this.checked(this.edge.onData(cell, streamId, digest));
    else if (command === RELAY.sendme) this.checked(this.edge.onSendme(cell, streamId));
    else if (command === RELAY.end) this.edge.onEnd(cell, streamId);
    else {
      const stream = this.edge.stream(streamId);
      if (stream === null || stream.state !== 'opening') this.client.counts.ignored++;
      else this.edge.opened(stream);
    }
  }

  private note(event: (typeof PaddingEvent)[keyof typeof PaddingEvent]): void {
    this.padding.after(event);
    if (this.padding.wanted && this.phase === 'open') this.askForPadding();
  }

  private askForPadding(): void {
    if (this.paddingAsked || this.path.length <= PADDING_HOP) return;
    this.paddingAsked = true;
    const cell = this.client.cells.take();
    // padding-spec: version, command, machine, unused, machine counter.
    cell.data.set([0, PaddingCommand.start, 0, 0, 0, 0, 0, 0]);
    this.sendSealed(cell, PADDING_HOP, RELAY.paddingNegotiate, 0, 8);
  }

  private checked(fault: EdgeFault | null): void {
    if (fault !== null) this.violate();
  }

  private violate(): void {
    this.client.counts.violations++;
    this.close(CircuitEnd.protocol);
  }
}
