/**
 * Sybils as a scenario has them after reading: peers of an adversary's own that attack gossip itself.
 *
 * They are no relays of the population: nobody counts them, they run no updates, and they hold no keys. The attacks
 * that bear a name in the evaluation report of gossipsub 1.1 (Vyzovitis et al., 2020) are meant as there.
 */

export const GOSSIP_ATTACKS = [
  /** In the meshes of its targets, passing nothing on. */
  'eclipse',
  /** As eclipse, but the sybils make their links while the relays make theirs. */
  'cold-boot',
  /** Well behaved until all of them fall silent at once. */
  'covert-flash',
  /** As eclipse, but the sybils are there before any relay has found another. */
  'attack-at-dawn',
  /** A share of the messages not passed on. */
  'degradation',
  /** Everything passed on but publications that carry a module. */
  'censoring',
  /** Messages announced that do not exist. */
  'ihave-flood',
  /** Messages asked for again and again. */
  'iwant-flood',
  /** Mesh links left and asked for at once, whatever the backoff. */
  'graft-flood',
  /** Messages not wanted that do not exist. */
  'idontwant-flood',
  /** Topics that nobody else has, subscribed to and left. */
  'subscription-flood',
  /** Messages on the topic of updates that are no publication. */
  'invalid-messages',
] as const;
export type GossipAttackName = (typeof GOSSIP_ATTACKS)[number];

/** Whom the sybils make links to: relays drawn for each of them, all publishers, or one relay that is none. */
export const SYBIL_TARGETS = ['network', 'publisher', 'relay'] as const;
export type SybilTarget = (typeof SYBIL_TARGETS)[number];

export interface SybilPlan {
  readonly attack: GossipAttackName;
  readonly target: SybilTarget;
  /** Number of sybils. */
  readonly count: number;
  /** Links of each sybil; fewer where there are fewer targets. */
  readonly degree: number;
  /** Their links come up within three seconds from then on, virtual seconds from the start of the run. */
  readonly connectSeconds: number;
  /** The attack; before and after it sybils behave well. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
  /** For floods: each sybil sends to all its links so often; 0 otherwise. */
  readonly everySeconds: number;
  /** For floods of ids, topics and messages: how many each time; 0 otherwise. */
  readonly batch: number;
  /** For degradation: the share of messages that is not passed on; 0 otherwise. */
  readonly dropShare: number;
  /** So many sybils share an IP address. */
  readonly perAddress: number;
  readonly uplinkBitsPerSecond: number;
}

/** Attacks that send something of their own again and again, with the number of things they send each time. */
export const FLOOD_BATCHES: Readonly<Partial<Record<GossipAttackName, number>>> = {
  'ihave-flood': 100,
  'iwant-flood': 100,
  'graft-flood': 0,
  'idontwant-flood': 100,
  'subscription-flood': 100,
  'invalid-messages': 1,
};

export function isFlood(attack: GossipAttackName): boolean {
  return FLOOD_BATCHES[attack] !== undefined;
}

/** Whether an attack's `batch` means something. */
export function hasBatch(attack: GossipAttackName): boolean {
  return (FLOOD_BATCHES[attack] ?? 0) > 0;
}
