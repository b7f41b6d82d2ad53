/** Faults in how updates reach a relay: gossip, polling, comparing, catching up, fetching by chunks. */

import type { Fault } from './fault.ts';

export const CHANNELS_FAULTS: readonly Fault[] = [
  {
    wrong: 'a relay that catches up does not compare what it has with what it is told',
    file: 'node/channels/state-exchange.ts',
    find: 'if (this.mayHelp(peer, theirs)) return this.take(peer, channel, theirs);',
    replace: '',
    tests: ['node/channels/state-exchange.test.ts'],
  },
  {
    wrong: 'a newer timestamp of an older root counts as ahead',
    file: 'node/channels/state-exchange.ts',
    find: '(a.root === b.root && a.timestamp > b.timestamp)',
    replace: 'a.timestamp > b.timestamp',
    tests: ['node/channels/state-exchange.test.ts'],
  },
  {
    wrong: 'news that their sender does not hand over are asked of nobody else',
    file: 'node/channels/missing-news.ts',
    find: "if (outcome === 'fruitless' && !this.isAsking) await this.askInstead(sender);",
    replace: '',
    tests: ['node/channels/missing-news.test.ts'],
  },
  {
    wrong: 'authorities are asked for a module in the first round',
    file: 'node/updates/module-fetch.ts',
    find: 'this.round < RESERVE_ROUND || ',
    replace: '',
    tests: ['node/updates/update-agent.test.ts'],
  },
  {
    wrong: 'a peer that lied about news is asked again at once',
    file: 'node/channels/state-exchange.ts',
    find: 'this.note(this.fruitlessAtMs, peer);',
    replace: '',
    tests: ['node/channels/state-exchange.test.ts'],
  },
  {
    wrong: 'a relay that was alone does not ask again',
    file: 'node/channels/catch-up.ts',
    find: 'if (peers.connected().length <= 1) this.begin',
    replace: 'if (peers.connected().length < 1) this.begin',
    tests: ['node/channels/catch-up.test.ts'],
  },
  {
    wrong: 'a directory is polled anywhere in the interval, not in its first half',
    file: 'node/channels/directory.ts',
    find: 'environment.random.uniform() * jitterShare * intervalMs;',
    replace: 'environment.random.uniform() * intervalMs;',
    tests: ['node/channels/directory.test.ts'],
  },
  {
    wrong: 'the wait after a failed round of authorities does not grow',
    file: 'node/channels/directory.ts',
    find: 'void this.fetch(outMs, retryMs * 2)',
    replace: 'void this.fetch(outMs, retryMs)',
    tests: ['node/channels/directory.test.ts'],
  },
  {
    wrong: 'a chunk is put together without a look at its hash',
    file: 'node/channels/swarm-fetcher.ts',
    find: 'if (bytes.length !== this.lengthOf(index) || hash !== this.target.chunks[index]) return false;',
    replace: 'if (bytes.length !== this.lengthOf(index)) return false;',
    tests: ['node/channels/swarm-fetcher.test.ts'],
  },
  {
    wrong: 'bytes of messages that have been judged count as waiting for ever',
    file: 'node/channels/gossip-channel.ts',
    find: '      left.bytes -= data.length;\n',
    replace: '',
    tests: ['node/channels/gossip-channel.test.ts'],
  },
  {
    wrong: 'a genuine publication with a file of the sender beside it is passed on',
    file: 'node/channels/gossip-channel.ts',
    find: "if (!client.names(name, bytes) && !isOldRoot(name, versions.root)) return 'ignore';",
    replace: '',
    tests: ['node/channels/gossip-channel.test.ts'],
  },
  {
    wrong: 'a publication is passed on as often as it comes',
    file: 'node/channels/passed-on.ts',
    find: 'return this.names.size > before;',
    replace: 'return this.names.size >= before;',
    tests: ['node/channels/passed-on.test.ts'],
  },
  {
    wrong: 'invalid messages cost their sender no score',
    file: 'node/channels/gossipsub-pubsub.ts',
    find: 'invalidMessageDeliveriesWeight: -1,',
    replace: 'invalidMessageDeliveriesWeight: 0,',
    tests: ['node/channels/gossipsub-pubsub.test.ts'],
  },
  {
    wrong: 'a peer is served without a bound on what it asks for in a minute',
    file: 'node/channels/sync-server.ts',
    find: '    usage.bytes += length;\n',
    replace: '',
    tests: ['node/channels/sync-server.test.ts'],
  },
];
