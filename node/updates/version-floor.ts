/**
 * The versions that a relay has confirmed on one hook, and the floor that they are for others: what lies below is
 * a replay.
 *
 * Where signed metadata that cannot be rolled back say which version to run, the floor still holds against two
 * things: a publisher that unlists the newest version by mistake, and a thief of the online keys who serves old
 * targets metadata to relays that have just recovered from a fast-forward attack, which makes them forget the
 * snapshot (TUF 5.3.11). A version that cannot run here any more, revoked or failed, holds nothing up.
 */

import type { ConfirmedVersion } from './store.ts';

/** Versions of one module that are remembered: all but the latest matter only after revocations in a row. */
const VERSIONS_KEPT = 8;

export class VersionFloor {
  private versions: readonly ConfirmedVersion[];

  constructor(versions: readonly ConfirmedVersion[] = []) {
    this.versions = versions;
  }

  /** In the order of their confirmation, for a store. */
  get confirmed(): readonly ConfirmedVersion[] {
    return this.versions;
  }

  confirm(module: string, version: number, hash: string): void {
    const others = this.versions.filter(([name, , known]) => name !== module || known !== hash);
    const older = others.filter(([name]) => name === module);
    const dropped = older.length < VERSIONS_KEPT ? undefined : lowest(older);
    this.versions = [...others.filter((entry) => entry !== dropped), [module, version, hash]];
  }

  /** The highest version of a module that was confirmed, of those that count; 0 for none. */
  highest(module: string, counts: (hash: string) => boolean = () => true): number {
    let highest = 0;
    for (const [name, version, hash] of this.versions) {
      if (name === module && counts(hash)) highest = Math.max(highest, version);
    }
    return highest;
  }

  /** Whether this very binary was confirmed as this version. */
  has(module: string, version: number, hash: string): boolean {
    return this.versions.some(([a, b, c]) => a === module && b === version && c === hash);
  }
}

function lowest(versions: readonly ConfirmedVersion[]): ConfirmedVersion | undefined {
  return versions.toSorted(([, a], [, b]) => a - b)[0];
}
