/**
 * TCP over loopback that takes the time of the scenario's links.
 *
 * A relay is known by its number, which whoever dials sends ahead: two relays of one machine have the same address, and
 * the link's latency must hold from the first byte of the handshake. Beyond that, this is @libp2p/tcp: connections are
 * its own, but for the three methods by which they reach their socket.
 */

import type { MultiaddrConnection, Transport, Upgrader } from '@libp2p/interface';
import { tcp } from '@libp2p/tcp';
import type { Multiaddr } from '@multiformats/multiaddr';
import { Uint8ArrayList } from 'uint8arraylist';
import type { TransportMaker } from '../../../node/daemon/libp2p-node.ts';
import type { LinkQueue, RelayLine } from './relay-line.ts';

const NAME_BYTES = 4;
const NAME_WITHIN_MS = 10_000;

/** How a connection of @libp2p/tcp reaches its socket: what its class overrides of the abstract one. */
interface SocketEnd {
  sendData(data: Uint8ArrayList): { sentBytes: number; canSendMore: boolean };
  sendClose(options?: unknown): Promise<void>;
  sendReset(error: Error): void;
}
const SOCKET_END = ['sendData', 'sendClose', 'sendReset'] as const;

export interface ShapedLinks {
  readonly line: RelayLine;
  readonly relays: number;
  /** The relay that listens at an address. Throws where none does. */
  readonly relayAt: (address: Multiaddr) => number;
}

/** TCP for one relay. */
export function shapedTcp(links: ShapedLinks): TransportMaker {
  const maker = tcp({ inboundSocketInactivityTimeout: 0, outboundSocketInactivityTimeout: 0 });
  return (components) => {
    const inner = maker(components) as Transport;
    return Object.assign(Object.create(inner) as Transport, {
      dial: (address: Multiaddr, options: Parameters<Transport['dial']>[1]) =>
        inner.dial(address, {
          ...options,
          upgrader: dialling(options.upgrader, links, links.relayAt(address)),
        }),
      createListener: (options: Parameters<Transport['createListener']>[0]) =>
        inner.createListener({ ...options, upgrader: listening(options.upgrader, links) }),
    });
  };
}

function dialling(upgrader: Upgrader, { line }: ShapedLinks, peer: number): Upgrader {
  return Object.assign(Object.create(upgrader) as Upgrader, {
    upgradeOutbound: (
      connection: MultiaddrConnection,
      options: Parameters<Upgrader['upgradeOutbound']>[1],
    ) => {
      const queue = line.to(peer);
      shape(connection, queue);
      connection.send(nameOf(line.relay));
      return upgrader.upgradeOutbound(connection, options);
    },
  });
}

function listening(upgrader: Upgrader, { line, relays }: ShapedLinks): Upgrader {
  return Object.assign(Object.create(upgrader) as Upgrader, {
    upgradeInbound: async (
      connection: MultiaddrConnection,
      options: Parameters<Upgrader['upgradeInbound']>[1],
    ) => {
      const peer = await readName(connection);
      if (peer >= relays) throw new Error(`there is no relay ${peer}`);
      shape(connection, line.to(peer));
      return upgrader.upgradeInbound(connection, options);
    },
  });
}

/** Lets what is written on a connection take its time. Throws where the connection is not what it is taken for. */
export function shape(connection: MultiaddrConnection, queue: LinkQueue): void {
  const end = connection as unknown as SocketEnd;
  for (const method of SOCKET_END) {
    if (typeof end[method] !== 'function') throw new Error(`this version of @libp2p/tcp has no ${method}`);
  }
  const [sendData, sendClose, sendReset] = SOCKET_END.map((method) => end[method].bind(end)) as [
    SocketEnd['sendData'],
    SocketEnd['sendClose'],
    SocketEnd['sendReset'],
  ];
  end.sendData = (data) => {
    const bytes = new Uint8ArrayList(data.slice());
    queue.send(bytes.byteLength, () => void sendData(bytes));
    return { sentBytes: bytes.byteLength, canSendMore: true };
  };
  end.sendClose = async (options) => {
    await queue.emptied();
    queue.close();
    await sendClose(options);
  };
  end.sendReset = (error) => {
    queue.close();
    sendReset(error);
  };
  connection.addEventListener('close', () => queue.close(), { once: true });
}

function nameOf(relay: number): Uint8Array {
  const name = new Uint8Array(NAME_BYTES);
  new DataView(name.buffer).setUint32(0, relay);
  return name;
}

/** The number of whoever has dialled; what comes after it stays to be read. */
function readName(connection: MultiaddrConnection): Promise<number> {
  return new Promise((resolve, reject) => {
    const came = new Uint8ArrayList();
    const done = (): void => {
      clearTimeout(timer);
      connection.removeEventListener('message', onMessage);
      connection.removeEventListener('close', onClose);
    };
    const onClose = (): void => {
      done();
      reject(new Error('a connection was closed before it said whose it is'));
    };
    const onMessage = ({ data }: { data: Uint8Array | Uint8ArrayList }): void => {
      came.append(data);
      if (came.byteLength < NAME_BYTES) return;
      done();
      const relay = came.getUint32(0);
      came.consume(NAME_BYTES);
      if (came.byteLength > 0) connection.unshift(came);
      resolve(relay);
    };
    const timer = setTimeout(() => {
      done();
      reject(new Error('a connection does not say whose it is'));
    }, NAME_WITHIN_MS).unref();
    connection.addEventListener('message', onMessage);
    connection.addEventListener('close', onClose);
  });
}
