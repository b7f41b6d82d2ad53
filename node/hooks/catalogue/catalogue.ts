/** The catalogue: every hook of a relay's core, by its id. */

import type { AnyHook } from '../define-hook.ts';
import { cellAdmission } from './cell-admission.ts';
import { cellPadding } from './cell-padding.ts';
import { circuitScheduling } from './circuit-scheduling.ts';
import { connectionLimit } from './connection-limit.ts';
import { directoryVote } from './directory-vote.ts';
import { exitPolicy } from './exit-policy.ts';
import { flowWindow } from './flow-window.ts';
import { paddingDecision } from './padding-decision.ts';
import { pathSelection } from './path-selection.ts';

const HOOKS = [
  cellAdmission,
  cellPadding,
  circuitScheduling,
  connectionLimit,
  directoryVote,
  exitPolicy,
  flowWindow,
  paddingDecision,
  pathSelection,
] as const;

export const catalogue: ReadonlyMap<string, AnyHook> = new Map(HOOKS.map((hook) => [hook.id, hook]));
