/** What the server and its page must agree on beside the shapes (api-shapes.ts). */

/** Carries the token of whoever writes. */
export const TOKEN_HEADER = 'X-Relaywave-Token';

/** Runs that are set side by side at most: more lines nobody tells apart. */
export const COMPARED_MAX = 8;
