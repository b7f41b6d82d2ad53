/** A client by hand, for tests: sends any cell that it is told to, and keeps what comes back, opened as far as it can. */

import { CELL, RELAY } from '../hooks/catalogue/cell-commands.ts';
import { type Cell, HEADER_BYTES } from '../relay/cell.ts';
import { readCreated2, writeCreate2, writeExtend2 } from '../relay/cell-bodies.ts';
import type { RelayDescriptor } from '../relay/consensus.ts';
import { ClientHandshake } from '../relay/handshake.ts';
import type { CellLink, LinkListener } from '../relay/link.ts';
import { Onion, OnionLayer } from '../relay/onion.ts';
import { dataLengthOf, dataOf, relayCommandOf, streamIdOf, writeRelayHeader } from '../relay/relay-cell.ts';
import { SeededSecrets } from '../relay/seeded-secrets.ts';
import type { MemoryLink } from './memory-links.ts';
import type { OnionWorld } from './onion-world.ts';

/** A cell that has come. */
export interface Answer {
  readonly command: number;
  readonly circuitId: number;
  /** Of DESTROY. */
  readonly reason: number;
  /** Of relay cells: -1 for the hop if none is known. */
  readonly hop: number;
  readonly relayCommand: number;
  readonly streamId: number;
  readonly data: Buffer;
  /** The whole payload, as the hop that sent it made it. */
  readonly payload: Buffer;
}

const FIRST_ID = 0x80000001;

export class BareClient implements LinkListener {
  readonly onion = new Onion();
  readonly answers: Answer[] = [];
  readonly circuitId: number;
  link!: MemoryLink;
  linkClosed = false;
  /** The full digest of the last relay cell that was sent. */
  lastDigest = '';
  private readonly world: OnionWorld;
  private readonly secrets = new SeededSecrets('bare client');

  constructor(world: OnionWorld, circuitId = FIRST_ID) {
    this.world = world;
    this.circuitId = circuitId;
  }

  /** Opens a link to a relay. */
  connect(relay: RelayDescriptor, address = 0xc0000201): this {
    this.world.network.dialer(null, address).dial(relay, (link) => {
      this.link = link as MemoryLink;
      (link as CellLink).listen(this);
    });
    this.world.environment.advance(10);
    return this;
  }

  /** A circuit through these relays. */
  build(...path: readonly RelayDescriptor[]): this {
    if (this.link === undefined) this.connect(path[0]);
    for (const relay of path) this.extend(relay);
    return this;
  }

  extend(relay: RelayDescriptor): void {
    const handshake = this.handshakeWith(relay);
    if (this.onion.hops === 0) {
      this.send(CELL.create2, (payload) => writeCreate2(payload, handshake.onionSkin));
    } else {
      const body = new Uint8Array(200);
      const length = writeExtend2(body, relay, handshake.onionSkin);
      this.sendRelay(RELAY.extend2, 0, body.subarray(0, length), { early: true });
    }
    this.world.environment.advance(20);
    const answer = this.answers.at(-1)!;
    const isAnswer = answer.command === CELL.created2 || answer.relayCommand === RELAY.extended2;
    if (!isAnswer) throw new Error(`no answer of ${relay.fingerprint}: ${JSON.stringify(answer)}`);
    const keys = handshake.finish(
      readCreated2(answer.command === CELL.created2 ? answer.payload : answer.data)!,
    );
    this.onion.add(new OnionLayer(keys!, this.world.keystreams));
    this.answers.length = 0;
  }

  handshakeWith(relay: RelayDescriptor): ClientHandshake {
    const id = Buffer.from(relay.fingerprint, 'hex');
    return new ClientHandshake({ id, onionKey: relay.onionKey }, this.secrets.secret());
  }

  /** Any cell at all. */
  send(command: number, fill: (payload: Uint8Array) => unknown, circuitId = this.circuitId): void {
    const cell = this.world.cells.blank(circuitId, command);
    fill(cell.payload);
    this.link.send(cell);
  }

  /** A relay cell, sealed for a hop; `length` can lie about the data. */
  sendRelay(
    relayCommand: number,
    streamId: number,
    data: Uint8Array,
    options: { readonly hop?: number; readonly early?: boolean; readonly length?: number } = {},
  ): void {
    const cell = this.world.cells.blank(
      this.circuitId,
      options.early === true ? CELL.relayEarly : CELL.relay,
    );
    cell.data.set(data);
    writeRelayHeader(cell, relayCommand, streamId, options.length ?? data.length);
    this.lastDigest = this.onion.seal(cell, options.hop ?? this.onion.hops - 1);
    this.link.send(cell);
  }

  /** Lets time pass, and hands over what has come since the last time. */
  hear(ms = 50): Answer[] {
    this.world.environment.advance(ms);
    return this.answers.splice(0);
  }

  /** What closed the circuit: the reason of the first DESTROY that has come; null if it lives. */
  destroyedWith(ms = 50): number | null {
    return this.hear(ms).find(({ command }) => command === CELL.destroy)?.reason ?? null;
  }

  onCell(cell: Cell): void {
    const isRelay = cell.command === CELL.relay || cell.command === CELL.relayEarly;
    const hop = isRelay ? this.onion.open(cell) : -1;
    const isOpen = hop >= 0;
    this.answers.push({
      command: cell.command,
      circuitId: cell.circuitId,
      reason: cell.command === CELL.destroy ? cell.bytes[HEADER_BYTES] : 0,
      hop,
      relayCommand: isOpen ? relayCommandOf(cell) : -1,
      streamId: isOpen ? streamIdOf(cell) : 0,
      data: isOpen && dataLengthOf(cell) <= 498 ? Buffer.from(dataOf(cell)) : Buffer.alloc(0),
      payload: Buffer.from(cell.payload),
    });
    this.world.cells.release(cell);
  }

  onDrained(): void {}

  onClosed(): void {
    this.linkClosed = true;
  }

  /** Gives up link and layers. */
  close(): void {
    if (!this.linkClosed) this.link.close();
    this.onion.close();
    this.world.environment.advance(20);
  }
}
