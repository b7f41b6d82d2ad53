/** Why a relay cannot start, in words for its operator: what is wrong, and what to do about it. */

export class DaemonError extends Error {
  override readonly name = 'DaemonError';
  /** `usage`: what was asked for cannot be; `failed`: it can, but not on this machine now. */
  readonly fault: 'usage' | 'failed';
  readonly cure: string;

  constructor(fault: 'usage' | 'failed', reason: string, cure: string) {
    super(reason);
    this.fault = fault;
    this.cure = cure;
  }
}

/** The system's code of an error such as `EACCES`; null for one that has none. */
export function systemCode(error: unknown): string | null {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : null;
}
