/**
 * JSON as it must be in signed metadata: what every reader reads in the same way.
 *
 * JSON.parse takes the last of two equal keys and says nothing; another reader may take the first, and the two
 * would see different metadata under one signature. The same goes for halves of surrogate pairs, which all become
 * one replacement character when they are encoded to be signed. So both are refused here.
 */

import { JSON_DEPTH_MAX } from './limits.ts';

export type StrictJson = { readonly value: unknown } | { readonly malformed: string };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function parseStrictJson(bytes: Uint8Array): StrictJson {
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { malformed: 'no UTF-8' };
  }
  try {
    value = JSON.parse(text);
  } catch {
    return { malformed: 'no JSON' };
  }
  const fault = findAmbiguity(text);
  return fault === null ? { value } : { malformed: fault };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const ARRAY_BEGIN = 0x5b;
const ARRAY_END = 0x5d;
const OBJECT_BEGIN = 0x7b;
const OBJECT_END = 0x7d;

/** Looks through text that JSON.parse has taken, which is why so little of the grammar is needed. */
function findAmbiguity(text: string): string | null {
  /** Keys seen in each object around this place; null for an array. */
  const around: (Set<string> | null)[] = [];
  let keys: Set<string> | null = null;
  let keyIsNext = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = closingQuote(text, at);
        const content = contentOf(text, at, end);
        if (content === null) return 'half of a surrogate pair';
        if (keyIsNext && keys !== null) {
          if (keys.has(content)) return `the key ${JSON.stringify(content)} twice in one object`;
          // An object of JavaScript takes this key for its prototype in some places and not in others.
          if (content === '__proto__') return 'the key "__proto__"';
          keys.add(content);
          keyIsNext = false;
        }
        at = end;
        break;
      }
      case COMMA:
        keyIsNext = keys !== null;
        break;
      case OBJECT_BEGIN:
      case ARRAY_BEGIN:
        if (around.length === JSON_DEPTH_MAX) return `nested deeper than ${JSON_DEPTH_MAX}`;
        around.push(keys);
        keys = text.charCodeAt(at) === OBJECT_BEGIN ? new Set() : null;
        keyIsNext = keys !== null;
        break;
      case OBJECT_END:
      case ARRAY_END:
        keys = around.pop() ?? null;
        keyIsNext = false;
        break;
    }
  }
  return null;
}

function closingQuote(text: string, openingQuote: number): number {
  for (let at = openingQuote + 1; ; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at++;
  }
}

/** What stands between two quotes, escapes resolved; null if half a surrogate pair is in it. */
function contentOf(text: string, openingQuote: number, closing: number): string | null {
  const raw = text.slice(openingQuote + 1, closing);
  if (!raw.includes('\\')) return raw; // UTF-8 has no halves: only an escape can make one
  const content = JSON.parse(`"${raw}"`) as string;
  return /\p{Surrogate}/u.test(content) ? null : content;
}
