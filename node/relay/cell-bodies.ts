/**
 * What CREATE2, CREATED2, EXTEND2, EXTENDED2 and BEGIN say, written and read.
 *
 * Readers take bytes from strangers: they answer null to anything that is not whole. tor-spec, "Create and created
 * cells" and "Opening streams".
 */

import { ID_BYTES, NTOR, ONION_SKIN_BYTES } from './handshake.ts';
import type { LinkTarget } from './link.ts';

/** Link specifiers that this data plane knows; others are allowed, and skipped. */
const SPECIFIER = { ipv4: 0, identity: 2 } as const;
const IPV4_BYTES = 6;
/** The flags behind the address in a BEGIN cell. */
const BEGIN_FLAG_BYTES = 4;

/** HTYPE, HLEN, HDATA; answers how many bytes it took. */
export function writeCreate2(into: Uint8Array, onionSkin: Uint8Array): number {
  into[0] = 0;
  into[1] = NTOR;
  into[2] = onionSkin.length >>> 8;
  into[3] = onionSkin.length;
  into.set(onionSkin, 4);
  return 4 + onionSkin.length;
}

/** A copy of the onion skin; null if the handshake is none that we know. */
export function readCreate2(body: Uint8Array): Uint8Array | null {
  if (body.length < 4 + ONION_SKIN_BYTES) return null;
  const type = (body[0] << 8) | body[1];
  const length = (body[2] << 8) | body[3];
  return type === NTOR && length === ONION_SKIN_BYTES ? body.slice(4, 4 + length) : null;
}

/** HLEN, HDATA: the body of CREATED2 and of EXTENDED2. */
export function writeCreated2(into: Uint8Array, reply: Uint8Array): number {
  into[0] = reply.length >>> 8;
  into[1] = reply.length;
  into.set(reply, 2);
  return 2 + reply.length;
}

/** A copy of the relay's reply, of whatever length it claims. */
export function readCreated2(body: Uint8Array): Uint8Array | null {
  if (body.length < 2) return null;
  const length = (body[0] << 8) | body[1];
  return body.length < 2 + length ? null : body.slice(2, 2 + length);
}

/** NSPEC, the specifiers, and what a CREATE2 says. */
export function writeExtend2(into: Uint8Array, target: LinkTarget, onionSkin: Uint8Array): number {
  const { address, port } = target;
  into.set([2, SPECIFIER.ipv4, IPV4_BYTES]);
  into.set([address >>> 24, address >>> 16, address >>> 8, address, port >>> 8, port], 3);
  into.set([SPECIFIER.identity, ID_BYTES], 9);
  into.set(Buffer.from(target.fingerprint, 'hex'), 11);
  const at = 11 + ID_BYTES;
  return at + writeCreate2(into.subarray(at), onionSkin);
}

export interface Extension {
  readonly target: LinkTarget;
  readonly onionSkin: Uint8Array;
}

/** Null unless there is exactly one address and one identity, and a handshake that we know. */
export function readExtend2(body: Uint8Array): Extension | null {
  let at = 1;
  let address: number | null = null;
  let port = 0;
  let fingerprint: string | null = null;
  for (let left = body[0] ?? 0; left > 0; left--) {
    if (at + 2 > body.length) return null;
    const type = body[at];
    const length = body[at + 1];
    const value = body.subarray(at + 2, at + 2 + length);
    if (value.length < length) return null;
    at += 2 + length;
    if (type === SPECIFIER.ipv4) {
      if (length !== IPV4_BYTES || address !== null) return null;
      address = ((value[0] << 24) | (value[1] << 16) | (value[2] << 8) | value[3]) >>> 0;
      port = (value[4] << 8) | value[5];
    } else if (type === SPECIFIER.identity) {
      if (length !== ID_BYTES || fingerprint !== null) return null;
      fingerprint = Buffer.from(value).toString('hex');
    }
  }
  const onionSkin = readCreate2(body.subarray(at));
  if (address === null || fingerprint === null || onionSkin === null) return null;
  return { target: { fingerprint, address, port }, onionSkin };
}

/** Where a stream goes. */
export interface Destination {
  /** IPv4. */
  readonly address: number;
  readonly port: number;
}

export function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

/** "1.2.3.4:443", a zero, and flags. */
export function writeBegin(into: Uint8Array, { address, port }: Destination): number {
  const text = Buffer.from(`${dotted(address)}:${port}\0`);
  into.set(text);
  into.fill(0, text.length, text.length + BEGIN_FLAG_BYTES);
  return text.length + BEGIN_FLAG_BYTES;
}

/** `'name'` for a destination that is well-formed but not an IPv4 address: nobody here looks names up. */
export function readBegin(body: Uint8Array): Destination | 'name' | null {
  const end = body.indexOf(0);
  if (end < 0) return null;
  const match = /^([\x21-\x39\x3b-\x7e]{1,255}):(\d{1,5})$/.exec(
    Buffer.from(body.subarray(0, end)).toString('latin1'),
  );
  if (match === null) return null;
  const port = Number(match[2]);
  if (port < 1 || port > 65535) return null;
  const parts = match[1].split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return 'name';
  }
  const [a, b, c, d] = parts.map(Number);
  return { address: ((a << 24) | (b << 16) | (c << 8) | d) >>> 0, port };
}
