/** The options of `node`, read: what a relay is started with, or all that is wrong with them. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CHANNEL_NAMES } from '../../node/channels/channel.ts';
import { type AddressUse, addressProblem } from '../../node/daemon/addresses.ts';
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from '../../node/daemon/log.ts';
import type { DaemonOptions } from '../../node/daemon/relay-daemon.ts';
import { WebServer } from '../../node/relay/exchange.ts';
import type { ThirdPartyPolicy } from '../../node/trust/trust-client.ts';
import { parseDuration } from '../scenario/units.ts';

export interface NodeOptions {
  readonly listen?: readonly string[];
  readonly announce?: readonly string[];
  readonly peer?: readonly string[];
  readonly root?: string;
  readonly state?: string;
  readonly statusPort?: string;
  readonly channels: string;
  readonly authority?: readonly string[];
  readonly pollEvery: string;
  readonly thirdParties: string;
  readonly developmentNetwork?: boolean;
  readonly exit: string;
  readonly drain: string;
  readonly logLevel: string;
  readonly logFormat?: string;
}

export interface OptionMistake {
  readonly message: string;
  readonly hint: string;
}

/** What was asked for; the log is the caller's to make. */
export interface NodePlan extends Omit<DaemonOptions, 'log'> {
  readonly drainMs: number;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

/** Channels that are named; `directory` comes with --authority. */
const NAMED_CHANNELS = CHANNEL_NAMES.filter((name) => name !== 'directory');
const PORT_MAX = 65_535;

/** Reads the options; `isTerminal` decides how the log looks where they do not say. */
export function readNodeOptions(
  options: NodeOptions,
  userFolder: string,
  isTerminal: boolean,
): NodePlan | readonly OptionMistake[] {
  const mistakes: OptionMistake[] = [];
  const wrong = (message: string, hint: string): void => {
    mistakes.push({ message, hint });
  };
  const addresses = (option: string, given: readonly string[] = [], use: AddressUse) => {
    for (const text of given) {
      const found = addressProblem(text, use);
      if (found !== null) wrong(`--${option} ${text}: ${found.problem}`, found.hint);
    }
    return given;
  };
  const oneOf = <Name extends string>(option: string, text: string, names: readonly Name[]): Name => {
    if (!(names as readonly string[]).includes(text)) {
      wrong(`--${option} ${text}: there is none of that name`, `give one of ${names.join(', ')}`);
    }
    return text as Name;
  };
  const durationMs = (option: string, text: string, leastMs: number): number => {
    const read = parseDuration(text, 'ms');
    if ('value' in read && read.value >= leastMs) return read.value;
    const problem = 'problem' in read ? read.problem : 'is too short';
    wrong(`--${option} ${text}: ${problem}`, `give a time such as ${leastMs === 0 ? '30s' : '1h'}`);
    return leastMs;
  };

  if ((options.listen ?? []).length === 0) {
    wrong('--listen is missing', 'give an address such as --listen /ip4/127.0.0.1/tcp/9001');
  }
  const plan: NodePlan = {
    listen: addresses('listen', options.listen, 'listen'),
    announce: addresses('announce', options.announce, 'dial'),
    peers: addresses('peer', options.peer, 'dial'),
    authorities: addresses('authority', options.authority, 'named'),
    root: readRoot(options.root, userFolder, wrong),
    stateFolder: readFolder(options.state, userFolder, wrong),
    statusPort: readPort(options.statusPort, wrong),
    channels: options.channels.split(',').map((name) => oneOf('channels', name, NAMED_CHANNELS)),
    pollEveryMs: durationMs('poll-every', options.pollEvery, 1000),
    thirdParties: readThirdParties(options.thirdParties),
    developmentNetwork: options.developmentNetwork === true,
    exitService: oneOf('exit', options.exit, ['none', 'exchange']) === 'exchange' ? new WebServer() : null,
    drainMs: durationMs('drain', options.drain, 0),
    logLevel: oneOf('log-level', options.logLevel, LOG_LEVELS),
    logFormat: oneOf('log-format', options.logFormat ?? (isTerminal ? 'text' : 'json'), LOG_FORMATS),
  };
  return mistakes.length > 0 ? mistakes : plan;
}

type Tell = (message: string, hint: string) => void;

function readRoot(file: string | undefined, userFolder: string, wrong: Tell): Uint8Array {
  const hint = 'give the file 1.root.json of the update repository: update repository create writes one';
  if (file === undefined) wrong('--root is missing', hint);
  else {
    try {
      return new Uint8Array(readFileSync(path.resolve(userFolder, file)));
    } catch (error) {
      wrong(`--root ${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`, hint);
    }
  }
  return new Uint8Array(0);
}

function readFolder(folder: string | undefined, userFolder: string, wrong: Tell): string {
  if (folder === undefined) wrong('--state is missing', 'give a folder that this relay alone uses');
  return path.resolve(userFolder, folder ?? '.');
}

function readPort(text: string | undefined, wrong: Tell): number | null {
  if (text === undefined) return null;
  if (!/^\d{1,5}$/.test(text) || Number(text) > PORT_MAX) {
    wrong(`--status-port ${text}: is no port`, `give a number up to ${PORT_MAX}; 0 takes any that is free`);
  }
  return Number(text);
}

function readThirdParties(text: string): ThirdPartyPolicy {
  return text === 'all' || text === 'none' ? text : text.split(',');
}
