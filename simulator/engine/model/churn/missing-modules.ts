/** Which modules each relay has, and how it gets those that its news came without: node/updates/module-intake.ts by events. */

import assert from 'node:assert/strict';
import type { Act, ModuleLesson } from './lesson.ts';
import type { LivingRelay } from './living-relay.ts';
import { ModuleFetch, type Swarms } from './module-fetch.ts';
import type { Peers } from './peers.ts';
import { Swarm } from './swarm.ts';

/** A module that a relay wants, or has wanted, and that does not stand in line there yet. */
interface Missing {
  readonly module: ModuleLesson;
  /** Null while nobody is asked: it is here, or not wanted now. */
  fetch: ModuleFetch | null;
  /** Whether it is here, and its relay is at work on it. */
  isAtWork: boolean;
}

/** What came with the news, or can be had of whoever has brought them. */
export interface Offered {
  /** Releases whose modules came along. */
  readonly atHand: readonly number[];
  /** Whether they have been hashed with the news. */
  readonly isHashed: boolean;
  /** Who is asked for the others first; null for nobody in particular. */
  readonly bearer: number | null;
}

const NOTHING_OFFERED: Offered = { atHand: [], isHashed: false, bearer: null };

export interface MissingModulesParts {
  readonly relays: number;
  readonly peers: () => Peers;
  /** Whether a relay is at work on a module, or has done with it. */
  readonly isPursued: (relay: number, release: number) => boolean;
  /** Told of a module that is here now, and what its relay does with it. */
  readonly arrived: (relay: LivingRelay, release: number, acts: readonly Act[]) => void;
}

export class MissingModules {
  /** A bit for each release that a relay has; a scenario has 32 updates at most. */
  private readonly held: Uint32Array;
  /** The same for those that it wants by what it trusts. */
  private readonly wanted: Uint32Array;
  private readonly missing = new Map<number, Map<number, Missing>>();
  /** Of the process that has fetched last, by relay. */
  private readonly swarms = new Map<number, Swarms & { readonly process: number }>();
  private readonly parts: MissingModulesParts;

  constructor(parts: MissingModulesParts) {
    this.held = new Uint32Array(parts.relays);
    this.wanted = new Uint32Array(parts.relays);
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

  /** Whether the relay would run a release, by what it trusts now. */
  wants(relay: number, release: number): boolean {
    return (this.wanted[relay] & (1 << release)) !== 0;
  }

  /** The relay has looked at all that is listed: modules that it wants no more it asks for no more, the others it pursues. */
  settled(relay: LivingRelay, wanted: readonly number[], offer: Offered): void {
    this.wanted[relay.index] = wanted.reduce((bits, release) => bits | (1 << release), 0);
    const ofRelay = this.missing.get(relay.index);
    if (ofRelay === undefined) return;
    for (const missing of [...ofRelay.values()]) {
      if (this.wants(relay.index, missing.module.release)) this.pursue(relay, missing, offer);
      else {
        missing.fetch?.callOff();
        missing.fetch = null;
      }
    }
  }

  /** The relay has heard of a module that did not come with the news. */
  add(relay: LivingRelay, module: ModuleLesson, offer: Offered): void {
    if (this.parts.isPursued(relay.index, module.release)) return;
    let ofRelay = this.missing.get(relay.index);
    if (ofRelay === undefined) this.missing.set(relay.index, (ofRelay = new Map()));
    if (ofRelay.has(module.release)) return;
    const missing = { module, fetch: null, isAtWork: false };
    ofRelay.set(module.release, missing);
    this.pursue(relay, missing, offer);
  }

  /** Work on a module has ended: it stands in line, or is not wanted any more. */
  workEnded({ index }: LivingRelay, release: number, isStaged: boolean): void {
    const ofRelay = this.missing.get(index);
    const missing = ofRelay?.get(release);
    if (ofRelay === undefined || missing === undefined) return;
    missing.isAtWork = false;
    if (isStaged) ofRelay.delete(release);
    if (ofRelay.size === 0) this.missing.delete(index);
  }

  /** A process of the relay that has started goes on with what the last one was about to get. */
  goOn(relay: LivingRelay): void {
    for (const [release, missing] of [...(this.missing.get(relay.index) ?? [])]) {
      Object.assign(missing, { fetch: null, isAtWork: false });
      if (this.wants(relay.index, release)) this.pursue(relay, missing, NOTHING_OFFERED);
    }
  }

  private pursue(relay: LivingRelay, missing: Missing, { atHand, isHashed, bearer }: Offered): void {
    const { index, process } = relay;
    const { module, fetch, isAtWork } = missing;
    const { release, parts, acts } = module;
    if (isAtWork) return;
    if (atHand.includes(release)) {
      fetch?.callOff();
      this.arrived(relay, missing, isHashed ? withoutHashing(acts) : acts);
    } else if (fetch !== null) {
      if (bearer !== null) fetch.offered(bearer);
    } else if (this.has(index, release)) this.arrived(relay, missing, acts);
    else {
      missing.fetch = new ModuleFetch(this.parts.peers(), {
        relay,
        parts,
        bytes: module.bytes,
        bearer,
        has: (host) => this.has(host, release),
        swarms: this.swarmsOf(relay),
        kept: () => {
          if (relay.process === process) this.keep(index, release);
        },
        fetched: () => {
          if (relay.process === process) this.arrived(relay, missing, acts);
        },
        givenUp: () => {
          missing.fetch = null;
        },
      });
    }
  }

  private arrived(relay: LivingRelay, missing: Missing, acts: readonly Act[]): void {
    const { release } = missing.module;
    missing.fetch = null;
    missing.isAtWork = true;
    this.keep(relay.index, release);
    this.parts.arrived(relay, release, acts);
  }

  private swarmsOf({ index, process }: LivingRelay): Swarms {
    let swarms = this.swarms.get(index);
    if (swarms?.process !== process) {
      swarms = { process, ofPeers: new Swarm(), ofAuthorities: new Swarm() };
      this.swarms.set(index, swarms);
    }
    return swarms;
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
