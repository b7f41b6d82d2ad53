/** Runs parts of the benchmark in processes of their own, one at a time, so that memory and processor time are theirs. */

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('./child.mjs', import.meta.url));
const STDERR_KEPT = 4000;
const REASON_LENGTH = 200;

/** What a process died of, in one line without places on this machine: its error, or its last words. */
export function lastWords(stderr: string): string {
  const lines = stderr.split('\n').flatMap((line) => line.trim() || []);
  const words =
    lines.findLast((line) => /^(\w*Error\b|FATAL ERROR).*: /.test(line)) ?? lines.at(-1) ?? 'without a word';
  return words.replace(/(file:\/\/)?(\/[\w.@-]+)+\/([\w.-]+)/g, '$3').slice(0, REASON_LENGTH);
}

/** What `answer` of the file gives for `ask`. Rejects with the process's last words where it ends otherwise. */
export function askChild<Answer>(file: string, ask: unknown, signal?: AbortSignal): Promise<Answer> {
  const child = spawn(process.execPath, [CHILD, file, JSON.stringify(ask)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal === undefined ? {} : { signal }),
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err = (err + text).slice(-STDERR_KEPT)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, killedBy) => {
      if (code === 0) resolve(JSON.parse(out.trim().split('\n').at(-1)!) as Answer);
      else reject(new Error(`ended with ${killedBy ?? `exit code ${code}`}: ${lastWords(err)}`));
    });
  });
}
