/** Which modules each relay has, and how it gets those that its news came without. */

import assert from 'node:assert/strict';
import type { Act, ModuleLesson } from './lesson.ts';
import type { LivingRelay } from './living-relay.ts';
import { ModuleFetch } from './module-fetch.ts';
import type { Peers } from './peers.ts';

interface Missing {
  readonly module: ModuleLesson;
  readonly fetch: ModuleFetch;
}

export interface MissingModulesParts {
  readonly relays: number;
  readonly peers: () => Peers;
  /** Whether a relay is at work on a module, or has done with it. */
  readonly isPursued: (relay: number, release: number) => boolean;
  /** Told of a module that is here now, and what its relay does with it. */
  readonly fetched: (relay: LivingRelay, acts: readonly Act[]) => void;
}

export class MissingModules {
  /** A bit for each release that a relay has; a scenario has 32 updates at most. */
  private readonly held: Uint32Array;
  /** What relays are about to get, by release. */
  private readonly missing = new Map<number, Map<number, Missing>>();
  private readonly parts: MissingModulesParts;

  constructor(parts: MissingModulesParts) {
    this.held = new Uint32Array(parts.relays);
    this.parts = parts;
  }

  /** Whether a host can hand over a release's module; authorities have all. */
  has(host: number, release: number): boolean {
    return host >= this.held.length || (this.held[host] & (1 << release)) !== 0;
  }

  /** The relay has it from now on. */
  keep(relay: number, release: number): void {
    this.held[relay] |= 1 << release;
  }

  /** Asks whoever has brought the news for a module, and then others. */
  fetch(relay: LivingRelay, module: ModuleLesson, bearer: number | null): void {
    const { index, process } = relay;
    const { release, parts, acts } = module;
    const { peers, isPursued, fetched } = this.parts;
    if (this.has(index, release)) {
      if (!isPursued(index, release)) fetched(relay, acts);
      return;
    }
    let missing = this.missing.get(index);
    if (missing === undefined) this.missing.set(index, (missing = new Map()));
    const isHere = (): void => {
      if (relay.process !== process) return;
      this.forget(index, release);
      this.keep(index, release);
      fetched(relay, acts);
    };
    const has = (host: number): boolean => this.has(host, release);
    const fetch = new ModuleFetch(peers(), { relay, parts, bearer, has, fetched: isHere });
    missing.set(release, { module, fetch });
  }

  /** A process of the relay that has started goes on with what the last one was about to get. */
  goOn(relay: LivingRelay): void {
    for (const { module } of this.missing.get(relay.index)?.values() ?? []) this.fetch(relay, module, null);
  }

  /** A message has brought a module; nothing to do where nobody waits for it. */
  deliver(relay: LivingRelay, release: number): void {
    const missing = this.missing.get(relay.index)?.get(release);
    if (missing === undefined) return;
    missing.fetch.callOff();
    this.forget(relay.index, release);
    this.keep(relay.index, release);
    this.parts.fetched(relay, withoutHashing(missing.module.acts));
  }

  private forget(relay: number, release: number): void {
    const missing = this.missing.get(relay);
    missing?.delete(release);
    if (missing?.size === 0) this.missing.delete(relay);
  }
}

/** What comes with a message has been hashed with it, which is the first thing that is done to a module otherwise. */
function withoutHashing([hashing, ...others]: readonly Act[]): Act[] {
  assert(hashing?.act === 'work', 'a module is hashed first');
  const { endsAfterUs } = hashing;
  return others.map((act) => {
    const afterUs = act.afterUs - endsAfterUs;
    return act.act === 'work'
      ? { ...act, afterUs, endsAfterUs: act.endsAfterUs - endsAfterUs }
      : { ...act, afterUs };
  });
}
