/** The modules of updates/ that drawn scenarios release, and what is known of them beforehand. */

/** Modules that do right, with their hooks. */
export const KNOWN_GOOD: ReadonlyMap<string, string> = new Map([
  ['strict-cells', 'cell-admission'],
  ['ewma-scheduling', 'circuit-scheduling'],
  ['guard-maturity', 'directory-vote'],
  ['padding-machine', 'padding-decision'],
  ['random-padding', 'cell-padding'],
  ['reduced-exit', 'exit-policy'],
  ['spread-paths', 'path-selection'],
  ['token-bucket', 'connection-limit'],
  ['vegas-window', 'flow-window'],
]);

/** Modules that fail in service, each in its own way. */
export const KNOWN_BAD: readonly string[] = [
  'bad-trap',
  'bad-loop',
  'bad-output',
  'bad-leak',
  'bad-call-1000',
  'bad-flapping',
  'bad-state',
];
