import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScenarioError } from '../scenario/problem.ts';
import { madeConsensus, madeHashedFingerprint, madeIdentity } from '../testing/made-consensus.ts';
import {
  hashedFingerprint,
  ipv4Number,
  looksLikeConsensus,
  parseConsensus,
  runningRelays,
  utcMs,
} from './consensus-document.ts';

const RELAYS = [
  { address: '192.0.2.1', flags: 'Exit Fast Running Valid', version: '0.4.8.21', bandwidth: 5000 },
  { address: '198.51.100.7', flags: 'Fast Valid', version: '0.4.8.16' },
  { address: '203.0.113.250', version: null, bandwidth: 20 },
];
const DOCUMENT = madeConsensus(RELAYS);

function told(text: string): string[] {
  try {
    parseConsensus(text, 'made');
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(({ line, message }) => `${line}: ${message}`);
  }
  assert.fail('the document was accepted');
}

/** The number of the first line that begins so. */
function lineOf(start: string, text = DOCUMENT): number {
  return text.split('\n').findIndex((line) => line.startsWith(start)) + 1;
}

test('consensus: address, flags, version and bandwidth of each relay are read as they are written', () => {
  const { validAfterMs, relays } = parseConsensus(DOCUMENT, 'made');
  assert.equal(validAfterMs, Date.UTC(2026, 0, 17, 13));
  assert.deepEqual(
    relays.map(({ address, flags, version, bandwidth }) => [address, flags.length, version, bandwidth]),
    [
      [0xc0000201, 4, '0.4.8.21', 5000],
      [0xc6336407, 2, '0.4.8.16', 1000],
      [0xcb0071fa, 5, null, 20],
    ],
  );
  assert.equal(relays[0]!.line, lineOf('r Made0'));
});

test('consensus: running relays are those with the flag', () => {
  const running = runningRelays(parseConsensus(DOCUMENT, 'made'));
  assert.deepEqual(
    running.map(({ identity }) => identity),
    [madeIdentity(0), madeIdentity(2)],
  );
});

test('consensus: annotations, line ends of Windows and the flavour without digests are read alike', () => {
  const plain = parseConsensus(DOCUMENT, 'made');
  const without = DOCUMENT.replace(/^@type.*\n/, '');
  const windows = DOCUMENT.replaceAll('\n', '\r\n');
  const microdescriptors = DOCUMENT.replace(/^(r \S+ \S+) \S+ /gm, '$1 ');
  assert.notEqual(microdescriptors, DOCUMENT);
  for (const text of [without, windows, microdescriptors]) {
    assert.ok(looksLikeConsensus(text));
    const strip = ({ line: _line, ...relay }: { line: number }) => relay;
    assert.deepEqual(parseConsensus(text, 'made').relays.map(strip), plain.relays.map(strip));
  }
});

test('consensus: the hashed fingerprint is SHA-1 of the fingerprint, and not the fingerprint', () => {
  assert.equal(hashedFingerprint(madeIdentity(7)), madeHashedFingerprint(7));
  assert.notEqual(hashedFingerprint(madeIdentity(7)), Buffer.from(madeIdentity(7), 'base64').toString('hex'));
});

test('consensus: every broken line is told with its number', () => {
  const broken = DOCUMENT.replace('198.51.100.7', '198.51.100.700')
    .replace('w Bandwidth=20', 'w Bandwidth=fast')
    .replace(` ${madeIdentity(0)} `, ' short ');
  assert.deepEqual(told(broken), [
    `${lineOf('r Made0')}: "short" is no identity`,
    `${lineOf('r Made1')}: "198.51.100.700" is no IPv4 address`,
    `${lineOf('w Bandwidth=20')}: has no whole number Bandwidth=`,
  ]);
});

test('consensus: a relay listed twice is told with the line of the first', () => {
  const twice = DOCUMENT.replace(` ${madeIdentity(2)} `, ` ${madeIdentity(0)} `);
  assert.deepEqual(told(twice), [`${lineOf('r Made2')}: is the relay of line ${lineOf('r Made0')} again`]);
});

test('consensus: what is cut off, a vote, another version, or no consensus at all is refused', () => {
  const cut = DOCUMENT.slice(0, DOCUMENT.indexOf('directory-footer'));
  assert.match(told(cut)[0]!, /is cut off/);
  assert.match(told(cut.slice(0, -5))[0]!, /is cut off/);
  assert.deepEqual(told(DOCUMENT.replace('vote-status consensus', 'vote-status vote')), [
    '3: is a vote, not a consensus',
  ]);
  assert.deepEqual(told(DOCUMENT.replace('version 3', 'version 2')), ['2: is not a consensus of version 3']);
  assert.deepEqual(told('hello\n'), ['1: is not a consensus of version 3']);
  assert.deepEqual(told(DOCUMENT.replace(/^valid-after.*$/m, '')), ['1: has no line valid-after']);
  assert.match(told(DOCUMENT.replace('13:00:00', '13:00'))[0]!, /^5: is no time/);
  assert.deepEqual(told(madeConsensus([])), ['1: lists no relay']);
  assert.match(told(DOCUMENT.replace(/^r Made0.*$/m, 's Fast'))[0]!, /a line s before any relay/);
});

test('consensus: times and addresses that are none are no numbers', () => {
  for (const text of ['2026-02-31 10:00:00', '2026-13-01 10:00:00', '2026-01-17T13:00:00', '']) {
    assert.equal(utcMs(text), null, text);
  }
  for (const text of ['256.1.1.1', '1.1.1', '1.1.1.1.1', '1.1.1.-1', '']) {
    assert.equal(ipv4Number(text), null, text);
  }
});
