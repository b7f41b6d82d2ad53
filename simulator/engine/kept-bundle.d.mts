import type { BuildOptions } from 'esbuild';

export interface BundleFile {
  /** The path; a bare name when no folder could hold it. */
  readonly file: string;
  readonly text: string;
}

export interface Bundle {
  /** In esbuild's order. */
  readonly files: readonly BundleFile[];
  /** Why no folder could hold them; null when one does. */
  readonly refusal: unknown;
}

export function keptBundle(name: string, options: BuildOptions, folders?: readonly string[]): Promise<Bundle>;
