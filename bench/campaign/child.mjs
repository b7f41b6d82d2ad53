/** Starts a file of the benchmark in a process of its own: `node child.mjs FILE JSON`, as the command itself starts. */

import { register } from 'tsx/esm/api';

register();
const [, , file, ask] = process.argv;
const { answer } = await import(new URL(file, import.meta.url).href);
process.stdout.write(`${JSON.stringify(await answer(JSON.parse(ask)))}\n`, () => process.exit(0));
