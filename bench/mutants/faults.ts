/** All planted faults, area by area. */

import { CHANNELS_FAULTS } from './channels-faults.ts';
import type { Fault } from './fault.ts';
import { HOOKS_FAULTS } from './hooks-faults.ts';
import { TRUST_FAULTS } from './trust-faults.ts';
import { UPDATES_FAULTS } from './updates-faults.ts';
import { WASM_FAULTS } from './wasm-faults.ts';

export const FAULTS: readonly Fault[] = [
  ...TRUST_FAULTS,
  ...UPDATES_FAULTS,
  ...HOOKS_FAULTS,
  ...WASM_FAULTS,
  ...CHANNELS_FAULTS,
];
