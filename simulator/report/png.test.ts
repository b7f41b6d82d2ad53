import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderPng } from './png.ts';

const svgOf = (width: number): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="10"><rect width="5" height="5"/></svg>`;

test('png: pictures asked for at once come back each to whom asked, at twice their size', async () => {
  const widths = [3, 8, 21, 30];
  const pngs = await Promise.all(widths.map((width) => renderPng(svgOf(width))));
  for (const [index, png] of pngs.entries()) {
    assert.equal(png.toString('latin1', 1, 4), 'PNG');
    assert.equal(png.readUInt32BE(16), 2 * widths[index]!);
  }
});

test('png: what is no SVG is refused, and the next one is drawn', async () => {
  await assert.rejects(renderPng('<svg'), /SVG/i);
  assert.ok((await renderPng(svgOf(4))).length > 50);
});
