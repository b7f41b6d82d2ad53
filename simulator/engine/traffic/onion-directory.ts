/**
 * The relays as clients know them: who they are, where, and which flags authorities vote for them.
 *
 * The population knows countries, networks and /24s. Each /24 gets a /16 of its own, so that the rule of one
 * relay per /16 keeps apart what shares a /24 and no more. Operators' relays are their family. Exits are drawn,
 * unless the population knows them; the other flags are voted by nine steady relays that act as directory authorities, with the hook for votes.
 */

import { createHash } from 'node:crypto';
import { directoryVote } from '../../../node/hooks/catalogue/directory-vote.ts';
import { Consensus, type RelayDescriptor } from '../../../node/relay/consensus.ts';
import { castVote, type Observation } from '../../../node/relay/directory-vote.ts';
import type { HookSlots } from '../../../node/relay/hook-slots.ts';
import { KeyPair, type PublicKey } from '../../../node/relay/x25519.ts';
import { type Population, UPTIME_CLASSES } from '../../population/population.ts';
import { randomStream } from '../random.ts';

/** The first /16 used, 20.0; the last, with 8,000 /24s, is 51.63: no private networks in between. */
const FIRST_NETWORK = 20 << 8;
const OR_PORT = 9001;
/** Weights are whole numbers; the heaviest relay of Tor has about 1 % of all. */
const WEIGHT_SCALE = 10_000_000;
/** Directory authorities of Tor in 2025. */
const VOTERS = 9;

/**
 * What authorities have seen of relays of each uptime class: permille of time up in the middle of the class, and
 * a mean time between failures to go with it. Only steady ones can be guards. An assumption, but for the classes.
 */
const SEEN: Readonly<
  Record<(typeof UPTIME_CLASSES)[number], { permille: number; betweenFailuresHours: number }>
> = {
  steady: { permille: 995, betweenFailuresHours: 720 },
  regular: { permille: 950, betweenFailuresHours: 200 },
  intermittent: { permille: 700, betweenFailuresHours: 48 },
  rare: { permille: 200, betweenFailuresHours: 12 },
};
const KNOWN_HOURS = 4000;

/** A relay's place in the directory; its onion key is made when first needed. */
export class SimulatedDescriptor implements RelayDescriptor {
  readonly relay: number;
  readonly identity: Uint8Array;
  readonly fingerprint: string;
  readonly address: number;
  readonly port = OR_PORT;
  readonly weight: number;
  readonly exit: boolean;
  readonly family: string | null;
  guard = false;
  private readonly seed: number;
  private keys: KeyPair | null = null;

  constructor(relay: number, population: Population, seed: number, exit: boolean, hasFamily: boolean) {
    this.relay = relay;
    this.seed = seed;
    this.exit = exit;
    this.identity = createHash('sha1').update(`relay ${relay} of seed ${seed}`).digest();
    this.fingerprint = Buffer.from(this.identity).toString('hex');
    this.address = (((FIRST_NETWORK + population.subnet[relay]) << 16) | (relay & 0xffff)) >>> 0;
    this.weight = Math.max(1, Math.round(population.consensusWeight[relay] * WEIGHT_SCALE));
    this.family = hasFamily ? String(population.operator[relay]) : null;
  }

  get onionKeys(): KeyPair {
    this.keys ??= new KeyPair(
      createHash('sha256').update(`onion key of relay ${this.relay}, seed ${this.seed}`).digest(),
    );
    return this.keys;
  }

  get onionKey(): PublicKey {
    return this.onionKeys.publicKey;
  }
}

export class OnionDirectory {
  readonly descriptors: readonly SimulatedDescriptor[];
  /** Relays that vote. */
  readonly voters: readonly number[];
  private readonly population: Population;
  private current: Consensus | null = null;

  constructor(population: Population, seed: number, exitShare: number) {
    const { relays, operator } = population;
    this.population = population;
    const sizes = new Uint32Array(population.operators);
    for (const one of operator) sizes[one]++;
    const exits = Math.max(1, Math.round(exitShare * relays));
    const order = randomStream(seed, 'exits').shuffle(
      Array.from({ length: relays }, (_unused, relay) => relay),
    );
    const known = population.exit;
    const isExit = new Set(
      known === undefined ? order.slice(0, exits) : order.filter((relay) => known[relay]),
    );
    this.descriptors = Array.from(
      { length: relays },
      (_unused, relay) =>
        new SimulatedDescriptor(relay, population, seed, isExit.has(relay), sizes[operator[relay]] > 1),
    );
    const steady = order.filter((relay) => UPTIME_CLASSES[population.uptimeClass[relay]] === 'steady');
    this.voters = (steady.length > 0 ? steady : order).slice(0, VOTERS);
  }

  get consensus(): Consensus {
    if (this.current === null) throw new Error('the authorities have not voted');
    return this.current;
  }

  /** A new consensus: a flag stands if more than half of the votes give it. Who is down (null) does not vote. */
  vote(slotsOf: (relay: number) => HookSlots | null): void {
    const seen = this.observations();
    const guardVotes = new Uint8Array(seen.length);
    const voters = this.voters.flatMap((voter) => slotsOf(voter) ?? []);
    for (const slots of voters) {
      const votes = castVote(slots.slot(directoryVote), seen);
      for (const [relay, { guard }] of votes.entries()) if (guard) guardVotes[relay]++;
    }
    for (const descriptor of this.descriptors) {
      descriptor.guard = guardVotes[descriptor.relay] * 2 > voters.length;
    }
    this.current = new Consensus(this.descriptors);
  }

  private observations(): Observation[] {
    const { uptimeClass, advertisedBytesPerSecond } = this.population;
    return this.descriptors.map(({ relay, fingerprint }) => {
      const { permille, betweenFailuresHours } = SEEN[UPTIME_CLASSES[uptimeClass[relay]]];
      return {
        fingerprint,
        uptimeHours: betweenFailuresHours,
        betweenFailuresHours,
        uptimePermille: permille,
        knownHours: KNOWN_HOURS,
        kilobytesPerSecond: advertisedBytesPerSecond[relay] / 1000,
      };
    });
  }
}
