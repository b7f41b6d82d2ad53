import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ScenarioError } from '../scenario/problem.ts';
import { madeConsensus, madeHashedFingerprint } from '../testing/made-consensus.ts';
import { relaysOfConsensus, relaysOfTable } from './known-relays.ts';

const CONSENSUS = {
  file: 'made',
  text: madeConsensus([
    { address: '192.0.2.1', flags: 'Exit Running Valid', bandwidth: 5000 },
    { address: '192.0.2.200', flags: 'BadExit Exit Running Valid' },
    { address: '198.51.100.7', flags: 'Valid' },
    { address: '203.0.113.9' },
  ]),
};

function places(...rows: string[]) {
  return { file: 'places.csv', text: rows.join('\n') };
}

function told(work: () => unknown): string[] {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
  }
  assert.fail('the file was accepted');
}

test('known relays: of a consensus its running relays, with bandwidth, /24 and exit flag, and no more', () => {
  const { relays, hasOperators } = relaysOfConsensus(CONSENSUS, null);
  assert.equal(hasOperators, false);
  assert.deepEqual(
    relays.map(({ advertisedBytesPerSecond, isExit }) => [advertisedBytesPerSecond, isExit]),
    [
      [5_000_000, true],
      [1_000_000, false],
      [1_000_000, false],
    ],
  );
  assert.equal(relays[0]!.subnet, relays[1]!.subnet);
  assert.notEqual(relays[0]!.subnet, relays[2]!.subnet);
  for (const relay of relays) {
    const { country, network, operator, uptimeRatio, weight } = relay;
    assert.deepEqual([country, network, operator, uptimeRatio, weight], [null, 0, null, null, null]);
    assert.doesNotMatch(JSON.stringify(relay), /Made|192\.0|fingerprint|identity/);
  }
});

test('known relays: the longest prefix places a relay, a relay of its own before it', () => {
  const table = places(
    '# made',
    'prefix,country,network',
    '192.0.0.0/8,de,24940',
    '192.0.2.128/25,FR,AS16276',
    '2001:db8::/32,se,1',
  );
  const placed = relaysOfConsensus(CONSENSUS, table).relays.map(({ country, network }) => [country, network]);
  assert.deepEqual(placed, [
    ['de', 24940],
    ['fr', 16276],
    [null, 0],
  ]);
  const own = places('relay,prefix,country', `${madeHashedFingerprint(0)},,nl`, ',192.0.2.0/24,de');
  assert.deepEqual(
    relaysOfConsensus(CONSENSUS, own).relays.map(({ country }) => country),
    ['nl', 'de', null],
  );
});

test('known relays: mistakes of a table of places are told, of its values where a relay needs them', () => {
  const table = places('prefix,country', '192.0.2.0/33,de', 'x,de', ',de');
  assert.deepEqual(
    told(() => relaysOfConsensus(CONSENSUS, table)),
    ['2:1 is no IPv4 prefix', '3:1 is no IPv4 prefix', '4:1 names neither a prefix nor a relay'],
  );
  const unused = places('prefix,country', '8.0.0.0/8,qq');
  assert.equal(relaysOfConsensus(CONSENSUS, unused).relays.length, 3);
  const used = places('prefix,country', '192.0.0.0/8,qq');
  assert.deepEqual(
    told(() => relaysOfConsensus(CONSENSUS, used)),
    ['2:13 no latency is known of the country qq'],
  );
});

const CSV = `# a made network
bandwidth,weight,country,network,subnet,operator,uptime,flags,nickname
5000000,70,de,AS24940,a,red,0.999,Exit Running,one
1000000,30,FR,16276,a,"red, the second",0.6,Running Stable,two
2000000,10,,,,,,Running,three
9000000,99,us,1,,,,Valid,four
`;

test('known relays: a CSV says what it knows, and leaves out who is not running', () => {
  const { relays, hasOperators } = relaysOfTable(CSV, 'relays.csv');
  assert.equal(hasOperators, true);
  assert.deepEqual(relays, [
    {
      advertisedBytesPerSecond: 5e6,
      weight: 70,
      country: 'de',
      network: 24940,
      subnet: 'a',
      operator: 'red',
      uptimeRatio: 0.999,
      isExit: true,
    },
    {
      advertisedBytesPerSecond: 1e6,
      weight: 30,
      country: 'fr',
      network: 16276,
      subnet: 'a',
      operator: 'red, the second',
      uptimeRatio: 0.6,
      isExit: false,
    },
    {
      advertisedBytesPerSecond: 2e6,
      weight: 10,
      country: null,
      network: 0,
      subnet: null,
      operator: null,
      uptimeRatio: null,
      isExit: false,
    },
  ]);
  const bare = relaysOfTable('bandwidth\n1\n2\n', 'relays.csv');
  assert.equal(bare.hasOperators, false);
  assert.equal(bare.relays[0]!.isExit, null);
});

test('known relays: every mistake of a CSV is told with line and column', () => {
  const broken = `bandwidth,weight,country,network,uptime
-5,1,de,1,1
fast,1,germany,1,1
1,,qq,x,2
1,1,,7,0.5
1,1
`;
  assert.deepEqual(
    told(() => relaysOfTable(broken, 'relays.csv')),
    [
      '2:1 -5 is not between 0 and 1000000000000',
      '3:1 "fast" is not a number',
      '3:8 is no country',
      '4:3 is empty',
      '4:4 no latency is known of the country qq',
      '4:7 is no AS number',
      '4:9 2 is not between 0 and 1',
      '5:5 is not known, though the network is',
      '6:1 has 2 cells, the header has 5',
    ],
  );
  assert.deepEqual(
    told(() => relaysOfTable('country\nde\n', 'relays.csv')),
    ['1:1 has no column bandwidth'],
  );
  assert.deepEqual(
    told(() => relaysOfTable('bandwidth\n', 'relays.csv')),
    ['1:1 has no rows'],
  );
  assert.deepEqual(
    told(() => relaysOfTable('bandwidth,flags\n1,Running\n2,Valid\n', 'relays.csv')),
    ['1:1 has 1 running relays'],
  );
  assert.deepEqual(
    told(() => relaysOfTable('', 'relays.csv')),
    ['1:1 the table is empty'],
  );
});
