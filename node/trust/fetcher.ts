/** Where a trust client gets files from: HTTP, a directory, a gossip bundle, peers, or a test. */

export interface FetchLimits {
  /** A fetcher stops reading beyond; the client measures again. */
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** For targets: what is asked for, so that a fetcher may ask several peers for parts of it. */
  readonly target?: { readonly sha256: string; readonly length: number; readonly chunks: readonly string[] };
}

/** What came: the bytes, or why there are none. */
export type Fetched =
  | { readonly bytes: Uint8Array }
  | { readonly failed: 'not-found' | 'too-large' | 'too-slow' };

export interface Fetcher {
  /** True for one that has everything in its memory: nobody can make those who wait for it wait. */
  readonly isAtHand?: boolean;
  /** Fetches a file by its name in the repository (file-name.ts). Never rejects. */
  fetch(file: string, limits: FetchLimits): Promise<Fetched>;
}
