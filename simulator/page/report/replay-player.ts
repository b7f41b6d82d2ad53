/**
 * Plays a wave on the map: a clock that runs from 0 to 1 over a span of time, and what is shown of each moment.
 *
 * Its frames touch the map and what the listener touches, and make nothing anew.
 */

import { momentAt, shareOfAxis, type TimeScaleName } from '../parts/time-scale.ts';
import type { WorldMap } from '../parts/world-map.ts';
import type { Wave } from './wave.ts';

/** The span of time that is played. */
export interface PlayedSpan {
  readonly scale: TimeScaleName;
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

export interface PlayerListener {
  /** Every time that the moment changes; `share` is its place in the span. */
  onMoment(seconds: number, share: number): void;
  /** When the end stops it. */
  onEnd(): void;
}

/** Wall time of a whole span at single speed. */
const WHOLE_WALL_MS = 14_000;
/** After a pause of the browser the wave goes on where it was, it does not leap. */
const LONGEST_FRAME_WALL_MS = 100;

export class ReplayPlayer {
  speed = 1;
  private readonly map: WorldMap;
  private readonly listener: PlayerListener;
  private wave: Wave | null = null;
  private span: PlayedSpan = { scale: 'log', fromSeconds: 0.01, toSeconds: 1 };
  private share = 0;
  private request = 0;
  private lastWallMs = 0;

  constructor(map: WorldMap, listener: PlayerListener) {
    this.map = map;
    this.listener = listener;
  }

  get isPlaying(): boolean {
    return this.request !== 0;
  }

  /** The moment that is shown, seconds since the release. */
  get seconds(): number {
    const { scale, fromSeconds, toSeconds } = this.span;
    return momentAt(scale, fromSeconds, toSeconds, this.share);
  }

  /** Takes another wave or span and shows a moment of it. */
  load(wave: Wave, span: PlayedSpan, atSeconds: number): void {
    this.span = span;
    if (wave !== this.wave) {
      this.wave = wave;
      wave.rewind(this.map.states);
      this.map.touch();
    }
    this.seek(atSeconds);
  }

  /** Shows a moment, as near as the span has it. */
  seek(seconds: number): void {
    const { scale, fromSeconds, toSeconds } = this.span;
    this.seekShare(shareOfAxis(scale, fromSeconds, toSeconds, seconds));
  }

  /** Shows the moment at a share of the span, 0 to 1. */
  seekShare(share: number): void {
    this.share = Math.min(1, Math.max(0, share));
    this.show();
  }

  play(): void {
    if (this.isPlaying) return;
    if (this.share >= 1) this.share = 0;
    this.lastWallMs = performance.now();
    this.request = requestAnimationFrame(this.frame);
  }

  pause(): void {
    cancelAnimationFrame(this.request);
    this.request = 0;
  }

  private readonly frame = (nowWallMs: number): void => {
    const passedWallMs = Math.min(LONGEST_FRAME_WALL_MS, Math.max(0, nowWallMs - this.lastWallMs));
    this.lastWallMs = nowWallMs;
    this.share = Math.min(1, this.share + (passedWallMs * this.speed) / WHOLE_WALL_MS);
    this.show();
    if (this.share < 1) this.request = requestAnimationFrame(this.frame);
    else {
      this.request = 0;
      this.listener.onEnd();
    }
  };

  private show(): void {
    if (this.wave?.seek(this.seconds, this.map.states)) this.map.touch();
    this.map.draw();
    this.listener.onMoment(this.seconds, this.share);
  }
}
