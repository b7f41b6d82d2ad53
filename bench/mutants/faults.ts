/** All planted faults, area by area. */

import { ARMS_FAULTS } from './arms-faults.ts';
import { CHANNELS_FAULTS } from './channels-faults.ts';
import { COMMAND_FAULTS } from './command-faults.ts';
import { CONDITIONS_FAULTS } from './conditions-faults.ts';
import { ENGINE_FAULTS } from './engine-faults.ts';
import type { Fault } from './fault.ts';
import { HOOKS_FAULTS } from './hooks-faults.ts';
import { MEASURE_FAULTS } from './measure-faults.ts';
import { MODEL_FAULTS } from './model-faults.ts';
import { POPULATION_FAULTS } from './population-faults.ts';
import { RELAY_FAULTS } from './relay-faults.ts';
import { REPOSITORY_FAULTS } from './repository-faults.ts';
import { TRUST_FAULTS } from './trust-faults.ts';
import { UPDATES_FAULTS } from './updates-faults.ts';
import { WASM_FAULTS } from './wasm-faults.ts';

export const FAULTS: readonly Fault[] = [
  ...TRUST_FAULTS,
  ...UPDATES_FAULTS,
  ...HOOKS_FAULTS,
  ...WASM_FAULTS,
  ...CHANNELS_FAULTS,
  ...RELAY_FAULTS,
  ...REPOSITORY_FAULTS,
  ...ENGINE_FAULTS,
  ...CONDITIONS_FAULTS,
  ...MODEL_FAULTS,
  ...POPULATION_FAULTS,
  ...ARMS_FAULTS,
  ...MEASURE_FAULTS,
  ...COMMAND_FAULTS,
];
