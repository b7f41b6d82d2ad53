import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { lastingRepository, TestDaemons } from '../../node/daemon/testing/test-daemons.ts';
import { capturedContext } from '../../simulator/cli/captured-output.ts';
import { runCommandLine } from '../../simulator/cli/command-line.ts';

const here = (name: string): string => readFileSync(path.join(import.meta.dirname, name), 'utf8');
const DOCS = here('../../docs/node.md');

async function knownOptions(): Promise<Set<string>> {
  const { context, out } = capturedContext('.');
  assert.equal(await runCommandLine(['node', '--help'], context), 0);
  return new Set([...out().matchAll(/^ {2}(?:-h, )?(--[a-z-]+)/gm)].map(([, option]) => option!));
}

function assertKnown(args: readonly string[], known: ReadonlySet<string>): void {
  const options = args.filter((word) => word.startsWith('--'));
  for (const needed of ['--listen', '--root', '--state', '--status-port'])
    assert.ok(options.includes(needed));
  for (const option of options) assert.ok(known.has(option), option);
}

describe('the example of several relays', () => {
  it('compose.yaml: each relay has options that there are, a state, an address and peers of its own', async () => {
    const known = await knownOptions();
    const { services, volumes, networks } = parse(here('compose.yaml'), { merge: true });
    const names = Object.keys(services);
    assert.equal(names.length, 3);
    const places = names.map((name) => services[name].networks.relays.ipv4_address as string);
    const networksOf = new Set(places.map((place) => place.split('.').slice(0, 2).join('.')));
    assert.equal(networksOf.size, 3, 'clients take no two relays of one network of 16 bits');
    assert.equal(networks.relays.ipam.config[0].subnet, '10.76.0.0/14');
    for (const [index, name] of names.entries()) {
      const { command, volumes: mounts, healthcheck } = services[name];
      assertKnown(command, known);
      assert.equal(services[name].user, 'node');
      assert.ok(mounts.includes(`state-${index + 1}:/home/node`) && `state-${index + 1}` in volumes);
      const state = command[command.indexOf('--state') + 1];
      assert.equal(path.dirname(state), '/home/node', 'which the user of the image may write');
      assert.match(healthcheck.test.join(' '), /127\.0\.0\.1:9100\/health/);
      for (const [peer] of command.join(' ').matchAll(/relay-\d/g))
        assert.ok(peer in services && peer !== name);
    }
  });

  it('relaywave@.service: options that there are, and more time to stop than to drain', async () => {
    const unit = here('relaywave@.service');
    const [, command] = /^ExecStart=(.*)$/m.exec(unit)!;
    assertKnown(command!.split(' '), await knownOptions());
    const [, stop] = /^TimeoutStopSec=(\d+)$/m.exec(unit)!;
    const [, drain] = /--drain (\d+)s/.exec(command!)!;
    assert.ok(Number(stop) > Number(drain));
    assert.match(unit, /^RestartPreventExitStatus=2$/m);
  });
});

describe('docs/node.md', () => {
  it('has every option of the command, and no other', async () => {
    const documented = [...DOCS.matchAll(/^\| `(--[a-z-]+)/gm)].map(([, option]) => option!);
    const known = await knownOptions();
    known.delete('--help');
    assert.deepEqual(new Set(documented), known);
  });

  it('has every metric of a relay with its type, and no other; and every key of the status', async () => {
    const daemons = new TestDaemons();
    try {
      const relay = await daemons.start(lastingRepository(), 'relay');
      const metrics = await relay.metrics.registry.getMetricsAsJSON();
      const rows = DOCS.split('\n').filter((line) => line.startsWith('| `relaywave_'));
      const documented = new Map(
        rows.flatMap((row) => {
          const [, names, type] =
            row.split(' | ').length > 0 ? row.split('|').map((cell) => cell.trim()) : [];
          return [...names!.matchAll(/`([a-z_]+)`/g)].map(([, name]) => [name!, type!] as const);
        }),
      );
      assert.deepEqual(documented, new Map(metrics.map(({ name, type }) => [name, String(type)])));
      const section = DOCS.slice(DOCS.indexOf('`/status` is JSON'), DOCS.indexOf('`/metrics` is for'));
      for (const key of Object.keys(relay.status())) assert.match(section, new RegExp(`\`${key}\``), key);
    } finally {
      await daemons.end();
    }
  });
});
