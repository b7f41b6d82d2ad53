/**
 * The public face of the trust client: a trusted root in, verified metadata and targets out.
 *
 * The class behind it (tuf-client.ts) follows the client workflow of the TUF specification, section 5. Fetchers,
 * clock and store are given, so HTTP, directory, gossip and a test harness differ in their fetcher only.
 */

import type { Clock } from '../environment.ts';
import type { Fetcher } from './fetcher.ts';
import type { TrustRefusal } from './refusal.ts';
import type { TrustStore } from './trust-store.ts';
import type { UpdateTarget } from './update-target.ts';

/** What a relay's processor had to do for an answer, whether or not a cache has spared it here. */
export interface VerificationWork {
  readonly signatures: number;
  /** Bytes hashed. */
  readonly bytes: number;
}

/** A file that is not trusted, and why. */
export interface LeftOut {
  readonly refused: TrustRefusal;
  /** The file that failed, as file-name.ts names it. */
  readonly file: string;
  /** One line for a log. */
  readonly detail: string;
}

export interface TrustRefused extends LeftOut {
  readonly work: VerificationWork;
}

/** The newest metadata that a relay trusts, as it tells its peers: who has the higher `timestamp` is ahead. */
export interface TrustVersions {
  readonly root: number;
  readonly timestamp: number;
  readonly snapshot: number;
  /** SHA-256 of the trusted timestamp's bytes, hexadecimal; empty before the first. */
  readonly timestampSha256: string;
}

export type Refreshed =
  | {
      /**
       * True: new metadata are trusted, and the targets may differ from before. False: the source has what this
       * relay trusts already, and nothing else.
       */
      readonly updated: boolean;
      readonly work: VerificationWork;
      /**
       * What delegated roles lack or got wrong. It does not touch what the others publish: a third party must not
       * be able to hold up the developers. Nor does it speak against the sender, who may not look at it.
       */
      readonly leftOut: readonly LeftOut[];
      /**
       * Why the source's timestamp was not taken, where it is an older one of the very snapshot that is trusted: fresher
       * news have overtaken it, and the rest of what the source has is genuine. Only sources at hand get so far. Null
       * otherwise.
       */
      readonly overtaken: TrustRefused | null;
    }
  /** Refused at `file`. What was verified before it is kept, as the workflow says (a new root, for instance). */
  | TrustRefused;

export type Downloaded = { readonly bytes: Uint8Array; readonly work: VerificationWork } | TrustRefused;

export interface TrustClientParts {
  /** Where `refresh` and `download` look when they are not told otherwise. */
  readonly fetcher: Fetcher;
  readonly clock: Clock;
  readonly store: TrustStore;
  /** Whether roots may trust development keys, whose private halves everybody knows. */
  readonly developmentNetwork: boolean;
  /** Delegated roles whose updates are taken; their metadata are not even fetched otherwise. */
  readonly thirdParties: ThirdPartyPolicy;
}

export type ThirdPartyPolicy = 'all' | 'none' | readonly string[];

export interface TrustClient {
  /**
   * Trusts this root, as it came with the relay, unless the store holds a later one that grew from it.
   *
   * Throws RangeError for a root that is not one, or not signed by itself: a broken installation, not an attack.
   */
  init(root: Uint8Array): void;
  /**
   * Brings the metadata up to date from a source. One refresh at a time: a second one waits for the first, but for
   * sources at hand, which wait for each other only.
   */
  refresh(from?: Fetcher): Promise<Refreshed>;
  /** Fetches a target of `targets()`, checks length and hash, and keeps it in the store. */
  download(target: UpdateTarget, from?: Fetcher): Promise<Downloaded>;
  /** What the trusted metadata list, delegated roles by the policy; empty while they are expired or absent. */
  targets(): readonly UpdateTarget[];
  versions(): TrustVersions;
  /**
   * Whether metadata that the trusted snapshot names for a delegated role of this relay's policy could not be had: who has
   * the same timestamp may have them, and the next refresh takes them.
   */
  isIncomplete(): boolean;
  /**
   * When the trusted timestamp expires, milliseconds since 1970; null before the first.
   *
   * Past it without news, somebody may be keeping news away: a freeze attack (TUF 5.4.4).
   */
  freshUntilMs(): number | null;
  /** A file of the repository that this relay has verified and can pass on, or null. */
  file(name: string): Uint8Array | null;
  /**
   * Whether these are the very bytes that the trusted snapshot names for a role, by version and hash. So a relay can
   * pass on metadata of third parties that its operator does not trust, without reading them.
   */
  names(file: string, bytes: Uint8Array): boolean;
}
