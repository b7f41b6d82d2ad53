/** Faults in what a relay believes: signatures, versions, expiry, delegations, and what is on its disk. */

import type { Fault } from './fault.ts';

export const TRUST_FAULTS: readonly Fault[] = [
  {
    wrong: 'one signature fewer than the threshold is enough',
    file: 'node/trust/examination.ts',
    find: 'if (missing === 0) return null;',
    replace: 'if (missing <= 1) return null;',
    tests: ['node/trust/timestamp.test.ts'],
  },
  {
    wrong: 'an expired role is accepted',
    file: 'node/trust/examination.ts',
    find: 'if (nowMs < document.expiresMs) return null;',
    replace: 'if (nowMs < document.expiresMs + 86_400_000) return null;',
    tests: ['node/trust/publication.test.ts'],
  },
  {
    wrong: 'a new root need not be signed with the keys of the one before',
    file: 'node/trust/examination.ts',
    find: "      this.belowThreshold(trusted, 'root', root, file) ??\n",
    replace: '',
    tests: ['node/trust/root.test.ts'],
  },
  {
    wrong: 'a newer timestamp may name an older snapshot',
    file: 'node/trust/examination.ts',
    find: 'return is < was ? this.refuse',
    replace: 'return is < 0 ? this.refuse',
    tests: ['node/trust/timestamp.test.ts'],
  },
  {
    wrong: 'new keys for the timestamp leave versions up that a thief has driven up',
    file: 'node/trust/trusted-state.ts',
    find: "if (losesKeys(before, root, 'timestamp') || losesKeys(before, root, 'snapshot')) {",
    replace: "if (losesKeys(before, root, 'snapshot')) {",
    tests: ['node/trust/timestamp.test.ts'],
  },
  {
    wrong: 'a terminating delegation ends no search',
    file: 'node/trust/delegation-walk.ts',
    find: 'if (terminating) ended.push(own);',
    replace: 'if (terminating && own.length > 1) ended.push(own);',
    tests: ['node/trust/delegation.test.ts'],
  },
  {
    wrong: 'the file of a trust store is renamed before it is flushed',
    file: 'node/durable-file.ts',
    find: '    files.fsyncSync(file);\n',
    replace: '',
    tests: ['node/trust/disk-trust-store.test.ts'],
  },
  {
    wrong: 'targets outside of a delegation are listed',
    file: 'node/trust/delegation-walk.ts',
    find: 'return chain.every((delegation) => delegation.isDelegatedPath(path));',
    replace: 'return chain.some((delegation) => delegation.isDelegatedPath(path));',
    tests: ['node/trust/delegation.test.ts'],
  },
  {
    wrong: 'a delegated role may revoke what the developers list',
    file: 'node/trust/revocation.ts',
    find: 'listers.every(({ role }) => roles.has(role))',
    replace: 'listers.some(({ role }) => roles.has(role))',
    tests: ['node/trust/revocation.test.ts'],
  },
  {
    wrong: 'revoked modules are still desired',
    file: 'node/trust/desired.ts',
    find: '|| revoked.has(target.sha256) ',
    replace: '',
    tests: ['node/trust/desired.test.ts'],
  },
  {
    wrong: 'one key that signs twice counts twice',
    file: 'node/trust/metadata-shape.ts',
    find: '(keys) => Object.entries(keys).every(([id, key]) => id === keyIdOf(key)),',
    replace: '(keys) => Object.entries(keys).some(([id, key]) => id === keyIdOf(key)),',
    tests: ['node/trust/document.test.ts'],
  },
  {
    wrong: 'bytes of another hash than signed are kept as a target',
    file: 'node/trust/tuf-client.ts',
    find: 'if (examination.hash(fetched.bytes) !== sha256) {',
    replace: 'if (examination.hash(fetched.bytes).length !== sha256.length) {',
    tests: ['node/trust/download.test.ts'],
  },
  {
    wrong: 'what expires while it is trusted is offered on',
    file: 'node/trust/tuf-client.ts',
    find: 'Math.min(this.state.root.expiresMs, timestamp.expiresMs, snapshot.expiresMs, targets.expiresMs)',
    replace:
      'Math.max(this.state.root.expiresMs, timestamp.expiresMs, snapshot.expiresMs, targets.expiresMs)',
    tests: ['node/trust/publication.test.ts'],
  },
  {
    wrong: 'a JSON key twice in one object is let through',
    file: 'node/trust/strict-json.ts',
    find: '          keys.add(content);\n',
    replace: '',
    tests: ['node/trust/strict-json.test.ts'],
  },
  {
    wrong: 'a restarted relay takes the root that its disk has made up',
    file: 'node/trust/restore.ts',
    find: '      state.roots.push(next);',
    replace: '      state.roots.unshift(next);\n      return;',
    tests: ['node/trust/restore.test.ts'],
  },
];
