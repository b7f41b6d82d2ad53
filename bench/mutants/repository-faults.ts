/** Faults in publishing: rollouts, releases, and what is on the publisher's disk. */

import type { Fault } from './fault.ts';

export const REPOSITORY_FAULTS: readonly Fault[] = [
  {
    wrong: 'a rollout takes its next step a millisecond too early',
    file: 'updates/repository/rollout-controller.ts',
    find: 'nowMs >= progress.steppedAtMs + plan.everySeconds * 1000;',
    replace: 'nowMs >= progress.steppedAtMs + plan.everySeconds * 1000 - 1;',
    tests: ['updates/repository/rollout-controller.test.ts'],
  },
  {
    wrong: 'a rollout halts when as many trials failed as are allowed to',
    file: 'updates/repository/rollout-controller.ts',
    find: 'failed - plan.haltAboveFailedShare * reported > 1e-9',
    replace: 'failed - plan.haltAboveFailedShare * reported > -1e-9',
    tests: ['updates/repository/rollout-controller.test.ts'],
  },
  {
    wrong: 'a relay whose trial failed counts as often as it reports',
    file: 'updates/repository/rollout-controller.ts',
    find: " || this.outcomes.get(relay) === 'failed') return;",
    replace: ') return;',
    tests: ['updates/repository/rollout-controller.test.ts'],
  },
  {
    wrong:
      'relays that refuse a third party are sent the file of its revocation, and keep the message to themselves',
    file: 'updates/repository/bundle-files.ts',
    find: '    .filter((name) => isOfDevelopers || !isRevocationFile(name))\n',
    replace: '',
    tests: ['updates/repository/bundle-files.test.ts', 'simulator/testing/swarm/found.test.ts'],
  },
  {
    wrong: 'the timestamp is published before what it names',
    file: 'updates/repository/release.ts',
    find: 'return files.set(TIMESTAMP_FILE, next.timestamp.bytes);',
    replace: 'return new Map([[TIMESTAMP_FILE, next.timestamp.bytes], ...files]);',
    tests: ['updates/repository/folder-storage.test.ts'],
  },
  {
    wrong: 'a role that is no longer delegated is left out of the snapshot',
    file: 'updates/repository/release.ts',
    find: '{ ...live?.snapshot.metadata.signed.meta }',
    replace: '{}',
    tests: ['updates/repository/tuf-client.test.ts'],
  },
  {
    wrong: 'a version that is published already may be published again',
    file: 'updates/repository/change-draft.ts',
    find: 'if (earlier.custom.version >= version) {',
    replace: 'if (earlier.custom.version > version) {',
    tests: ['updates/repository/repository.test.ts'],
    titles: ['refuses a version that is not above'],
  },
  {
    wrong: 'files of a publication are not flushed before they are moved into place',
    file: 'updates/repository/write-journal.ts',
    find: '      }\n      this.files.fsyncSync(opened);',
    replace: '      }',
    tests: ['updates/repository/write-journal.test.ts'],
  },
  {
    wrong: 'a journal that was whole when its writer died is dropped',
    file: 'updates/repository/write-journal.ts',
    find: 'if (order !== null) {',
    replace: 'if (order === null) {',
    tests: ['updates/repository/folder-storage.test.ts'],
  },
];
