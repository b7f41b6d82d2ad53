/** Files of results as they are, each under the policy of its kind; what is of no known kind is not shown. */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { POLICY_CHART, POLICY_DATA, POLICY_REPORT } from './headers.ts';
import { decodedParts, innerPath } from './inner-path.ts';
import { HttpRefusal } from './requests.ts';

interface Kind {
  readonly type: string;
  readonly policy: string;
}

const KINDS: Readonly<Record<string, Kind>> = {
  '.html': { type: 'text/html; charset=utf-8', policy: POLICY_REPORT },
  '.svg': { type: 'image/svg+xml', policy: POLICY_CHART },
  '.png': { type: 'image/png', policy: POLICY_DATA },
  '.csv': { type: 'text/csv; charset=utf-8', policy: POLICY_DATA },
  '.json': { type: 'application/json; charset=utf-8', policy: POLICY_DATA },
  '.yaml': { type: 'text/plain; charset=utf-8', policy: POLICY_DATA },
  '.parquet': { type: 'application/vnd.apache.parquet', policy: POLICY_DATA },
};

/** Answers with the file under that encoded path in the folder. */
export async function resultsFile(folder: string, encodedPath: string): Promise<Response> {
  const found = await innerPath(folder, decodedParts(encodedPath));
  if ('refused' in found) {
    if (found.refused === 'bad-path') throw new HttpRefusal(400, 'this is no path in results/');
    throw new HttpRefusal(404, 'there is no such file in results/');
  }
  const kind = KINDS[extname(found.path).toLowerCase()];
  const stats = await stat(found.path).catch(() => null);
  if (kind === undefined || stats === null || !stats.isFile()) {
    throw new HttpRefusal(404, 'there is no such file in results/');
  }
  const stream = Readable.toWeb(createReadStream(found.path)) as ReadableStream<Uint8Array>;
  return new Response(stream, {
    headers: {
      'Content-Type': kind.type,
      'Content-Length': String(stats.size),
      'Content-Security-Policy': kind.policy,
    },
  });
}
