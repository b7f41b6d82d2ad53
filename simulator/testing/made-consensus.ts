/** A made consensus document, for tests: relays of the documentation's networks, none of them real. */

import { createHash } from 'node:crypto';

export interface MadeRelay {
  readonly address: string;
  readonly flags?: string;
  readonly version?: string | null;
  readonly bandwidth?: number;
}

/** The fingerprint of the nth relay in base64, as on its `r` line. */
export function madeIdentity(index: number): string {
  return createHash('sha1').update(`made relay ${index}`).digest('base64').replace('=', '');
}

/** SHA-1 of that fingerprint, as a table of places has it. */
export function madeHashedFingerprint(index: number): string {
  const fingerprint = createHash('sha1').update(`made relay ${index}`).digest();
  return createHash('sha1').update(fingerprint).digest('hex');
}

/** The document; `validAfter` as in 2026-01-17 13:00:00. */
export function madeConsensus(relays: readonly MadeRelay[], validAfter = '2026-01-17 13:00:00'): string {
  const entries = relays.flatMap(({ address, flags, version, bandwidth }, index) => [
    `r Made${index} ${madeIdentity(index)} ${madeIdentity(index + 1e6)} 2026-01-17 07:00:00 ${address} 9001 0`,
    `a [2001:db8::${index.toString(16)}]:9001`,
    `s ${flags ?? 'Fast Running Stable V2Dir Valid'}`,
    ...(version === null ? [] : [`v Tor ${version ?? '0.4.8.21'}`]),
    'pr Cons=1-2 Desc=1-2 Link=1-5',
    `w Bandwidth=${bandwidth ?? 1000}`,
    'p reject 1-65535',
  ]);
  return [
    '@type network-status-consensus-3 1.0',
    'network-status-version 3',
    'vote-status consensus',
    'consensus-method 34',
    `valid-after ${validAfter}`,
    'fresh-until 2026-01-17 14:00:00',
    'client-versions 0.4.8.21',
    'known-flags Authority BadExit Exit Fast Guard HSDir Running Stable V2Dir Valid',
    'params CircuitPriorityHalflifeMsec=30000',
    'dir-source made 0000000000000000000000000000000000000000 192.0.2.1 192.0.2.1 80 443',
    'contact nobody',
    'vote-digest 0000000000000000000000000000000000000000',
    ...entries,
    'directory-footer',
    'bandwidth-weights Wbd=0 Wbe=0 Wbg=4131 Wbm=10000',
    'directory-signature sha256 0000 0000',
    '-----BEGIN SIGNATURE-----',
    'bWFkZQ==',
    '-----END SIGNATURE-----',
    '',
  ].join('\n');
}
