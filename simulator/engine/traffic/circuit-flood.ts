/**
 * A flood of new circuits on a few guards: many cheap cells that cost the relay a handshake each.
 *
 * Each circuit is closed as soon as it is answered, so that a limit on circuits that are open at once sees nothing.
 * The handshake of a guard is made once and sent again and again: an attacker has no reason to spend more.
 */

import { CELL } from '../../../node/hooks/catalogue/cell-commands.ts';
import { type Cell, type CellPool, HEADER_BYTES } from '../../../node/relay/cell.ts';
import { writeCreate2 } from '../../../node/relay/cell-bodies.ts';
import { ClientHandshake } from '../../../node/relay/handshake.ts';
import type { CellLink, LinkDialer, LinkListener } from '../../../node/relay/link.ts';
import { CircuitEnd } from '../../../node/relay/reasons.ts';
import { SeededSecrets } from '../../../node/relay/seeded-secrets.ts';
import { randomStream } from '../random.ts';
import { Call, type VirtualClock } from '../virtual-clock.ts';
import type { SimulatedDescriptor } from './onion-directory.ts';

const INITIATOR_BIT = 0x80000000;

export class FloodCounts {
  asked = 0;
  answered = 0;
  refused = 0;
}

export interface FloodParts {
  readonly clock: VirtualClock;
  readonly cells: CellPool;
  /** The host that floods; it has all addresses. */
  readonly host: number;
  readonly seed: number;
  readonly guard: SimulatedDescriptor;
  readonly perSecond: number;
  readonly fromUs: number;
  readonly toUs: number;
  readonly dialers: readonly LinkDialer[];
  readonly counts: FloodCounts;
}

/** Floods one guard from all addresses in turn. */
export class CircuitFlood {
  private readonly parts: FloodParts;
  private readonly links: FloodLink[] = [];
  private readonly chance: ReturnType<typeof randomStream>;
  private readonly onionSkin: Uint8Array;
  private turn = 0;

  constructor(parts: FloodParts) {
    this.parts = parts;
    const { seed, guard } = parts;
    this.chance = randomStream(seed, 'flood of a guard', guard.relay);
    const secret = new SeededSecrets(`flood of relay ${guard.relay}, seed ${seed}`).secret();
    this.onionSkin = new ClientHandshake({ id: guard.identity, onionKey: guard.onionKey }, secret).onionSkin;
  }

  plan(): void {
    const { clock, host, fromUs } = this.parts;
    clock.plan(fromUs, new Call(host, () => this.begin()));
  }

  private begin(): void {
    const { dialers, guard, cells, counts } = this.parts;
    for (const dialer of dialers) {
      dialer.dial(guard, (link) => {
        if (link !== null) this.links.push(new FloodLink(link, cells, counts, this.onionSkin));
      });
    }
    this.askLater();
  }

  private askLater(): void {
    const { clock, host, perSecond, toUs } = this.parts;
    const atUs = clock.nowUs + Math.ceil(this.chance.exponential(1e6 / perSecond));
    if (atUs >= toUs) return;
    const ask = (): void => {
      if (this.links.length > 0) this.links[this.turn++ % this.links.length].ask();
      this.askLater();
    };
    clock.schedule(atUs, new Call(host, ask));
  }
}

/** A link from one address. */
class FloodLink implements LinkListener {
  private readonly link: CellLink;
  private readonly cells: CellPool;
  private readonly counts: FloodCounts;
  private readonly onionSkin: Uint8Array;
  private lastId = 0;

  constructor(link: CellLink, cells: CellPool, counts: FloodCounts, onionSkin: Uint8Array) {
    this.link = link;
    this.cells = cells;
    this.counts = counts;
    this.onionSkin = onionSkin;
    link.listen(this);
  }

  ask(): void {
    this.lastId = (this.lastId % 0x7fffffff) + 1;
    const cell = this.cells.blank((this.lastId | INITIATOR_BIT) >>> 0, CELL.create2);
    writeCreate2(cell.payload, this.onionSkin);
    this.counts.asked++;
    this.link.send(cell);
  }

  onCell(cell: Cell): void {
    if (cell.command === CELL.created2) {
      this.counts.answered++;
      const destroy = this.cells.blank(cell.circuitId, CELL.destroy);
      destroy.bytes[HEADER_BYTES] = CircuitEnd.none;
      this.link.send(destroy);
    } else if (cell.command === CELL.destroy) this.counts.refused++;
    this.cells.release(cell);
  }

  onDrained(): void {}

  onClosed(): void {}
}
