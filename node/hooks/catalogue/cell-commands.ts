/**
 * Commands of cells and of relay cells, as Tor numbers them.
 *
 * Source: the Tor specification, "Cell packet format" (tor-spec, section 3) and "Relay cells" (section 6.1),
 * with the commands of flow control (proposal 324) and conflux (proposal 329).
 */

export const CELL = {
  padding: 0,
  create: 1,
  created: 2,
  relay: 3,
  destroy: 4,
  createFast: 5,
  createdFast: 6,
  versions: 7,
  netinfo: 8,
  relayEarly: 9,
  create2: 10,
  created2: 11,
  paddingNegotiate: 12,
  vpadding: 128,
  certs: 129,
  authChallenge: 130,
  authenticate: 131,
} as const;

export const RELAY = {
  begin: 1,
  data: 2,
  end: 3,
  connected: 4,
  sendme: 5,
  extend: 6,
  extended: 7,
  truncate: 8,
  truncated: 9,
  drop: 10,
  resolve: 11,
  resolved: 12,
  beginDir: 13,
  extend2: 14,
  extended2: 15,
  confluxLink: 19,
  confluxLinked: 20,
  confluxLinkedAck: 21,
  confluxSwitch: 22,
  establishIntro: 32,
  establishRendezvous: 33,
  introduce1: 34,
  introduce2: 35,
  rendezvous1: 36,
  rendezvous2: 37,
  introEstablished: 38,
  rendezvousEstablished: 39,
  introduceAck: 40,
  paddingNegotiate: 41,
  paddingNegotiated: 42,
  xoff: 43,
  xon: 44,
} as const;

/** Which of 256 commands there are: looked up for each cell. */
function tableOf(commands: readonly number[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const command of commands) table[command] = 1;
  return table;
}

const cellCommands = tableOf(Object.values(CELL));
const relayCommands = tableOf(Object.values(RELAY));

export function isCellCommand(command: number): boolean {
  return cellCommands[command] === 1;
}

export function isRelayCommand(command: number): boolean {
  return relayCommands[command] === 1;
}

/** Bytes of a cell of fixed length: circuit id 4, command 1, payload 509. */
export const CELL_BYTES = 514;
