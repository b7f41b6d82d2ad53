#!/usr/bin/env node
/** The `relaywave` command: loads the TypeScript sources through tsx, then runs the verb. */
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');
