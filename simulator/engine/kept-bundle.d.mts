import type { BuildOptions } from 'esbuild';

export interface BundleFolder {
  readonly path: string;
  /** Whether it lies where anybody can make folders: then it has to be this user's alone. */
  readonly isAmongOthers: boolean;
}

export interface BundleFile {
  /** The path; a bare name when no folder could hold it. */
  readonly file: string;
  readonly text: string;
}

export interface Bundle {
  /** In esbuild's order. */
  readonly files: readonly BundleFile[];
  /** Why no folder could hold them; null when one does. */
  readonly refusal: Error | null;
}

export function keptBundle(
  name: string,
  options: BuildOptions,
  folders?: readonly BundleFolder[],
): Promise<Bundle>;
