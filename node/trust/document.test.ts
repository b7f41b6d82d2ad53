import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DocumentKind, parseDocument, saySame } from './document.ts';
import {
  DELEGATIONS_MAX,
  KEYS_MAX,
  SIGNATURES_MAX,
  SNAPSHOT_FILES_MAX,
  TARGETS_PER_ROLE_MAX,
} from './limits.ts';
import {
  decode,
  encode,
  type Json,
  type JsonValue,
  key,
  sha256,
  TestRepository,
} from './testing/test-repository.ts';

const repository = new TestRepository();
repository.addModule();
repository.delegate({ name: 'guards' });
repository.publish();

const FILES: Record<DocumentKind, string> = {
  root: '1.root.json',
  timestamp: 'timestamp.json',
  snapshot: '1.snapshot.json',
  targets: '1.targets.json',
};

type File = ReturnType<typeof decode>;

/** Parses a file after an edit; null if it is fine, or what is wrong with it. */
function fault(kind: DocumentKind, edit: (file: File) => void): string | null {
  const file = decode(repository.get(FILES[kind]));
  edit(file);
  const bytes = encode(file as unknown as JsonValue);
  const parsed = parseDocument(kind, bytes, sha256(bytes));
  return 'malformed' in parsed ? parsed.malformed : null;
}

/** The object at a path such as `roles.root`. */
function at(file: File, path: string): Json {
  return path.split('.').reduce((node, name) => node[name] as Json, file.signed);
}

/** Each edit of a signed part, which must make it malformed. */
function refuses(kind: DocumentKind, edits: Record<string, (signed: Json, file: File) => void>): void {
  for (const [what, edit] of Object.entries(edits)) {
    assert.notEqual(
      fault(kind, (file) => edit(file.signed, file)),
      null,
      `${kind}: ${what}`,
    );
  }
}

const KINDS = Object.keys(FILES) as DocumentKind[];

test('document: each kind is parsed as itself and as no other', () => {
  for (const kind of KINDS) {
    assert.equal(
      fault(kind, () => {}),
      null,
    );
    for (const other of KINDS.filter((one) => one !== kind)) {
      const parsed = parseDocument(other, repository.get(FILES[kind]), '');
      assert('malformed' in parsed, `${kind} as ${other}`);
    }
  }
});

test('document: members that the specification does not know are let through', () => {
  for (const kind of KINDS) {
    assert.equal(
      fault(kind, (file) => Object.assign(file.signed, { comment: { text: [1] } })),
      null,
      kind,
    );
    assert.equal(
      fault(kind, (file) => Object.assign(file, { comment: 1 })),
      null,
      kind,
    );
  }
});

test('document: a version is a positive integer that every reader reads alike', () => {
  for (const version of [0, -1, 1.5, 2 ** 53, '1', null, [1], true]) {
    for (const kind of KINDS)
      refuses(kind, { [`version ${version}`]: (signed) => Object.assign(signed, { version }) });
    refuses('timestamp', {
      [`snapshot ${version}`]: (_, file) =>
        Object.assign(at(file, 'meta')['snapshot.json'] as Json, { version }),
    });
    refuses('snapshot', {
      [`targets ${version}`]: (_, file) =>
        Object.assign(at(file, 'meta')['targets.json'] as Json, { version }),
    });
  }
  assert.equal(
    fault('root', (file) => Object.assign(file.signed, { version: 2 ** 53 - 1 })),
    null,
  );
});

test('document: expiry is a date in UTC that exists', () => {
  const wrong = [
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00:00+00:00',
    '2026-01-01',
    'Thu, 01 Jan 2026 00:00:00 GMT',
    '+010000-01-01T00:00:00Z',
    '',
    0,
    null,
  ];
  for (const expires of wrong) {
    for (const kind of KINDS)
      refuses(kind, { [`${expires}`]: (signed) => Object.assign(signed, { expires }) });
  }
  for (const expires of ['2028-02-29T00:00:00Z', '2026-01-01T00:00:00.123Z']) {
    assert.equal(
      fault('targets', (file) => Object.assign(file.signed, { expires })),
      null,
      expires,
    );
  }
});

test('document: the specification is any 1.x', () => {
  for (const spec_version of ['2.0.0', '1', '1.', '1.0.0.0', '01.0.0', '1.0.x', ' 1.0.0', '1e0', 1, null]) {
    for (const kind of KINDS) {
      refuses(kind, { [`${spec_version}`]: (signed) => Object.assign(signed, { spec_version }) });
    }
  }
  for (const spec_version of ['1.0', '1.0.0', '1.0.34', '1.2.3']) {
    assert.equal(
      fault('root', (file) => Object.assign(file.signed, { spec_version })),
      null,
      spec_version,
    );
  }
});

