/** Damages a binary: flipped bits, cut and doubled stretches, numbers replaced by those that break readers. */

import type { Dice } from './dice.ts';

const NASTY = [
  [0x00],
  [0x7f],
  [0x80],
  [0xff],
  [0x40],
  [0x0b],
  [0xfc, 0x0b],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x80, 0x80, 0x80, 0x80, 0x00],
  [0xff, 0xff, 0xff, 0xff, 0x7f],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
  [0xfd, 0x0c],
  [0x24, 0x00],
  [0x41, 0x00],
];

export function mutate(original: Uint8Array, dice: Dice): Uint8Array {
  let bytes = [...original];
  for (let round = 1 + dice.below(4); round > 0; round--) {
    // The header is broken rarely: behind it lies all that is of interest.
    const at = dice.chance(3)
      ? dice.below(8)
      : Math.min(bytes.length - 1, 8 + dice.below(Math.max(1, bytes.length - 8)));
    const length = 1 + dice.below(dice.chance(20) ? 40 : 4);
    switch (dice.below(6)) {
      case 0:
        bytes[at] ^= 1 << dice.below(8);
        break;
      case 1:
        bytes[at] = dice.below(256);
        break;
      case 2:
        bytes.splice(at, length);
        break;
      case 3:
        bytes.splice(at, 0, ...bytes.slice(at, at + length));
        break;
      case 4:
        bytes.splice(at, dice.below(3), ...dice.pick(NASTY));
        break;
      default:
        if (dice.chance(20)) bytes = bytes.slice(0, at);
        else bytes[at] = (bytes[at] + dice.pick([1, -1, 2, 16])) & 0xff;
    }
  }
  return Uint8Array.from(bytes);
}
