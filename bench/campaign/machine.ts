/** Where and when the figures were taken. */

import os from 'node:os';
import { installedVersions, ownVersion } from '../../simulator/report/manifest.ts';

export interface MachineFacts {
  readonly date: string;
  readonly relaywave: string;
  readonly node: string;
  readonly gossipsub: string;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
}

export function machineFacts(): MachineFacts {
  const cpus = os.cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    relaywave: ownVersion(),
    node: process.versions.node,
    gossipsub: installedVersions()['@chainsafe/libp2p-gossipsub']!,
    platform: `${os.platform()} ${os.release().split('-')[0]} ${os.arch()}`,
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    memoryBytes: os.totalmem(),
  };
}

/** Tasks that run or wait for a processor, mean of the last minute; 0 on systems that do not say. */
export function loadAverage(): number {
  return os.loadavg()[0]!;
}
