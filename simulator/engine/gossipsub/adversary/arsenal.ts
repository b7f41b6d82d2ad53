/**
 * What the adversary's relays send: for each attack the next hostile message, made of what they have heard.
 *
 * The relays collude: they share the archive of genuine messages, the stolen keys and the hostile module. All
 * chance comes from the relay that sends, so that no relay's draws depend on another's.
 */

import { createHash } from 'node:crypto';
import { decodeBundle, encodeBundle } from '../../../../node/channels/bundle.ts';
import { TIMESTAMP_FILE } from '../../../../node/trust/file-name.ts';
import type { AttackPlan } from '../../../scenario/scenario.ts';
import {
  type Edits,
  forgePublication,
  type GenuineFiles,
  type StolenKey,
  type StolenKeys,
} from './forgery.ts';

/** Version numbers so high that no honest publisher reaches them in the time of a run. */
const FAST_FORWARD = 1_000_000;
const NOISE_BYTES = 20_000;

type Files = ReadonlyMap<string, Uint8Array>;
type Draw = () => number;

export interface HostileModule {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly custom: object;
}

export interface ArsenalParts {
  /** All keys of the developers' online roles, and of `targets` as many as there are; attacks say how many they use. */
  readonly stolen: StolenKeys;
  /** A key of the adversary's own, which nobody trusts. */
  readonly ownKey: StolenKey;
  /** The hostile module of an attack with stolen keys. */
  readonly hostileModule: (attack: AttackPlan) => HostileModule;
  /** Told of every forgery and the keys that sign it. */
  readonly onForgery?: (attack: AttackPlan, keys: StolenKeys) => void;
}

export class Arsenal {
  /** Genuine messages that were heard, oldest first, with the newest version of each file in them. */
  private readonly archive: { readonly bytes: Uint8Array; readonly files: Files }[] = [];
  private readonly known = new Set<string>();
  private newest: Record<'timestamp' | 'snapshot' | 'targets', Uint8Array | undefined> = {
    timestamp: undefined,
    snapshot: undefined,
    targets: undefined,
  };
  private readonly parts: ArsenalParts;

  constructor(parts: ArsenalParts) {
    this.parts = parts;
  }

  /** Keeps a message that the developers have sent; the adversary's own are known by their bytes. */
  remember(bytes: Uint8Array): void {
    const id = sha256(bytes);
    if (this.known.has(id)) return;
    this.known.add(id);
    const files = decodeBundle(bytes);
    if (files === null) return;
    this.archive.push({ bytes, files });
    this.newest = {
      timestamp: files.get(TIMESTAMP_FILE) ?? this.newest.timestamp,
      snapshot: fileOf(files, 'snapshot') ?? this.newest.snapshot,
      targets: fileOf(files, 'targets') ?? this.newest.targets,
    };
  }

  /** The next message of an attack, or null while there is nothing to make it of. */
  message(attack: AttackPlan, draw: Draw): Uint8Array | null {
    const message = this.make(attack, draw);
    if (message !== null) this.known.add(sha256(message));
    return message;
  }

  private make(attack: AttackPlan, draw: Draw): Uint8Array | null {
    const { stolen, ownKey, hostileModule } = this.parts;
    const genuine = this.genuine();
    if (genuine === null) return null;
    switch (attack.attack) {
      case 'replay':
        return this.older(draw);
      case 'mixed':
        return this.mixed();
      case 'tampered':
        return this.tampered(draw);
      case 'invalid-modules': {
        const bytes = Uint8Array.from({ length: NOISE_BYTES }, () => Math.floor(draw() * 256));
        const { path, custom } = hostileModule(attack);
        const keys = { targets: [ownKey], snapshot: [ownKey], timestamp: [ownKey] };
        return this.forge(attack, genuine, { ahead: 1, target: { path, bytes, custom } }, keys);
      }
      case 'fast-forward':
        return this.forge(attack, genuine, { ahead: FAST_FORWARD }, { ...stolen, targets: [] });
      case 'equivocation': {
        // Every relay tells one of two stories; both are signed under the same version.
        const hour = draw() < 0.5 ? '00' : '12';
        const edits = { ahead: 1, timestampExpires: `2100-01-01T${hour}:00:00Z` };
        return this.forge(attack, genuine, edits, { ...stolen, targets: [] });
      }
      case 'stolen-keys': {
        const keys = { ...stolen, targets: stolen.targets.slice(0, attack.keys) };
        return this.forge(attack, genuine, { ahead: 1, target: hostileModule(attack) }, keys);
      }
      case 'false-revocation': {
        const own = { targets: [ownKey], snapshot: [ownKey], timestamp: [ownKey] };
        const theft = { ...stolen, targets: stolen.targets.slice(0, attack.keys) };
        return this.forge(attack, genuine, { ahead: 1, revokesAll: true }, attack.keys === 0 ? own : theft);
      }
      case 'freeze':
        return null; // it says nothing: see hostile-relay.ts
    }
  }

  private forge(attack: AttackPlan, genuine: GenuineFiles, edits: Edits, keys: StolenKeys): Uint8Array {
    this.parts.onForgery?.(attack, keys);
    return encodeBundle(forgePublication(genuine, edits, keys));
  }

  private genuine(): GenuineFiles | null {
    const { timestamp, snapshot, targets } = this.newest;
    return timestamp === undefined || snapshot === undefined || targets === undefined
      ? null
      : { timestamp, snapshot, targets };
  }

  /** One of the messages before the newest, whole or, to be another message to routers, without its module. */
  private older(draw: Draw): Uint8Array | null {
    const count = this.archive.length - 1;
    if (count < 1) return null;
    const { bytes, files } = this.archive[Math.floor(draw() * count)]!;
    if (draw() < 0.5) return bytes;
    return encodeBundle(new Map([...files].filter(([name]) => !name.startsWith('targets/'))));
  }

  /** The newest timestamp over the snapshot of the publication before, under the newest one's name. */
  private mixed(): Uint8Array | null {
    const last = this.archive.at(-1);
    const before = this.archive.findLast(({ files }) => files !== last?.files && fileOf(files, 'snapshot'));
    const older = before === undefined ? undefined : fileOf(before.files, 'snapshot');
    if (last === undefined || older === undefined) return null;
    return encodeBundle(
      new Map(
        [...last.files].map(([name, bytes]) => [name, name.endsWith('.snapshot.json') ? older : bytes]),
      ),
    );
  }

  /** The newest message with one bit of one file turned over. */
  private tampered(draw: Draw): Uint8Array | null {
    const last = this.archive.at(-1);
    if (last === undefined) return null;
    const victim = Math.floor(draw() * last.files.size);
    let index = 0;
    const files = new Map<string, Uint8Array>();
    for (const [name, bytes] of last.files) {
      files.set(name, index++ === victim ? withBitTurned(bytes, draw) : bytes);
    }
    return encodeBundle(files);
  }
}

function withBitTurned(bytes: Uint8Array, draw: Draw): Uint8Array {
  const changed = bytes.slice();
  changed[Math.floor(draw() * changed.length)]! ^= 1 << Math.floor(draw() * 8);
  return changed;
}

/** The file of a top-level role in a bundle, whatever its version. */
function fileOf(files: Files, role: 'snapshot' | 'targets'): Uint8Array | undefined {
  for (const [name, bytes] of files) if (new RegExp(`^\\d+\\.${role}\\.json$`).test(name)) return bytes;
  return undefined;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
