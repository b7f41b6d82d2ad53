import assert from 'node:assert/strict';
import { test } from 'node:test';
import { element, escapeMarkup, join, trusted } from './svg-markup.ts';

test('markup: text cannot open an element or leave an attribute', () => {
  assert.equal(escapeMarkup(`<b a="x" c='y'>&`), '&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;');
  assert.equal(
    element('p', { title: '"><script>' }, '<i>').markup,
    '<p title="&quot;&gt;&lt;script&gt;">&lt;i&gt;</p>',
  );
});

test('markup: characters that XML forbids are dropped, others stay', () => {
  assert.equal(escapeMarkup('a\u0000\u001b[31mb\uffff\n\tµ½é🧅'), 'a[31mb\n\tµ½é🧅');
  assert.equal(escapeMarkup('half a pair: \ud83e!'), 'half a pair: !');
});

test('markup: what is markup already is not escaped again', () => {
  assert.equal(join('a < b', trusted('<br>')).markup, 'a &lt; b<br>');
});

test('markup: attributes left undefined are left out, numbers keep two digits', () => {
  assert.equal(
    element('line', { x1: 1 / 3, dash: undefined, y1: 2 }).markup,
    '<line x1="0.33" y1="2"></line>',
  );
});
