/**
 * Whether something has happened less than `forMs` ago, by a clock that may be set: what would lie ahead of it has been
 * forgotten, so that a clock that was days ahead and is set right keeps nobody waiting.
 */
export function isLately(atMs: number, nowMs: number, forMs: number): boolean {
  const sinceMs = nowMs - atMs;
  return sinceMs >= 0 && sinceMs < forMs;
}
