/** Runs parts of the benchmark in processes of their own, one at a time, so that memory and processor time are theirs. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('./child.mjs', import.meta.url));
const STDERR_SHOWN = 2000;

/** What `answer` of the file gives for `ask`. Rejects with the process's last words where it ends otherwise. */
export function askChild<Answer>(file: string, ask: unknown, signal?: AbortSignal): Promise<Answer> {
  const child = spawn(process.execPath, [CHILD, file, JSON.stringify(ask)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal === undefined ? {} : { signal }),
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err = (err + text).slice(-STDERR_SHOWN)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, killedBy) => {
      if (code === 0) resolve(JSON.parse(out.trim().split('\n').at(-1)!) as Answer);
      else reject(new Error(`ended with ${killedBy ?? `exit code ${code}`}: ${err.trim()}`));
    });
  });
}
