/**
 * The `relaywave` command on a disk that fails where RELAYWAVE_DISK_FAULT says (node/testing/disk-faults.ts): JSON with
 * `folder`, `fault`, `reads`, and `report`, a file that gets the names of all operations.
 */

import { writeFileSync } from 'node:fs';
import { register } from 'tsx/esm/api';

register();
const { breakDisk, prepareDiskFaults } = await import('../../node/testing/disk-faults.ts');
await prepareDiskFaults();
const { report, ...options } = JSON.parse(process.env.RELAYWAVE_DISK_FAULT);
const { operations } = breakDisk(options);
if (report !== undefined) process.once('exit', () => writeFileSync(report, JSON.stringify(operations)));
await import('../cli/main.ts');
