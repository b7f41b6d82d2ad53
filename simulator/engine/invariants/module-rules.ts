/**
 * What may run on a relay: modules that it has verified, in versions that only rise, over a default that answers.
 *
 * The rules are checked from outside, by what slots report, and share no code with the relays that are to keep them.
 */

import type { AnyHook } from '../../../node/hooks/define-hook.ts';
import type { InvariantWatch } from './invariant-watch.ts';

/** A release as its publisher signed it. */
export interface SignedModule {
  readonly sha256: string;
  readonly hook: string;
  readonly module: string;
  readonly version: number;
}

export interface ModuleRulesParts {
  readonly watch: InvariantWatch;
  readonly releases: readonly SignedModule[];
  /** Whether thieves hold keys enough to sign modules of their own. */
  readonly keysAreStolen: boolean;
  /** Whether the relay has verified a release. */
  readonly hasVerified: (relay: number, release: number) => boolean;
}

interface Tenant {
  readonly module: string;
  readonly version: number;
}

export class ModuleRules {
  private readonly parts: ModuleRulesParts;
  private readonly releases: ReadonlyMap<string, number>;
  /** The latest version at each relay's hook; absent after something was taken out there. */
  private readonly latest = new Map<string, Tenant>();

  constructor(parts: ModuleRulesParts) {
    this.parts = parts;
    this.releases = new Map(parts.releases.map(({ sha256 }, index) => [sha256, index]));
  }

  /** A module has been switched in. */
  activated(relay: number, hook: AnyHook, sha256: string): void {
    const { watch, releases, hasVerified, keysAreStolen } = this.parts;
    const release = this.releases.get(sha256);
    if (release === undefined) {
      if (keysAreStolen) return;
      watch.broken('verified-only', relay, `runs a module at ${hook.id} that nobody released: ${sha256}`);
      return;
    }
    const signed = releases[release]!;
    if (signed.hook !== hook.id) {
      watch.broken('verified-only', relay, `runs ${signed.module} at ${hook.id}, signed for ${signed.hook}`);
    } else if (!hasVerified(relay, release)) {
      watch.broken('verified-only', relay, `runs ${signed.module} ${signed.version} unverified`);
    }
    const place = `${relay}/${hook.id}`;
    const before = this.latest.get(place);
    if (before !== undefined && before.module === signed.module && signed.version < before.version) {
      const what = `${signed.module} fell from version ${before.version} to ${signed.version} at ${hook.id}`;
      watch.broken('versions-rise', relay, what);
    }
    this.latest.set(place, signed);
    this.defaultAnswers(relay, hook);
  }

  /** A module has been taken out, by a rollback or a revocation: an older one may come next. */
  takenOut(relay: number, hook: AnyHook): void {
    this.latest.delete(`${relay}/${hook.id}`);
    this.defaultAnswers(relay, hook);
  }

  /**
   * The relay has heard that a module must not run any more: an older one may come next. One whose trial a module of the
   * adversary's has cut short is in no slot, and nothing is taken out.
   */
  revoked(relay: number, sha256: string): void {
    const release = this.releases.get(sha256);
    if (release === undefined) return;
    const signed = this.parts.releases[release]!;
    const place = `${relay}/${signed.hook}`;
    if (this.latest.get(place) === signed) this.latest.delete(place);
  }

  /** The relay has come back from its disk, on which less may be than it ran. */
  restarted(relay: number, hooks: Iterable<string>): void {
    for (const hook of hooks) this.latest.delete(`${relay}/${hook}`);
  }

  /** The default answers the first example of its hook, and as the hook's contract asks. */
  private defaultAnswers(relay: number, hook: AnyHook): void {
    const { watch } = this.parts;
    const args = (hook.vectors[0]?.args ?? []).map((value) =>
      value instanceof Uint8Array ? value.slice() : value,
    );
    if (args.length < hook.parameters.length) return; // a hook without an example
    try {
      const fallback = hook.fallback as (...values: unknown[]) => unknown;
      const answer = fallback(...args, new Uint8Array(hook.stateBytes));
      const check = hook.check as ((answer: unknown, ...values: unknown[]) => boolean) | null;
      if (check === null || check(answer, ...args)) return;
      watch.broken('default-callable', relay, `the default of ${hook.id} answers what its contract forbids`);
    } catch (error) {
      watch.broken('default-callable', relay, `the default of ${hook.id} fails: ${String(error)}`);
    }
  }
}
