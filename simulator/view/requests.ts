/** Bodies of requests: what they must look like, and how much of one is read. */

import type { Context } from 'hono';
import { z } from 'zod';
import { RUNS_MAX } from '../measure/bootstrap.ts';

/** A scenario has at most 1 MiB; what JSON adds to it fits beside. */
export const BODY_BYTES_MAX = 1024 * 1024 + 64 * 1024;

const SET_MAX = 32;
/** Control characters have no place in a word of a command. */
const word = z
  .string()
  .max(500)
  .refine((text) => !/\p{Cc}/u.test(text), 'holds control characters');

const requestShape = {
  file: z.string().max(255),
  text: z.string().optional(),
  seed: z
    .string()
    .regex(/^\d{1,10}$/, 'is no whole number')
    .optional(),
  scale: z
    .string()
    .regex(/^\d{0,3}(?:\.\d{1,9})?%?$/, 'is no share')
    .optional(),
  runs: z.int().min(1).max(RUNS_MAX).optional(),
  set: z.array(word).max(SET_MAX).optional(),
};

export const runRequestSchema = z.strictObject(requestShape);
export const startRequestSchema = z.strictObject({ ...requestShape, replace: z.boolean().optional() });
export const saveRequestSchema = z.strictObject({ text: z.string() });

/** An answer other than 200, in place of what was asked for. */
export class HttpRefusal extends Error {
  override readonly name = 'HttpRefusal';
  readonly status: 400 | 403 | 404 | 409 | 412 | 413 | 415 | 422 | 428 | 429;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: HttpRefusal['status'],
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/**
 * The text of the body. What says that it is too large is refused unread, what turns out to be is read up to the limit
 * and no further; the connection is closed after it, since the rest of the body would come before the next request.
 */
async function readBody(context: Context): Promise<string> {
  const tooLarge = () =>
    new HttpRefusal(413, `the body is larger than ${BODY_BYTES_MAX} bytes`, { Connection: 'close' });
  const { body } = context.req.raw;
  if (Number(context.req.header('content-length') ?? 0) > BODY_BYTES_MAX) throw tooLarge();
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > BODY_BYTES_MAX) throw tooLarge();
    chunks.push(value);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new HttpRefusal(400, 'the body is not UTF-8');
  }
}

/** The JSON in the body, of that shape. */
export async function readJsonBody<Shape>(context: Context, schema: z.ZodType<Shape>): Promise<Shape> {
  if (!/^application\/json(?:;|$)/i.test(context.req.header('content-type') ?? '')) {
    throw new HttpRefusal(415, 'the body must be application/json', { Connection: 'close' });
  }
  const text = await readBody(context);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HttpRefusal(400, 'the body is not JSON');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new HttpRefusal(400, `${issue?.path.join('.') || 'the body'}: ${issue?.message ?? 'is wrong'}`);
}
