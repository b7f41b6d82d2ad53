/**
 * The headers of every answer: nothing may be loaded from anywhere else, framed, sniffed or told to anybody.
 *
 * A report is a page of its own with scripts in it, made from results that somebody else may have sent. It is opened
 * in a sandbox: with an origin of its own it can read nothing here, and it may not send anything anywhere.
 */

const ONLY_HERE = ["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"];

/** For answers that are no page: data, scripts, styles. */
export const POLICY_DATA = ["default-src 'none'", ...ONLY_HERE].join('; ');

/** For the page itself. The editor writes its styles into the page, and marks them with the nonce. */
export function policyOfPage(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    ...ONLY_HERE,
  ].join('; ');
}

/** For report.html and other pages among results: scripts of their own, and no network at all. */
export const POLICY_REPORT = [
  "default-src 'none'",
  "script-src 'unsafe-inline'",
  "style-src 'unsafe-inline'",
  'img-src data: blob:',
  'font-src data:',
  'sandbox allow-scripts allow-downloads allow-popups',
  ...ONLY_HERE,
].join('; ');

/** For charts, which are drawn with styles and hold no script. */
export const POLICY_CHART = ["default-src 'none'", "style-src 'unsafe-inline'", 'sandbox', ...ONLY_HERE].join(
  '; ',
);

/** On every answer, whatever it holds. */
export const HEADERS_OF_ALL: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
  'Cache-Control': 'no-store',
};
