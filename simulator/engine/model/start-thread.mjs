/**
 * The thread of a run starts here: it bundles its own code, and goes on with that.
 *
 * The main thread draws the network meanwhile, and would have no time to listen.
 */

import { pathToFileURL } from 'node:url';
import { bundleThread } from '../gossipsub/bundle.mjs';

const file = await bundleThread(new URL('./thread.ts', import.meta.url));
await import(pathToFileURL(file).href);
