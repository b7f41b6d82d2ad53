/** Addresses as operators write them, in libp2p's notation, and what is wrong with those that cannot be. */

import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';

export type AddressUse =
  /** To be listened on: of this machine, without a peer. */
  | 'listen'
  /** To be dialled, with or without a peer. */
  | 'dial'
  /** To be dialled by the name of its peer. */
  | 'named';

const EXAMPLES: Readonly<Record<AddressUse, string>> = {
  listen: '/ip4/127.0.0.1/tcp/9001, or /ip4/0.0.0.0/tcp/9001 for all networks',
  dial: '/ip4/192.0.2.1/tcp/9001 or /dns4/relay.example.org/tcp/9001/p2p/12D3KooW...',
  named: '/ip4/192.0.2.1/tcp/9001/p2p/12D3KooW..., as that relay prints it',
};

/** Why an address cannot be used so, with an example of one that can; null if nothing speaks against it. */
export function addressProblem(text: string, use: AddressUse): { problem: string; hint: string } | null {
  const problem = problemOf(text, use);
  return problem === null ? null : { problem, hint: `write it such as ${EXAMPLES[use]}` };
}

function problemOf(text: string, use: AddressUse): string | null {
  let address: Multiaddr;
  try {
    address = multiaddr(text);
  } catch {
    return 'is no address in the notation of libp2p';
  }
  const [host, transport, ...rest] = address.getComponents().map(({ name }) => name);
  const hosts = use === 'listen' ? ['ip4', 'ip6'] : ['ip4', 'ip6', 'dns', 'dns4', 'dns6'];
  if (host === undefined || !hosts.includes(host) || transport !== 'tcp') return 'is no address of TCP';
  if (rest.some((name) => name !== 'p2p') || rest.length > 1) return 'goes on behind the port';
  if (use === 'listen' && rest.length > 0) return 'names a peer, which a relay that listens is itself';
  if (use === 'named' && peerNameOf(address) === null) return 'names no peer';
  return null;
}

/** The peer id that an address ends with; null for one without. */
export function peerNameOf(address: Multiaddr): string | null {
  return address.getComponents().findLast(({ name }) => name === 'p2p')?.value ?? null;
}
