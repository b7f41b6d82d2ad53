/**
 * Exit policy: whether an exit relay opens a stream to an address and port.
 *
 * The default is Tor's own: private networks and the ports of mail, file sharing and worms are refused, the rest
 * is let out (tor manual, "ExitPolicy", the default policy).
 */

import { defineHook } from '../define-hook.ts';
import { u32 } from '../parameter.ts';

export const ExitVerdict = { refuse: 0, open: 1 } as const;

/** Refused ports of the default policy, first and last. */
const REFUSED_PORTS: readonly (readonly [number, number])[] = [
  [25, 25],
  [119, 119],
  [135, 139],
  [445, 445],
  [563, 563],
  [1214, 1214],
  [4661, 4666],
  [6346, 6429],
  [6699, 6699],
  [6881, 6999],
];

/** Private networks: address and prefix length. */
const PRIVATE_NETWORKS: readonly (readonly [number, number])[] = [
  [address(0, 0, 0, 0), 8],
  [address(10, 0, 0, 0), 8],
  [address(127, 0, 0, 0), 8],
  [address(169, 254, 0, 0), 16],
  [address(172, 16, 0, 0), 12],
  [address(192, 168, 0, 0), 16],
];

/** An IPv4 address as the hook takes it. */
export function address(a: number, b: number, c: number, d: number): number {
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

export function isPrivate(ip: number): boolean {
  return PRIVATE_NETWORKS.some(([network, bits]) => ip >>> (32 - bits) === network >>> (32 - bits));
}

export const exitPolicy = defineHook({
  id: 'exit-policy',
  interfaceVersion: 1,
  summary: 'Lets a stream out to an IPv4 address and port, or refuses it.',
  entry: 'may_exit',
  parameters: [u32('address'), u32('port')],
  result: 'i32',
  default: (ip, port) =>
    isPrivate(ip) || REFUSED_PORTS.some(([first, last]) => port >= first && port <= last)
      ? ExitVerdict.refuse
      : ExitVerdict.open,
  // The operator's own network is never let out to, whatever a module says.
  check: (verdict, ip) => verdict === ExitVerdict.refuse || (verdict === ExitVerdict.open && !isPrivate(ip)),
  fuel: 2000,
  confirmAfter: 200,
  vectors: [
    { args: [address(93, 184, 216, 34), 443], expect: ExitVerdict.open },
    { args: [address(192, 168, 1, 1), 80], expect: ExitVerdict.refuse },
    { args: [address(172, 31, 255, 255), 443], expect: ExitVerdict.refuse },
    { args: [address(1, 1, 1, 1), 25], expect: ExitVerdict.refuse },
    { args: [address(1, 1, 1, 1), 0] },
    { args: [0xffffffff, 0xffffffff] },
  ],
});
