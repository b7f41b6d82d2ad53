/** Keeps padding cells going to a relay, for tests of updates: each of them reaches the hook that admits cells. */

import { multiaddr } from '@multiformats/multiaddr';
import { CELL } from '../../hooks/catalogue/cell-commands.ts';
import { CellPool } from '../../relay/cell.ts';
import { fingerprintOf, Libp2pLinks, placeOf } from '../../relay/libp2p-links.ts';
import type { CellLink } from '../../relay/link.ts';
import { createNode, type RelayNode } from '../libp2p-node.ts';

const EVERY_MS = 5;
const CELLS_AT_ONCE = 100;

export class CellPump {
  private readonly node: RelayNode;
  private readonly timer: NodeJS.Timeout;

  private constructor(node: RelayNode, link: CellLink, cells: CellPool) {
    this.node = node;
    let hasRoom = true;
    let isOpen = true;
    link.listen({
      onCell: (cell) => cells.release(cell),
      onDrained: () => {
        hasRoom = true;
      },
      onClosed: () => {
        isOpen = false;
      },
    });
    this.timer = setInterval(() => {
      for (let sent = 0; sent < CELLS_AT_ONCE && hasRoom && isOpen; sent++) {
        hasRoom = link.send(cells.blank(0, CELL.padding));
      }
    }, EVERY_MS);
  }

  /** Opens a link to a relay and begins. */
  static async to(address: string): Promise<CellPump> {
    const node = await createNode({ listen: [] });
    await node.libp2p.start();
    const at = multiaddr(address);
    const cells = new CellPool();
    const links = new Libp2pLinks({ libp2p: node.libp2p, cells, isRelay: () => false });
    const { remotePeer } = await node.libp2p.dial(at);
    const target = { fingerprint: fingerprintOf(remotePeer), ...placeOf(at)! };
    const link = await new Promise<CellLink | null>((resolve) => links.dial(target, resolve));
    if (link === null) throw new Error(`${address} takes no link`);
    return new CellPump(node, link, cells);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.node.libp2p.stop();
  }
}