test('document: no member of the specification may be missing', () => {
  for (const kind of KINDS) {
    for (const name of Object.keys(decode(repository.get(FILES[kind])).signed)) {
      if (name === 'delegations') continue;
      refuses(kind, { [`without ${name}`]: (signed) => delete signed[name] });
    }
    refuses(kind, {
      'without signatures': (_, file) => delete (file as Partial<File>).signatures,
      'without signed': (_, file) => delete (file as Partial<File>).signed,
    });
  }
});

test('document: signatures are hexadecimal, of known length, one for a key, and not too many', () => {
  const other = { keyid: key('other').id, sig: 'ab'.repeat(64) };
  assert.equal(
    fault('root', ({ signatures }) => signatures.push(other)),
    null,
  );
  assert.equal(
    fault('root', ({ signatures }) => signatures.push({ ...other, sig: '' })),
    null,
  );
  refuses('root', {
    'two of one key': (_, { signatures }) => signatures.push(other, other),
    'no hexadecimal': (_, { signatures }) => signatures.push({ ...other, sig: 'zz'.repeat(64) }),
    'upper case': (_, { signatures }) => signatures.push({ ...other, sig: 'AB'.repeat(64) }),
    short: (_, { signatures }) => signatures.push({ ...other, sig: 'ab' }),
    'no key id': (_, { signatures }) => signatures.push({ ...other, keyid: 'constructor' }),
    'too many': (_, { signatures }) => {
      for (let n = 0; n <= SIGNATURES_MAX; n++) signatures.push({ ...other, keyid: sha256(`${n}`) });
    },
  });
});

test('root document: a key id is the hash of its key, so that one key has one id', () => {
  const { id, json } = key('root-1');
  const again = (change: object) => (_: Json, file: File) => {
    const twin = { ...json, ...change } as unknown as Json;
    at(file, 'keys')[sha256(JSON.stringify(twin))] = twin;
  };
  refuses('root', {
    'under another id': (_, file) => {
      at(file, 'keys')['0'.repeat(64)] = json as unknown as Json;
    },
    'with a further member': again({ comment: 'twin' }),
    'in upper case': again({ keyval: { public: json.keyval.public.toUpperCase() } }),
    'of another type': again({ keytype: 'rsa' }),
    'of another scheme': again({ scheme: 'ed25519ph' }),
    'too short': again({ keyval: { public: json.keyval.public.slice(2) } }),
    'with a private half': again({ keyval: { ...json.keyval, private: '' } }),
    'another key under this id': (_, file) => {
      at(file, 'keys')[id] = key('root-2').json as unknown as Json;
    },
  });
});

test('root document: thresholds can be met and are not zero, and key ids are not counted twice', () => {
  const role = (change: Json) => (_: Json, file: File) => Object.assign(at(file, 'roles.root'), change);
  const [one, two] = [key('root-1').id, key('root-2').id];
  refuses('root', {
    'threshold 0': role({ threshold: 0 }),
    'threshold -1': role({ threshold: -1 }),
    'threshold 1.5': role({ threshold: 1.5 }),
    'threshold above the number of keys': role({ threshold: 4 }),
    'a key twice': role({ keyids: [one, two, one] }),
    'no keys': role({ keyids: [], threshold: 1 }),
    'a key that is not there': role({ keyids: [one, two, sha256('nobody')] }),
    'too many keys': (_, file) => {
      for (let n = 0; n <= KEYS_MAX; n++)
        at(file, 'keys')[key(`many-${n}`).id] = key(`many-${n}`).json as never;
    },
    'a role less': (_, file) => delete at(file, 'roles').snapshot,
  });
});

test('root document: consistent snapshots are a must', () => {
  refuses('root', {
    no: (signed) => Object.assign(signed, { consistent_snapshot: false }),
    text: (signed) => Object.assign(signed, { consistent_snapshot: 'true' }),
  });
});

test('timestamp document: names the snapshot and nothing else', () => {
  refuses('timestamp', {
    another: (_, file) => Object.assign(at(file, 'meta'), { 'targets.json': { version: 1 } }),
    none: (signed) => Object.assign(signed, { meta: {} }),
    'hashes without SHA-256': (_, file) =>
      Object.assign(at(file, 'meta.snapshot.json'.slice(0, 4)), {
        'snapshot.json': { version: 1, hashes: { sha512: 'ab'.repeat(64) } },
      }),
    'a negative length': (signed) =>
      Object.assign(signed, { meta: { 'snapshot.json': { version: 1, length: -1 } } }),
  });
  const plain = { 'snapshot.json': { version: 1 } };
  assert.equal(
    fault('timestamp', (file) => Object.assign(file.signed, { meta: plain })),
    null,
  );
});

