/** The thread that simulates traffic while operators restart their relays. */

import { parentPort, workerData } from 'node:worker_threads';
import { findDrain } from '../virtual-clock.ts';
import { atNextWallTurn } from '../wall.ts';
import type { RestartJob, RestartMessage } from './restart-job.ts';
import { RestartNetwork } from './restart-network.ts';

function tell(message: RestartMessage): void {
  parentPort?.postMessage(message);
}

// Nothing of the data plane waits for a promise; where Node cannot drain them, there is nothing to drain.
const drain = (await findDrain()) ?? (() => {});
const network = new RestartNetwork(workerData as RestartJob);
atNextWallTurn(() => {
  const result = network.run(drain, (virtualSeconds) => tell({ type: 'progress', virtualSeconds }));
  tell({ type: 'finished', result });
});
