/**
 * Makes report.html interactive: each static chart that the page has data for gets one that can be read, and the wave
 * is replayed on a map.
 *
 * The static charts stay in the page, for print and as they were drawn. Where this script does not run, the page is
 * as it was written.
 */

import { render } from 'preact';
import type { PageData } from '../../report/page-data.ts';
import { embeddedData } from '../parts/embedded-data.ts';
import '../parts/parts.css';
import './report.css';
import { Figure } from './figure.tsx';
import { Replay } from './replay.tsx';

const { figures, wave } = embeddedData<PageData>('page-data');

for (const figure of figures) {
  const place = document.getElementById(figure.name);
  if (place === null) continue;
  const live = document.createElement('div');
  live.className = 'live';
  place.prepend(live);
  place.classList.add('has-live');
  place.classList.remove('scroll');
  render(<Figure figure={figure} onPrinted={(isOn) => place.classList.toggle('as-printed', isOn)} />, live);
}

const replay = document.getElementById('replay');
if (replay !== null && wave !== null) {
  const lines = figures.find(({ name }) => name === 'figure1')?.panels.flatMap((panel) => panel.lines) ?? [];
  render(<Replay wave={wave} lines={lines} />, replay);
}
