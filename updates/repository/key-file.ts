/**
 * Keys as files: a private one that only its owner can read, and a public one to give away.
 *
 *     targets-37e736d6.key.json   PKCS8, its id, the role it is meant for
 *     targets-37e736d6.pub.json   the public half
 *
 * A development key is marked as such, and known as one even if somebody takes the mark off. A private key that
 * others can read is refused: it may have been copied.
 */

import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { makeFolders } from '../../node/make-folders.ts';
import { isDevelopmentKey } from '../../node/trust/development-keys.ts';
import { RepositoryError } from './repository-error.ts';
import { type PublicKey, publicKeyFromHex, type SigningKey, signingKey } from './signing-key.ts';

const PRIVATE_END = '.key.json';
const PUBLIC_END = '.pub.json';

const meta = {
  keytype: z.literal('ed25519'),
  keyid: z.string(),
  /** The role that it was made for; any role may be given it. */
  role: z.string(),
  development: z.boolean(),
};
const privateSchema = z.strictObject({ ...meta, private: z.string() });
const publicSchema = z.strictObject({ ...meta, public: z.string() });

/** A key with what its file says of it. */
export interface KeyFile {
  readonly file: string;
  readonly role: string;
  readonly development: boolean;
  readonly key: PublicKey | SigningKey;
}

/** Makes a key of its own, from the randomness of the machine. */
export function generateKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey;
}

/** Writes both halves of a key; answers their files. Throws RepositoryError if they are there already. */
export function writeKey(
  folder: string,
  role: string,
  privateKey: KeyObject,
): KeyFile & { publicFile: string } {
  const key = signingKey(privateKey);
  const development = isDevelopmentKey(key.keyId);
  const base = path.join(folder, `${role}-${key.keyId.slice(0, 8)}`);
  const [file, publicFile] = [base + PRIVATE_END, base + PUBLIC_END];
  const about = { keytype: 'ed25519', keyid: key.keyId, role, development };
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  writing(folder, () => makeFolders(folder, { mode: 0o700 }));
  for (const [name, content, mode] of [
    [file, { ...about, private: pem }, 0o600],
    [publicFile, { ...about, public: key.publicHex }, 0o644],
  ] as const) {
    if (existsSync(name)) throw new RepositoryError('key-file', `${name} exists`, 'take another folder');
    // A key that is half a key must not have its name.
    const unfinished = `${name}.unfinished`;
    writing(name, () => {
      try {
        writeFileSync(unfinished, `${JSON.stringify(content, null, 2)}\n`, { mode, flush: true });
        renameSync(unfinished, name);
      } catch (error) {
        rmSync(unfinished, { force: true });
        throw error;
      }
    });
  }
  return { file, publicFile, role, development, key };
}

/** Folders are not searched through: who signs says with which keys. */
function cureOfNone(folder: string, wanted: 'private' | 'any'): string {
  const within = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && filesAt(path.join(folder, entry.name), wanted).length > 0)
    .map(({ name }) => path.join(folder, name))
    .sort();
  return within.length > 0
    ? `name the folders in it: ${within.join(' ')}`
    : 'make some: npm run update -- keys';
}

function writing(name: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const { code = (error as Error).message } = error as NodeJS.ErrnoException;
    throw new RepositoryError('key-file', `${name}: cannot be written (${code})`, 'take another folder');
  }
}

/** The keys of files and of the private keys in folders. Throws RepositoryError, also if there is none. */
export function readKeys(paths: readonly string[], wanted: 'private' | 'any'): KeyFile[] {
  const keys = paths.flatMap((given) => {
    const files = filesAt(given, wanted);
    if (files.length > 0) return files.map(readKey);
    throw new RepositoryError('key-file', `${given}: no keys in it`, cureOfNone(given, wanted));
  });
  const byId = new Map<string, KeyFile>();
  for (const key of keys) {
    const known = byId.get(key.key.keyId);
    // Of both halves of a key the one that can sign.
    if (known === undefined || !('sign' in known.key)) byId.set(key.key.keyId, key);
  }
  const found = [...byId.values()];
  const unable = found.find(({ key }) => !('sign' in key));
  if (wanted === 'any' || unable === undefined) return found;
  throw new RepositoryError(
    'key-file',
    `${unable.file}: a public key cannot sign`,
    `give the file ${PRIVATE_END}`,
  );
}

/** In a folder the private keys come with their public halves, which are skipped unless they stand alone. */
function filesAt(given: string, wanted: 'private' | 'any'): string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(given).isDirectory();
  } catch {
    throw new RepositoryError('key-file', `${given}: cannot be read`, 'make keys: npm run update -- keys');
  }
  if (!isFolder) return [given];
  const names = readdirSync(given).sort();
  const isKey = (name: string) =>
    name.endsWith(PRIVATE_END) ||
    (wanted === 'any' && name.endsWith(PUBLIC_END) && !names.includes(name.replace(PUBLIC_END, PRIVATE_END)));
  return names.filter(isKey).map((name) => path.join(given, name));
}

function readKey(file: string): KeyFile {
  const content = parse(file);
  const asPrivate = privateSchema.safeParse(content);
  if (asPrivate.success) {
    refuseReadable(file);
    return keyFile(file, asPrivate.data, () => signingKey(createPrivateKey(asPrivate.data.private)));
  }
  const asPublic = publicSchema.safeParse(content);
  if (asPublic.success) return keyFile(file, asPublic.data, () => publicKeyFromHex(asPublic.data.public));
  throw new RepositoryError('key-file', `${file}: is no key`, 'make one: npm run update -- keys');
}

function keyFile(
  file: string,
  about: { keyid: string; role: string; development: boolean },
  read: () => PublicKey,
): KeyFile {
  let key: PublicKey;
  try {
    key = read();
  } catch (error) {
    throw new RepositoryError('key-file', `${file}: ${(error as Error).message}`, 'take it from a backup');
  }
  if (key.keyId !== about.keyid) {
    throw new RepositoryError('key-file', `${file}: the key in it is ${key.keyId}`, 'take it from a backup');
  }
  return { file, role: about.role, development: about.development || isDevelopmentKey(key.keyId), key };
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new RepositoryError('key-file', `${file}: ${(error as Error).message}`, 'give the file of a key');
  }
}

/** Rights of group and others; Windows has none of that kind. */
function refuseReadable(file: string): void {
  if (process.platform === 'win32' || (statSync(file).mode & 0o077) === 0) return;
  throw new RepositoryError(
    'key-file',
    `${file}: others than its owner can read or change this private key`,
    `if nobody has copied it: chmod 600 ${file}; if somebody may have, rotate it`,
  );
}
