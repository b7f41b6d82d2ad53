/**
 * Who can be reached for a link of cells, and how long it takes to open one.
 *
 * A link is there after three round trips, for TCP, TLS 1.3 and the link handshake of tor-spec ("Negotiating
 * channels"); a host that is down refuses after one.
 */

import type { CellPool } from '../../../node/relay/cell.ts';
import type { CellLink, LinkDialer, LinkTarget } from '../../../node/relay/link.ts';
import { Call, type VirtualClock } from '../virtual-clock.ts';
import { type CellTap, type CellTraffic, type LinkSide, SimulatedCellLink } from './cell-link.ts';

/** One-way trips between the first packet's arrival and the far end's having the link; one more to the near end. */
const ONE_WAYS_OF_HANDSHAKES = 4;

/** A relay as links see it. */
export interface LinkAcceptor extends LinkSide {
  /** Whether it takes links at the moment. */
  readonly up: boolean;
  accept(link: CellLink): void;
  /** Of a hostile relay. */
  readonly tap: CellTap | null;
}

export class CellNetwork {
  private readonly clock: VirtualClock;
  private readonly cells: CellPool;
  private readonly traffic: CellTraffic;
  private readonly latencyUs: (a: number, b: number) => number;
  private readonly acceptors = new Map<string, LinkAcceptor>();

  constructor(
    clock: VirtualClock,
    cells: CellPool,
    traffic: CellTraffic,
    latencyUs: (a: number, b: number) => number,
  ) {
    this.clock = clock;
    this.cells = cells;
    this.traffic = traffic;
    this.latencyUs = latencyUs;
  }

  add(acceptor: LinkAcceptor): void {
    this.acceptors.set(acceptor.fingerprint as string, acceptor);
  }

  /** Opens links in the name of `from`, which must be the host that the current event happens to. */
  dialer(from: LinkSide, tap: CellTap | null = null): LinkDialer {
    return { dial: (target, answer) => this.dial(from, tap, target, answer) };
  }

  private dial(
    from: LinkSide,
    tap: CellTap | null,
    { fingerprint }: LinkTarget,
    answer: (link: CellLink | null) => void,
  ): void {
    const acceptor = this.acceptors.get(fingerprint);
    if (acceptor === undefined) {
      answer(null);
      return;
    }
    const { clock, cells, traffic } = this;
    const latencyUs = this.latencyUs(from.host, acceptor.host);
    const after = (oneWays: number, host: number, action: () => void): void =>
      clock.schedule(clock.nowUs + oneWays * latencyUs, new Call(host, action));
    const refuse = (): void => after(1, from.host, () => answer(null));
    const open = (): void => {
      if (!acceptor.up) {
        refuse();
        return;
      }
      const [near, far] = SimulatedCellLink.pair({ clock, cells, traffic, latencyUs }, from, acceptor);
      near.tap = tap;
      far.tap = acceptor.tap;
      acceptor.accept(far);
      after(1, from.host, () => answer(near));
    };
    after(1, acceptor.host, () => {
      if (acceptor.up) after(ONE_WAYS_OF_HANDSHAKES, acceptor.host, open);
      else refuse();
    });
  }
}
