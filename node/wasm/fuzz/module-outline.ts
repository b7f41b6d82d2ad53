/** What all functions of a random module share: its types, its functions' shapes, its globals and its table. */

import type { Scalar } from '../opcodes.ts';
import type { Dice } from './dice.ts';
import { SCALARS } from './instruction-tables.ts';

export interface FunctionShape {
  readonly parameters: readonly Scalar[];
  readonly results: readonly Scalar[];
}

export class ModuleOutline {
  /** Imported functions come first. */
  readonly imports: number;
  readonly rawFloats: boolean;
  readonly types: FunctionShape[] = [];
  readonly shapes: FunctionShape[] = [];
  readonly globals: Scalar[] = [];
  /** Functions that call nothing, and may stand in the table. */
  readonly leaves: number[] = [];
  tableEntries = 0;

  constructor(imports: readonly FunctionShape[], rawFloats: boolean) {
    this.imports = imports.length;
    this.rawFloats = rawFloats;
    this.shapes.push(...imports);
  }

  /** The index of a type, which is added if it is new. */
  typeIndex(shape: FunctionShape): number {
    const same = (a: readonly Scalar[], b: readonly Scalar[]) => a.join() === b.join();
    const known = this.types.findIndex(
      (type) => same(type.parameters, shape.parameters) && same(type.results, shape.results),
    );
    return known >= 0 ? known : this.types.push(shape) - 1;
  }
}

export function randomShape(dice: Dice): FunctionShape {
  return {
    parameters: Array.from({ length: dice.below(4) }, () => dice.pick(SCALARS)),
    results: Array.from({ length: dice.below(3) }, () => dice.pick(SCALARS)),
  };
}
