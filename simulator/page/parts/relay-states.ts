/**
 * What a relay on the map can be, in the order in which dots cover each other, and how each looks.
 *
 * Shapes differ as well as colours, so that the map can be read by everyone and in a black-and-white picture.
 */

import { BLUE, FAINT_INK, ORANGE, PURPLE, SKY, VERMILLION } from '../../report/chart-style.ts';

export const RELAY_STATES = ['away', 'waiting', 'heard', 'verified', 'staged', 'running', 'removed'] as const;
export type RelayState = (typeof RELAY_STATES)[number];

export type DotShape = 'disc' | 'ring' | 'cross';

export interface StateLook {
  readonly word: string;
  /** The light form; undefined for what is not drawn. */
  readonly colour: string | undefined;
  readonly shape: DotShape;
  /** Radius in terms of the map's own size of dots. */
  readonly size: number;
}

export const STATE_LOOKS: Readonly<Record<RelayState, StateLook>> = {
  away: { word: 'not there', colour: undefined, shape: 'disc', size: 0 },
  waiting: { word: 'not reached', colour: FAINT_INK, shape: 'disc', size: 0.72 },
  heard: { word: 'heard', colour: ORANGE, shape: 'ring', size: 1.1 },
  verified: { word: 'verified', colour: PURPLE, shape: 'ring', size: 1.1 },
  staged: { word: 'staged', colour: SKY, shape: 'disc', size: 1 },
  running: { word: 'runs it', colour: BLUE, shape: 'disc', size: 1.1 },
  removed: { word: 'rolled back or revoked', colour: VERMILLION, shape: 'cross', size: 1.3 },
};

/** A state as a number: its place in RELAY_STATES. */
export function stateCode(state: RelayState): number {
  return RELAY_STATES.indexOf(state);
}
