/** Where a thread of the pool starts: loads the TypeScript sources through tsx. */

import { register } from 'tsx/esm/api';

register();
await import('./task-thread.ts');