test('snapshot document: names the targets, and files whose names are harmless, and not too many', () => {
  const names = (name: string) => (_: Json, file: File) =>
    Object.assign(at(file, 'meta'), { [name]: { version: 1 } });
  refuses('snapshot', {
    'no targets': (_, file) => delete at(file, 'meta')['targets.json'],
    'a path': names('../../x.json'),
    'upper case': names('Guards.json'),
    'no ending': names('guards'),
    'a list': (signed) => Object.assign(signed, { meta: [] }),
    'too many': (_, file) => {
      for (let n = 0; n < SNAPSHOT_FILES_MAX; n++) at(file, 'meta')[`role-${n}.json`] = { version: 1 };
    },
  });
});

test('targets document: the number of targets is bounded before anything is made of them', () => {
  const fill = (count: number) => (file: File) => {
    const targets: Json = {};
    for (let n = 0; n < count; n++) targets[`x/${n}`] = { length: 1, hashes: { sha256: sha256(`${n}`) } };
    file.signed.targets = targets;
  };
  assert.equal(fault('targets', fill(TARGETS_PER_ROLE_MAX)), null);
  assert.match(fault('targets', fill(TARGETS_PER_ROLE_MAX + 1)) ?? '', /more than/);
});

test('targets document: delegations name keys, roles and paths that cannot do harm', () => {
  const role = (change: object) => (_: Json, file: File) =>
    Object.assign((at(file, 'delegations').roles as Json[])[0], change);
  refuses('targets', {
    'the name of a top-level role': role({ name: 'targets' }),
    'a path as a name': role({ name: '../x' }),
    'digits, which JavaScript would reorder': role({ name: '12' }),
    'threshold 0': role({ threshold: 0 }),
    'a threshold that cannot be met': role({ threshold: 2 }),
    'a key twice': role({ keyids: [key('guards-1').id, key('guards-1').id] }),
    'a key that is not there': role({ keyids: [key('nobody').id] }),
    'no paths': role({ paths: undefined }),
    'hash prefixes': role({ path_hash_prefixes: ['00'] }),
    'hash prefixes alone': role({ paths: undefined, path_hash_prefixes: ['00'] }),
    'many stars in one part': role({ paths: ['a/*x*x*'] }),
    braces: role({ paths: ['{1..99999999}/*'] }),
    'an extended pattern': role({ paths: ['+(a|aa)/*'] }),
    'a negated pattern': role({ paths: ['!a/*'] }),
    'a pattern too long': role({ paths: ['a'.repeat(257)] }),
    'no word on terminating': role({ terminating: undefined }),
    'a role twice': (_, file) => {
      const roles = at(file, 'delegations').roles as Json[];
      roles.push(structuredClone(roles[0]));
    },
    'too many roles': (_, file) => {
      const roles = at(file, 'delegations').roles as Json[];
      for (let n = 0; n < DELEGATIONS_MAX; n++) roles.push({ ...roles[0], name: `role-${n}` });
    },
    'succinct roles': (_, file) => {
      at(file, 'delegations').succinct_roles = {
        keyids: [key('guards-1').id],
        threshold: 1,
        bit_length: 8,
        name_prefix: 'bin',
      };
    },
    'a key under another id': (_, file) => {
      at(file, 'delegations.keys')['0'.repeat(64)] = key('guards-1').json as unknown as Json;
    },
  });
  const fine = (_: Json, file: File) => role({ paths: ['a/*-?.wasm', 'b/*'] })(_, file);
  assert.equal(
    fault('targets', (file) => fine(file.signed, file)),
    null,
  );
});

test('document: another spelling and other signatures say the same, another content does not', () => {
  const parse = (value: unknown) => {
    const bytes = encode(value as JsonValue);
    const parsed = parseDocument('timestamp', bytes, sha256(bytes));
    assert('document' in parsed);
    return parsed.document;
  };
  const { signed, signatures } = decode(repository.get('timestamp.json'));
  const shuffled = Object.fromEntries(Object.entries(signed).reverse());
  assert(saySame(parse({ signed, signatures }), parse({ signatures: [], signed: shuffled })));
  assert(!saySame(parse({ signed, signatures }), parse({ signatures, signed: { ...signed, x: 1 } })));
});
