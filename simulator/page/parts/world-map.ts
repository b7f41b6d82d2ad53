/**
 * Relays on a world map: places are set once, states whenever they change, and `draw` shows them.
 *
 * Land and dots are two canvases on top of each other, so that a frame redraws dots only. Made for a replay at 60
 * frames a second and for a run that is watched while it goes on.
 */

import { DotLayer } from './dot-layer.ts';
import { drawLand, type MapRegion, mapAspect, mapProjection } from './map-land.ts';
import type { MapPlaces } from './map-places.ts';
import { currentTheme, onThemeChange, type Theme } from './theme.ts';

const NARROW_PX = 520;
/** Dots get smaller with more relays, between these radii in pixels of the page. */
const RADIUS_PX = { least: 1, most: 3.2 } as const;
/** More device pixels than these take longer to copy than a frame lasts. */
const PIXELS_MAX = 3_000_000;

export class WorldMap {
  /** A code for each relay (relay-states.ts): may be written to directly, then call `touch`. */
  states: Uint8Array = new Uint8Array(0);
  private readonly host: HTMLElement;
  private readonly land: HTMLCanvasElement;
  private readonly dots: HTMLCanvasElement;
  private readonly dotContext: CanvasRenderingContext2D;
  private readonly endings: (() => void)[] = [];
  private places: MapPlaces = { longitude: new Float32Array(0), latitude: new Float32Array(0) };
  private x = new Int16Array(0);
  private y = new Int16Array(0);
  private layer: DotLayer | null = null;
  private region: MapRegion = 'world';
  private theme: Theme = currentTheme();
  private isTouched = true;

  /** Fills the host, an element with a width of its own; the map gives it its height. */
  constructor(host: HTMLElement) {
    this.host = host;
    host.classList.add('world-map');
    this.land = host.appendChild(document.createElement('canvas'));
    this.dots = host.appendChild(document.createElement('canvas'));
    this.dotContext = this.dots.getContext('2d') as CanvasRenderingContext2D;
    const resizes = new ResizeObserver(() => this.layOut());
    resizes.observe(host);
    this.endings.push(() => resizes.disconnect());
    this.endings.push(
      onThemeChange((theme) => {
        this.theme = theme;
        this.layOut(true);
      }),
    );
    this.layOut();
  }

  /** Sets how many relays there are and where; all of them become `waiting`'s code 1. */
  setPlaces(places: MapPlaces): void {
    this.places = places;
    this.states = new Uint8Array(places.longitude.length).fill(1);
    this.layOut(true);
  }

  setRegion(region: MapRegion): void {
    this.region = region;
    this.layOut(true);
  }

  /** Gives one relay a state. */
  setState(relay: number, code: number): void {
    this.states[relay] = code;
    this.isTouched = true;
  }

  /** Says that `states` were written to. */
  touch(): void {
    this.isTouched = true;
  }

  /** Draws the dots if anything changed since; to be called for each frame. */
  draw(): void {
    if (!this.isTouched || this.layer === null) return;
    this.isTouched = false;
    this.layer.draw(this.dotContext, this.x, this.y, this.states);
  }

  destroy(): void {
    for (const end of this.endings) end();
    this.land.remove();
    this.dots.remove();
  }

  /** Fits canvases to the host, projects all places, and draws. */
  private layOut(isForced = false): void {
    const widthPx = this.host.clientWidth;
    if (widthPx === 0) return;
    const heightPx = Math.round(widthPx * mapAspect(this.region, widthPx < NARROW_PX));
    const wanted = Math.min(window.devicePixelRatio || 1, 2);
    const scale = Math.min(wanted, Math.sqrt(PIXELS_MAX / (widthPx * heightPx)));
    const [width, height] = [Math.round(widthPx * scale), Math.round(heightPx * scale)];
    if (!isForced && this.layer?.width === width && this.layer.height === height) return;
    this.host.style.height = `${heightPx}px`;
    for (const canvas of [this.land, this.dots]) {
      canvas.width = width;
      canvas.height = height;
    }
    const projection = mapProjection(this.region, width, height);
    drawLand(this.land.getContext('2d') as CanvasRenderingContext2D, projection, this.theme, scale);
    const { longitude, latitude } = this.places;
    this.x = new Int16Array(longitude.length);
    this.y = new Int16Array(longitude.length);
    for (let relay = 0; relay < longitude.length; relay++) {
      const [x, y] = projection([longitude[relay]!, latitude[relay]!]) ?? [-1000, -1000];
      this.x[relay] = Math.max(-1000, Math.min(32_000, Math.round(x)));
      this.y[relay] = Math.max(-1000, Math.min(32_000, Math.round(y)));
    }
    const zoom = this.region === 'world' ? 1 : 1.7;
    const radiusPx = zoom * widthPx * 0.085 * Math.sqrt(1 / Math.max(500, longitude.length));
    const bounded = Math.min(RADIUS_PX.most, Math.max(RADIUS_PX.least, radiusPx));
    this.layer = new DotLayer(width, height, bounded * scale, this.theme);
    this.isTouched = true;
    this.draw();
  }
}
