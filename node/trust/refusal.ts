/**
 * Why an update is refused, one code for each reason, and what that says of who sent it.
 *
 * The code is what is counted. Hostile or broken input is a typed result and never an exception.
 */

import type { Verdict } from '../environment.ts';

/** Reasons of the trust room: metadata and the bytes of targets. */
export const TRUST_REFUSALS = [
  /** Not what the format says: no JSON, a key twice, a missing member, an unknown form, a bad bundle. */
  'malformed',
  /** Longer than its cap, or than signed metadata says it is (TUF 5.2: endless data). */
  'too-large',
  /** Fewer distinct keys have signed than the role's threshold. */
  'below-threshold',
  /** What an earlier root asks for has signed, but a later one asks for other keys, or more. */
  'retired-keys',
  /** Past its expiry by the relay's own clock. */
  'expired',
  /** A version below the one this relay trusts (rollback, replay). */
  'rollback',
  /** Other bytes under the version that this relay trusts. */
  'equivocation',
  /** A root that does not follow its predecessor by one. */
  'root-gap',
  /** Metadata that do not belong together: version, length or hash differ from what names them. */
  'mix-and-match',
  /** A target of another length than signed. */
  'wrong-length',
  /** A target with another hash than signed. */
  'wrong-hash',
  /** A file that the metadata name could not be had. */
  'not-found',
  /** A role signed for a hook that its delegation does not name. */
  'outside-delegation',
  /** The root trusts a development key, and this is no development network. */
  'development-key',
  /** A file did not arrive by the deadline. */
  'too-slow',
  /** Too much of the sender's, or of all senders', waits to be verified already. */
  'overloaded',
] as const;
export type TrustRefusal = (typeof TRUST_REFUSALS)[number];

/** Reasons of policy and of this relay's state: the update is genuine, but not for here or not for now. */
export const POLICY_REFUSALS = [
  'unknown-hook',
  'wrong-interface',
  'quarantined',
  'revoked',
  'untrusted-role',
  'not-newer',
] as const;
export type PolicyRefusal = (typeof POLICY_REFUSALS)[number];

/**
 * What a refused message costs its sender: `reject` lowers its gossipsub score, `ignore` does not.
 *
 * An honest relay passes on only what it has verified itself, by its own clock and state. So what no honest relay
 * can have accepted is held against the sender, and what depends on when and by whom it is read is not.
 */
export function verdictOn(reason: TrustRefusal | PolicyRefusal): Verdict {
  switch (reason) {
    case 'malformed':
    case 'too-large':
    case 'below-threshold':
    case 'mix-and-match':
    case 'wrong-length':
    case 'wrong-hash':
    case 'outside-delegation':
    case 'development-key':
      return 'reject';
    default:
      return 'ignore';
  }
}

/**
 * Whether a file is refused for what its source has made of it, so that another source may have the right one: what the
 * metadata name by hash and the right bytes do not earn.
 */
export function isOfSource(reason: TrustRefusal): boolean {
  return (
    reason === 'not-found' || reason === 'too-slow' || reason === 'too-large' || reason === 'mix-and-match'
  );
}
