import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'devalue';
import { bundlePage } from './page-bundle.ts';
import type { PageData } from './page-data.ts';
import { DATA_ID, policyOf, scriptElements } from './page-script.ts';

const DATA: PageData = {
  figures: [
    { name: 'figure1', title: '</script><script>alert(1)</script><!--', panels: [], source: '\u2028' },
  ],
  wave: null,
};

test('page script: data that a user wrote cannot end their element, and come back as they were', () => {
  const { markup } = scriptElements({ bundle: { script: 'run()', style: '' }, data: DATA });
  assert.equal([...markup.matchAll(/<\/script/g)].length, 2);
  assert.equal([...markup.matchAll(/<!--/g)].length, 0);
  const text = new RegExp(`id="${DATA_ID}">(.*?)</script>`, 's').exec(markup)![1]!;
  assert.deepEqual(parse(text), DATA);
});

test('page script: the policy allows the script and the style of the page, and no request', () => {
  const policy = policyOf('a{}', 'run()');
  assert.match(policy, /^default-src 'none'; script-src 'sha256-[\w+/]+=*'; style-src 'sha256-[\w+/]+=*'; /);
  assert.doesNotMatch(policy, /unsafe|https?:|\*|connect-src/);
  assert.match(policyOf('a{}', null), /script-src 'none'/);
  assert.notEqual(policyOf('a{}', 'run()'), policyOf('a{}', 'run( )'));
});

test('page script: the bundle of the report is the same each time, needs no eval and stays small', async () => {
  const { script, style } = await bundlePage('report');
  assert.ok(script.length + style.length < 500_000, `${script.length + style.length} characters`);
  assert.doesNotMatch(script, /<\/script|\beval\(|new Function\(/);
  assert.doesNotMatch(style, /url\(|@import/);
});
