/** Compiles WebAssembly text for tests, with every feature that wabt knows: tests need bad modules too. */

import wabt from 'wabt';

const compiler = await wabt();

const EVERYTHING = {
  exceptions: true,
  simd: true,
  threads: true,
  tail_call: true,
  reference_types: true,
  bulk_memory: true,
  multi_value: true,
  sat_float_to_int: true,
  sign_extension: true,
  mutable_globals: true,
  memory64: true,
  extended_const: true,
  relaxed_simd: true,
};

/** The binary of a text; `check: false` skips validation, to get a binary that is well-formed and wrong. */
export function wat(text: string, { check = true } = {}): Uint8Array {
  const module = compiler.parseWat('test.wat', text, EVERYTHING);
  try {
    if (check) {
      module.resolveNames();
      module.validate();
    }
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}
