/** What each engine can do in this version. */

import type { EngineName, Scenario } from './scenario.ts';

export interface EngineAbility {
  readonly name: EngineName;
  readonly isAvailable: boolean;
  /** Networks that it is meant for, at most. */
  readonly relaysMax: number;
  readonly summary: string;
}

export const ENGINES: Readonly<Record<EngineName, EngineAbility>> = {
  gossipsub: {
    name: 'gossipsub',
    isAvailable: true,
    relaysMax: 10_000,
    summary: 'the real GossipSub code of js-libp2p, in virtual time',
  },
  model: {
    name: 'model',
    isAvailable: true,
    relaysMax: 1_000_000,
    summary: 'a model of the same protocol in typed arrays, in virtual time',
  },
  wire: {
    name: 'wire',
    isAvailable: true,
    // Two cores link some 35 a second up; a hundred were measured.
    relaysMax: 300,
    summary: 'whole libp2p relays over TCP, in real time',
  },
};

/** Names of the engines that can be asked for, the default first. */
export function availableEngines(): EngineName[] {
  return Object.values(ENGINES)
    .filter((engine) => engine.isAvailable)
    .map((engine) => engine.name);
}

/** What made the numbers of a scenario's live arms, as every table, chart and file names it. */
export type EngineLabel = EngineName | 'gossipsub, stack libp2p';

export function engineLabel({ engine, stack }: Pick<Scenario, 'engine' | 'stack'>): EngineLabel {
  return engine === 'gossipsub' && stack === 'libp2p' ? 'gossipsub, stack libp2p' : engine;
}
