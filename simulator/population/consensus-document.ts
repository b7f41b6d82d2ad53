/**
 * Reads a consensus of Tor's directory authorities, as CollecTor publishes it (dir-spec, section 3.4.1).
 *
 * Of a relay only the lines `r`, `s`, `v` and `w` are read, and of `r` neither nickname nor port; what the
 * document says of authorities, parameters and signatures is skipped and not verified. Both flavours are
 * read: in the microdescriptor one the `r` line has no digest. An annotation (`@type ...`) may come first.
 */

import { createHash } from 'node:crypto';
import { excerptOf, type Problem, quoted, ScenarioError } from '../scenario/problem.ts';

export interface ConsensusRelay {
  /** Line of its `r`, from 1. */
  readonly line: number;
  /** The fingerprint in base64, as on the `r` line; `hashedFingerprint` is what may leave this room. */
  readonly identity: string;
  /** IPv4 address as a number. */
  readonly address: number;
  readonly flags: readonly string[];
  /** As on the `v` line without "Tor "; null where the line is missing or names another program. */
  readonly version: string | null;
  /** `Bandwidth=` of the `w` line, in kilobytes per second by the specification; null without one. */
  readonly bandwidth: number | null;
}

export interface ConsensusDocument {
  readonly validAfterMs: number;
  readonly relays: readonly ConsensusRelay[];
}

/** Tor has some 10,000 relays and 3 MiB; this is ten times that. */
export const CONSENSUS_BYTES_MAX = 32 * 1024 * 1024;
const PROBLEMS_MAX = 40;
const IDENTITY = /^[A-Za-z0-9+/]{27}$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;

interface OpenRelay {
  line: number;
  offset: number;
  identity: string;
  address: number;
  flags: string[] | null;
  version: string | null;
  bandwidth: number | null;
}

/** SHA-1 of a fingerprint's bytes, hexadecimal in lower case: the "hashed fingerprint" of Onionoo. */
export function hashedFingerprint(identity: string): string {
  return createHash('sha1').update(Buffer.from(identity, 'base64')).digest('hex');
}

/** A dotted IPv4 address as a number; null for anything else. */
export function ipv4Number(text: string): number | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  let number = 0;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return null;
    number = number * 256 + Number(part);
  }
  return number;
}

/** A UTC time such as 2026-01-17 13:00:00 in milliseconds; null for anything else. */
export function utcMs(text: string): number | null {
  if (!TIMESTAMP.test(text)) return null;
  const ms = Date.parse(`${text.replace(' ', 'T')}Z`);
  // Date.parse rolls 31 February over on some engines.
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(text.slice(0, 10)) ? null : ms;
}

/** Whether a text begins as a consensus does, annotations aside. */
export function looksLikeConsensus(text: string): boolean {
  return /^(@[^\n]*\n)*network-status-version\b/.test(text.slice(0, 1000).replace(/\r/g, ''));
}

class Reader {
  readonly problems: Problem[] = [];
  private readonly relays: OpenRelay[] = [];
  private readonly lineOfIdentity = new Map<string, number>();
  private validAfterMs: number | null = null;
  private isConsensus = false;
  private isOver = false;
  private isBroken = false;
  private readonly text: string;
  private readonly file: string;

  constructor(text: string, file: string) {
    this.text = text;
    this.file = file;
  }

  fault(line: number, offset: number, words: string, message: string, hint: string): void {
    const excerpt = excerptOf(this.text, line, offset, offset + Math.max(1, words.length));
    this.problems.push({ file: this.file, line, column: 1, path: '', message, hint, excerpt });
  }

  read(): ConsensusDocument {
    let offset = 0;
    let number = 0;
    for (const raw of this.text.split('\n')) {
      this.line(++number, offset, raw.replace(/\r$/, ''));
      offset += raw.length + 1;
      if (this.isOver || this.problems.length >= PROBLEMS_MAX) break;
    }
    if (this.problems.length === 0) {
      if (this.validAfterMs === null) {
        this.fault(1, 0, '', 'has no line valid-after', 'a consensus says when it is valid');
      } else if (this.relays.length === 0) {
        this.fault(1, 0, '', 'lists no relay', 'name a whole consensus, as CollecTor publishes it');
      } else if (!this.isOver) {
        const hint = 'it ends before its line directory-footer; fetch it again';
        this.fault(number, offset - 1 - (this.text.split('\n').at(-1)?.length ?? 0), '', 'is cut off', hint);
      }
    }
    if (this.problems.length > 0) throw new ScenarioError(this.problems);
    const relays = this.relays.map(({ flags, offset: _offset, ...relay }) => ({
      ...relay,
      flags: flags ?? [],
    }));
    return { validAfterMs: this.validAfterMs!, relays };
  }

