/** What the CSV files share: quoting, and how long curves are thinned. */

/** A curve with more steps than this is thinned: every nth step is kept, and the last. */
export const MAX_ROWS_PER_CURVE = 20_000;

/** A field, quoted where it has to be (RFC 4180). */
export function csvField(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** Indexes of the steps that are written: all, or every nth and the last. */
export function writtenRows(steps: number): { readonly every: number; readonly rows: readonly number[] } {
  const every = Math.max(1, Math.ceil(steps / MAX_ROWS_PER_CURVE));
  const rows: number[] = [];
  for (let row = every - 1; row < steps; row += every) rows.push(row);
  if (steps > 0 && rows.at(-1) !== steps - 1) rows.push(steps - 1);
  return { every, rows };
}
