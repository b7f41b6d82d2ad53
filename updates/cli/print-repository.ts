/** What the verbs of a repository print: an outcome, the state of the roles, what waits, as lines or JSON. */

import type { Publication } from '../repository/repository.ts';
import type { RepositoryStatus } from '../repository/repository-status.ts';
import type { Waiting } from '../repository/staged-change.ts';
import { callOf } from './call-words.ts';
import { durationText } from './duration.ts';

const shortId = (keyId: string) => keyId.slice(0, 8);

export function waitingLine({ role, version, threshold, signed, unsigned }: Waiting): string {
  const who = unsigned.length === 0 ? 'nobody' : unsigned.map(shortId).join(', ');
  return `${role} ${version} has ${signed.length} of ${threshold} signatures; can sign: ${who}`;
}

function publicationText(what: string, publication: Publication, json: boolean): string[] {
  const { live, files, versions, waiting } = publication;
  if (json) {
    const list = [...files].map(([name, bytes]) => ({ name, bytes: bytes.length }));
    return [JSON.stringify({ what, live, versions, files: list, waiting })];
  }
  const lines = [`${live ? 'published' : 'staged'}: ${what}`];
  for (const [name, bytes] of files) lines.push(`  ${name}  ${bytes.length} bytes`);
  for (const one of waiting) lines.push(`  waits: ${waitingLine(one)}`);
  return lines;
}

/** Prints the outcome; the exit code. */
export function finishPublication(
  what: string,
  publication: Publication,
  { repository, json }: { readonly repository: string; readonly json?: boolean },
  io: { out(line: string): void; err(line: string): void },
): number {
  for (const line of publicationText(what, publication, json === true)) io.out(line);
  if (publication.waiting.length > 0) {
    io.err(
      `next: the holders of these keys: ${callOf('update', 'sign', '--repository', repository, '--key FILE')}`,
    );
  }
  return 0;
}

export function statusText(folder: string, status: RepositoryStatus, json: boolean): string[] {
  if (json) return [JSON.stringify(status)];
  const rows = status.roles.map(({ role, version, threshold, keys, expires, secondsLeft, paths }) => [
    role,
    String(version),
    `${threshold} of ${keys.length}`,
    secondsLeft > 0 ? `${expires} (${durationText(secondsLeft)})` : `EXPIRED ${expires}`,
    [keys.map(shortId).join(' '), ...paths].join('  '),
  ]);
  const lines = [folder, ...columns([['role', 'version', 'keys', 'expires', 'key ids'], ...rows])];
  if (status.roles.length === 0) lines.push('  not published yet');
  lines.push('updates');
  for (const { path, role, bytes, fraction, revoked } of status.updates) {
    const share = fraction === null ? '' : `  ${Math.round(fraction * 1e6) / 1e4} %`;
    lines.push(`  ${path}  ${bytes} bytes  ${role}${share}${revoked ? '  revoked' : ''}`);
  }
  if (status.updates.length === 0) lines.push('  none');
  for (const { name, lines: changes } of status.staged) {
    lines.push(`staged: ${name}`, ...changes.map((line) => `  ${line}`));
  }
  if (status.waiting.length > 0)
    lines.push('waiting', ...status.waiting.map((one) => `  ${waitingLine(one)}`));
  return lines;
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd(),
  );
}
