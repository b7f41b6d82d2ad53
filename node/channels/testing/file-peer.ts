/** A peer of a test that answers by the sync protocol, honestly or as it is told. */

import { RequestError, type RequestFailure } from '../../environment.ts';
import type { TrustVersions } from '../../trust/trust-client.ts';
import { decodeRequest, encodeFilePart, encodeState, type FilePart } from '../sync-protocol.ts';
import type { Asked, ManualAnswer } from './manual-environment.ts';

export type FileAsked = Asked & { readonly name: string; readonly offset: number };

/** What it does with a question for a part: sends it, fails, or refuses (null). */
export type PartAnswer = FilePart | RequestFailure | null;

/** Answers every FILE by `part`, and STATE with `versions`. */
export function filePeer(
  part: (asked: FileAsked) => PartAnswer | Promise<PartAnswer>,
  versions: TrustVersions | null = null,
): ManualAnswer {
  return async (asked) => {
    const request = decodeRequest(asked.body);
    if (request === null) return null;
    if (request.kind === 'state') return versions === null ? null : encodeState(versions);
    const answer = await part({ ...asked, name: request.name, offset: request.offset });
    if (typeof answer === 'string') return new RequestError(answer, asked.peer);
    return answer === null ? null : encodeFilePart(answer);
  };
}

/** The part of a file that was asked for, as an honest peer sends it. */
export function honestPart(bytes: Uint8Array, { offset, limits }: FileAsked): FilePart {
  const end = Math.min(bytes.length, offset + limits.maxBytes - 4);
  return { totalBytes: bytes.length, bytes: bytes.subarray(offset, end) };
}
