/** Why a network of real relays could not be run: something that its user can mend. */

import type { Path } from '../../scenario/yaml-tree.ts';

export class WireError extends Error {
  readonly hint: string;
  /** The key of the scenario that asks for too much; null where it is the machine that has too little. */
  readonly path: Path | null;

  constructor(message: string, hint: string, path: Path | null = null) {
    super(message);
    this.hint = hint;
    this.path = path;
  }
}
