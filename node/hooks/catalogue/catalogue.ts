/** The catalogue: every hook of a relay's core, by its id. */

import type { AnyHook } from '../define-hook.ts';
import { cellAdmission } from './cell-admission.ts';

const HOOKS = [cellAdmission] as const;

export const catalogue: ReadonlyMap<string, AnyHook> = new Map(
  HOOKS.map((hook) => [hook.id, hook as unknown as AnyHook]),
);
