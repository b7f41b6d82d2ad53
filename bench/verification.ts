/**
 * What verifying an update costs: `npm run bench:trust`.
 *
 * Each relay takes the gossip message of a publication with a module of 20 KiB through its own client: it refreshes,
 * checks the module, and finds every file that it would pass on. Relays of a simulation share what follows from the
 * bytes alone; beside it, a tenth of them without that. Seconds are of processor time; the best of the updates counts.
 */

import assert from 'node:assert/strict';
import { BundleFetcher, decodeBundle } from '../node/channels/bundle.ts';
import { publicationBundle } from '../node/channels/testing/publication.ts';
import { startRelay, TestRelay } from '../node/trust/testing/test-relay.ts';
import { moduleBytes } from '../node/trust/testing/test-repository.ts';
import { VerificationCache } from '../node/trust/verification-cache.ts';
import { checkCarried } from '../node/updates/carried-targets.ts';
import { scriptLine, whole } from '../simulator/testing/script-line.ts';

const { json, relays: RELAYS } = scriptLine('bench:trust', 'Measures what verifying an update costs.')
  .option('--relays <n>', 'relays that verify it', whole(1), 7500)
  .option('--json', 'print JSON')
  .parse()
  .opts<{ json?: boolean; relays: number }>();
const UPDATES = 4;
const MODULE_BYTES = 20 * 1024;
const MOST_SECONDS = 1;

/** Processor seconds of one update on so many relays; `cacheOf` gives each its cache. */
async function secondsFor(relayCount: number, cacheOf: () => VerificationCache): Promise<number> {
  const { repository, relay } = await startRelay({ cache: cacheOf() });
  const others = Array.from(
    { length: relayCount - 1 },
    () => new TestRelay(repository, { cache: cacheOf() }),
  );
  const relays = [relay, ...others];
  for (const { client } of others) await client.refresh();
  const seconds: number[] = [];
  for (let version = 2; version < 2 + UPDATES; version++) {
    const bytes = moduleBytes(`version ${version}`, MODULE_BYTES);
    repository.addModule({ version, sequence: version, bytes });
    repository.publish({ bump: ['targets'] });
    const files = decodeBundle(publicationBundle(repository, bytes));
    assert(files !== null);
    const before = process.cpuUsage();
    for (const { client } of relays) {
      const source = new BundleFetcher(files);
      const refreshed = await client.refresh(source);
      assert('updated' in refreshed && refreshed.updated);
      const { right } = await checkCarried(source, client);
      assert.equal(right.size, 1);
      for (const name of files.keys()) assert(client.file(name) !== null, name);
    }
    const { user, system } = process.cpuUsage(before);
    seconds.push((user + system) / 1e6);
  }
  return Math.min(...seconds);
}

const shared = new VerificationCache();
const sharedSeconds = await secondsFor(RELAYS, () => shared);
const aloneSeconds = (await secondsFor(Math.ceil(RELAYS / 10), () => new VerificationCache())) * 10;

if (json) console.log(JSON.stringify({ relays: RELAYS, sharedSeconds, aloneSeconds }));
else {
  console.log(`one update on ${RELAYS} relays, processor seconds in all`);
  console.log(`  sharing what follows from the bytes  ${sharedSeconds.toFixed(2)} (at most ${MOST_SECONDS})`);
  console.log(
    `  each relay by itself                 ${aloneSeconds.toFixed(1)} (measured on a tenth of them)`,
  );
}
process.exitCode = sharedSeconds <= MOST_SECONDS ? 0 : 1;
