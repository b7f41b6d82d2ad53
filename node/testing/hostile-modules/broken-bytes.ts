/** Binaries that are no modules: cut, overlong, out of order, or of the wrong types. */

import {
  BODY,
  bodyOf,
  EXPORTS,
  FUNCTIONS,
  GOOD,
  patched,
  type RefusedModules,
  section,
  sections,
  TYPES,
  text,
} from './pieces.ts';

export const BROKEN_BYTES: RefusedModules = {
  'nothing at all': ['malformed', () => new Uint8Array(0)],
  'not WebAssembly': ['malformed', () => Buffer.from('hello world')],
  'a component instead of a module': ['malformed', () => patched(GOOD, (b) => b.set([0x0d, 0, 1, 0], 4))],
  'WebAssembly version 2': ['malformed', () => patched(GOOD, (b) => b.set([2], 4))],
  truncated: ['malformed', () => GOOD.slice(0, 40)],
  'too large': [
    'too-large',
    () => {
      const bytes = new Uint8Array(70_000);
      bytes.set(GOOD);
      return bytes;
    },
  ],
  'zeros after the end': ['malformed', () => Uint8Array.from([...GOOD, 0, 0, 0])],
  'a section that is longer than the file': ['malformed', () => sections([1, 0xff, 0xff, 3, 0])],
  'a section length that wraps around': ['malformed', () => sections([1, 0xff, 0xff, 0xff, 0xff, 0x0f])],
  'a number of six bytes': ['malformed', () => sections([1, 0x80, 0x80, 0x80, 0x80, 0x80, 0])],
  'a number beyond 32 bits': ['malformed', () => sections([1, 0xff, 0xff, 0xff, 0xff, 0x1f])],
  'four billion types': ['malformed', () => sections(section(1, 0xff, 0xff, 0xff, 0xff, 0x0f))],
  'sections out of order': ['malformed', () => sections(TYPES, FUNCTIONS, BODY, EXPORTS)],
  'a section twice': ['malformed', () => sections(TYPES, TYPES, FUNCTIONS, EXPORTS, BODY)],
  'bytes left over in a section': [
    'malformed',
    () => sections(section(1, 1, 0x60, 0, 0, 7), FUNCTIONS, EXPORTS, BODY),
  ],
  'a function without a body': ['malformed', () => sections(TYPES, FUNCTIONS, EXPORTS)],
  'a body without an end': [
    'malformed',
    () => sections(TYPES, FUNCTIONS, EXPORTS, section(10, 1, 4, 0, 0x41, 0, 0x41)),
  ],
  'code after the end of a body': [
    'malformed',
    () => sections(TYPES, FUNCTIONS, EXPORTS, section(10, 1, 5, 0, 0x41, 0, 0x0b, 0x0b)),
  ],
  'a name that is not UTF-8': [
    'malformed',
    () => sections(TYPES, FUNCTIONS, section(7, 1, 1, 0xff, 0, 0), BODY),
  ],
  'a custom section whose name is not UTF-8': [
    'malformed',
    () => sections([0, 2, 1, 0xff], TYPES, FUNCTIONS, EXPORTS, BODY),
  ],
  'a padded block type': [
    'malformed',
    () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0x02, 0xc0, 0x7f, 0x0b, 0x41, 0)),
  ],
  'a wrong type on the stack': ['invalid', () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0x42, 0))],
  'an empty stack': ['invalid', () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0x6a))],
  'a branch to nowhere': ['invalid', () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0x0c, 9))],
  'a local that does not exist': ['invalid', () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0x20, 3))],
  'a global that admission will add': [
    'invalid',
    () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0x41, 0x7f, 0x24, 0, 0x41, 0)),
  ],
  'a function that admission will add': [
    'invalid',
    () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0x10, 1, 0x41, 0)),
  ],
  'a type that admission will add': ['invalid', () => sections(TYPES, section(3, 1, 1), EXPORTS, BODY)],
  'a load without a memory': [
    'invalid',
    () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0x41, 0, 0x28, 2, 0)),
  ],
  'an export of a function that is not there': [
    'invalid',
    () => sections(TYPES, FUNCTIONS, section(7, 1, ...text('pick'), 0, 9), BODY),
  ],
  'an else outside of an if': [
    'invalid',
    () => sections(TYPES, FUNCTIONS, EXPORTS, bodyOf(0x41, 0, 0x05, 0x41, 0)),
  ],
};
