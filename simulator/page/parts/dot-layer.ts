/**
 * The layer of dots: a buffer of pixels into which every relay is stamped in the colour of its state.
 *
 * Nothing is allocated while it draws. Where dots overlap, the state later in RELAY_STATES lies on top.
 */

import { type DotStamp, dotStamp } from './dot-stamp.ts';
import { RELAY_STATES, STATE_LOOKS } from './relay-states.ts';
import { colourOn, type Theme } from './theme.ts';

interface Look {
  readonly stamp: DotStamp;
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

function channels(colour: string): [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

export class DotLayer {
  readonly width: number;
  readonly height: number;
  private readonly image: ImageData;
  /** The same pixels as whole numbers, to be cleared quickly. */
  private readonly words: Uint32Array;
  private readonly looks: readonly (Look | null)[];

  /** A layer of so many device pixels, with dots of that radius. */
  constructor(width: number, height: number, radiusPx: number, theme: Theme) {
    this.width = width;
    this.height = height;
    this.image = new ImageData(width, height);
    this.words = new Uint32Array(this.image.data.buffer);
    this.looks = RELAY_STATES.map((state) => {
      const { colour, shape, size } = STATE_LOOKS[state];
      if (colour === undefined) return null;
      const [red, green, blue] = channels(colourOn(colour, theme.isDark));
      return { stamp: dotStamp(shape, Math.max(0.7, radiusPx * size)), red, green, blue };
    });
  }

  /** Stamps all relays anew: `x` and `y` are device pixels, `states` are codes (relay-states.ts). */
  draw(context: CanvasRenderingContext2D, x: Int16Array, y: Int16Array, states: Uint8Array): void {
    this.words.fill(0);
    for (let code = 0; code < this.looks.length; code++) {
      const look = this.looks[code];
      if (!look) continue;
      for (let relay = 0; relay < states.length; relay++) {
        if (states[relay] === code) this.stamp(look, x[relay]!, y[relay]!);
      }
    }
    context.putImageData(this.image, 0, 0);
  }

  private stamp({ stamp, red, green, blue }: Look, x: number, y: number): void {
    const { data } = this.image;
    const { dx, dy, alpha } = stamp;
    for (let pixel = 0; pixel < alpha.length; pixel++) {
      const column = x + dx[pixel]!;
      const row = y + dy[pixel]!;
      if (column < 0 || row < 0 || column >= this.width || row >= this.height) continue;
      const at = (row * this.width + column) * 4;
      const cover = alpha[pixel]!;
      const under = data[at + 3]!;
      // Over what lies there already: the edge of a dot lets the dot below shine through.
      const out = cover + (under * (255 - cover)) / 255;
      const share = cover / out;
      data[at] = red * share + data[at]! * (1 - share);
      data[at + 1] = green * share + data[at + 1]! * (1 - share);
      data[at + 2] = blue * share + data[at + 2]! * (1 - share);
      data[at + 3] = out;
    }
  }
}
