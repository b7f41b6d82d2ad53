/** A mistake between the parts of a file; whoever collects them knows where its key stands. */

import type { Path } from './yaml-tree.ts';

export interface Finding {
  readonly path: Path;
  readonly message: string;
  readonly hint: string;
}