  private line(number: number, offset: number, line: string): void {
    if (line === '' || line.startsWith('@')) return;
    const [keyword = '', ...args] = line.split(' ');
    if (!this.isConsensus) {
      if (keyword === 'network-status-version' && args[0] === '3') this.isConsensus = true;
      else {
        const hint = 'it begins with network-status-version 3; archives must be unpacked first';
        this.fault(number, offset, line, 'is not a consensus of version 3', hint);
        this.isOver = true;
      }
      return;
    }
    switch (keyword) {
      case 'vote-status':
        if (args[0] === 'consensus') return;
        this.fault(number, offset, line, `is a ${args[0]}, not a consensus`, 'votes are no use here');
        this.isOver = true;
        return;
      case 'valid-after':
        this.validAfterMs = utcMs(args.join(' '));
        if (this.validAfterMs === null) {
          this.fault(number, offset, line, 'is no time', 'as in valid-after 2026-01-17 13:00:00');
        }
        return;
      case 'r':
        this.router(number, offset, line, args);
        return;
      case 's':
      case 'v':
      case 'w':
        this.ofRouter(number, offset, line, keyword, args);
        return;
      case 'directory-signature': // before consensus method 9 there is no footer
      case 'directory-footer':
        this.isOver = true;
    }
  }

  private router(number: number, offset: number, line: string, args: readonly string[]): void {
    // nickname identity [digest] date time address ORPort DirPort
    const [, identity = ''] = args;
    const address = ipv4Number(args.at(-3) ?? '');
    this.isBroken = true;
    if (args.length !== 7 && args.length !== 8) {
      this.fault(number, offset, line, `has ${args.length} fields, not 7 or 8`, 'see dir-spec, "r"');
    } else if (!IDENTITY.test(identity)) {
      this.fault(number, offset, line, `${quoted(identity)} is no identity`, '27 letters of base64');
    } else if (address === null) {
      this.fault(number, offset, line, `${quoted(args.at(-3))} is no IPv4 address`, 'as in 192.0.2.1');
    } else if (this.lineOfIdentity.has(identity)) {
      const before = this.lineOfIdentity.get(identity);
      this.fault(number, offset, line, `is the relay of line ${before} again`, 'a relay is listed once');
    } else {
      this.isBroken = false;
      this.lineOfIdentity.set(identity, number);
      const known = { flags: null, version: null, bandwidth: null };
      this.relays.push({ line: number, offset, identity, address, ...known });
    }
  }

  private ofRouter(number: number, offset: number, line: string, keyword: string, args: string[]): void {
    const relay = this.relays.at(-1);
    if (this.isBroken) return;
    if (relay === undefined) {
      this.fault(number, offset, line, `a line ${keyword} before any relay`, 'it belongs below a line r');
    } else if (keyword === 's') relay.flags = args.filter((flag) => flag !== '');
    else if (keyword === 'v') relay.version = args[0] === 'Tor' ? (args[1] ?? null) : null;
    else {
      const written = args.find((arg) => arg.startsWith('Bandwidth='))?.slice('Bandwidth='.length);
      if (written !== undefined && /^\d{1,15}$/.test(written)) relay.bandwidth = Number(written);
      else this.fault(number, offset, line, 'has no whole number Bandwidth=', 'as in w Bandwidth=5000');
    }
  }
}

/** The consensus in a text; `file` is for messages. Throws ScenarioError with every mistake and its line. */
export function parseConsensus(text: string, file: string): ConsensusDocument {
  return new Reader(text, file).read();
}

/** Relays that clients may use: those with the flag Running. */
export function runningRelays(document: ConsensusDocument): ConsensusRelay[] {
  return document.relays.filter(({ flags }) => flags.includes('Running'));
}
