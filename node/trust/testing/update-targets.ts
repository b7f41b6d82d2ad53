/** Update targets as metadata would list them, for tests. */

import type { ModuleTarget } from '../desired.ts';
import {
  type ModuleCustom,
  moduleTargetPath,
  revocationTargetPath,
  type UpdateTarget,
} from '../update-target.ts';

export function moduleTarget(
  change: Partial<ModuleCustom> & { role?: string; sha256?: string } = {},
): ModuleTarget {
  const { role = 'targets', sha256 = '0'.repeat(64), ...custom } = change;
  const module: ModuleCustom = {
    kind: 'module',
    module: 'strict-cells',
    version: 1,
    hook: 'cell-admission',
    interfaceVersion: 1,
    stateVersion: 0,
    rollout: { fraction: 1, salt: '', jitterSeconds: 0 },
    notBefore: null,
    priority: 0,
    sequence: 1,
    vectors: [],
    chunks: [sha256],
    ...custom,
  };
  const path = moduleTargetPath(module.hook, module.module, module.version);
  return { path, role, length: 8, sha256, custom: module };
}

export function revocationTarget(revokes: string, role = 'targets'): UpdateTarget {
  const path = revocationTargetPath('cell-admission', 'strict-cells', revokes);
  const about = { hook: 'cell-admission', module: 'strict-cells', sequence: 2, reason: '' };
  return { path, role, length: 8, sha256: 'f'.repeat(64), custom: { kind: 'revocation', revokes, ...about } };
}
