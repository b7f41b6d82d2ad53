/** Why a circuit or a stream ended, as numbered by tor-spec ("Tearing down circuits", "Closing streams"). */

/** In DESTROY and TRUNCATED cells. */
export const CircuitEnd = {
  none: 0,
  protocol: 1,
  internal: 2,
  requested: 3,
  hibernating: 4,
  resourceLimit: 5,
  connectFailed: 6,
  relayIdentity: 7,
  linkClosed: 8,
  finished: 9,
  timeout: 10,
  destroyed: 11,
  noSuchService: 12,
} as const;

/** In END cells. */
export const StreamEndReason = {
  misc: 1,
  resolveFailed: 2,
  connectRefused: 3,
  exitPolicy: 4,
  /** The circuit is gone. */
  destroy: 5,
  done: 6,
  timeout: 7,
  noRoute: 8,
  hibernating: 9,
  internal: 10,
  resourceLimit: 11,
  connectionReset: 12,
  protocol: 13,
  notDirectory: 14,
} as const;
