/**
 * SVG and HTML as text: elements with escaped attributes and text.
 *
 * Names of scenarios and arms come from a user's file and land in charts and in the report, so nothing
 * reaches a page but through `escapeMarkup`. Markup made here is branded, so that plain text cannot be
 * mistaken for it.
 */

/** Text that is markup already: never escaped again, never made from a user's words. */
export interface Markup {
  readonly markup: string;
}

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Drops the control characters and half pairs that XML 1.0 does not allow, escaped or not. */
export function withoutControls(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what has to go
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])/g,
    '',
  );
}

/** Replaces what XML gives a meaning, and drops what it does not allow. */
export function escapeMarkup(text: string): string {
  return withoutControls(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Takes text that is known to be well-formed markup. */
export function trusted(markup: string): Markup {
  return { markup };
}

export type Content = Markup | string;

/** Joins pieces: markup as it is, strings escaped. */
export function join(...pieces: readonly Content[]): Markup {
  return trusted(
    pieces.map((piece) => (typeof piece === 'string' ? escapeMarkup(piece) : piece.markup)).join(''),
  );
}

/** Elements of HTML that have no end. */
const VOID = new Set(['meta']);

/** One element. Attributes that are undefined are left out; numbers keep two digits after the point. */
export function element(name: string, attributes: Attributes, ...content: readonly Content[]): Markup {
  let text = '';
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    const written = typeof value === 'number' ? String(Math.round(value * 100) / 100) : escapeMarkup(value);
    text += ` ${key}="${written}"`;
  }
  if (VOID.has(name)) return trusted(`<${name}${text}>`);
  return trusted(`<${name}${text}>${join(...content).markup}</${name}>`);
}
