/**
 * All sybils of a run: who they are, whom they link to and when, their floods, and what came of it.
 *
 * They are hosts behind the relays and authorities. Sybils dial, so a relay counts them as inbound peers; a relay takes
 * every connection, as the routers set no limit. Where a relay is away when they come, or goes away, they come back
 * with it.
 */

import type { Multiaddr } from '@multiformats/multiaddr';
import { UPDATE_TOPIC } from '../../../../node/channels/gossip-channel.ts';
import type { MeshSample, SybilResult } from '../../../measure/sybil-result.ts';
import type { Scenario } from '../../../scenario/scenario.ts';
import { isFlood, type SybilPlan } from '../../../scenario/sybil-plan.ts';
import { SOURCES_MAX } from '../../event-queue.ts';
import { type RandomStream, randomStream } from '../../random.ts';
import { LINKS_START_US, linksUpUs, RELAYS_UP_US } from '../../start-plan.ts';
import { Call, type VirtualClock } from '../../virtual-clock.ts';
import type { FrameMint } from '../frame.ts';
import type { Hosts } from '../hosts.ts';
import { type Identity, realIdentity, sybilAddress, syntheticIdentity } from '../identity.ts';
import type { SimulatedRelay } from '../relay.ts';
import type { BlameListener, WatchedRouter } from '../router.ts';
import type { Transport } from '../transport.ts';
import { Sybil, type SybilTally } from './sybil.ts';

/** Links come up one by one within so long. */
const CONNECT_WITHIN_US = 3_000_000;
/** js-libp2p tolerates so many peers of one address. */
const PEERS_OF_ADDRESS_MAX = 10;
const SAMPLES_MAX = 120;
const SAMPLE_EVERY_LEAST_SECONDS = 1;

/**
 * Whether a relay may see more peers of one address than it tolerates: then a score can be below zero with nothing
 * held against the peer, and neither routers nor scores may sleep.
 */
export function crowdsAddresses(plan: SybilPlan | null): boolean {
  return plan !== null && plan.perAddress > PEERS_OF_ADDRESS_MAX;
}

export interface CrewParts {
  readonly plan: SybilPlan;
  readonly scenario: Scenario;
  readonly relays: number;
  /** The first sybil's index among the hosts. */
  readonly firstHost: number;
  readonly publishers: ReadonlySet<number>;
  readonly clock: VirtualClock;
  readonly transport: Transport;
  readonly mint: FrameMint;
  readonly hosts: Hosts;
  /** By host; the crew adds its own. */
  readonly identities: Identity[];
  readonly addresses: Multiaddr[];
  readonly relayOf: (index: number) => SimulatedRelay;
  /** When a relay joins; 0 for the start of the run. */
  readonly joinsUs: (relay: number) => number;
  readonly onError: (error: unknown) => void;
}

/** A link that is to be. */
interface PlannedLink {
  readonly sybil: number;
  readonly relay: number;
  readonly atUs: number;
}

export class SybilCrew {
  private readonly parts: CrewParts;
  private readonly sybils: Sybil[] = [];
  private readonly names = new Set<string>();
  private readonly tally: SybilTally = { frames: 0, bytes: 0, links: 0, attempts: 0 };
  private readonly targets: readonly number[];
  /** The targets, or all relays. */
  private readonly attacked: readonly number[];
  private readonly links: readonly PlannedLink[];
  private readonly linksOfRelay = new Map<number, PlannedLink[]>();
  private readonly samples: MeshSample[] = [];
  private readonly blames = { penalty: 0, 'invalid-message': 0 };
  private linksMade = 0;

  constructor(parts: CrewParts) {
    this.parts = parts;
    this.targets = targetsOf(parts);
    this.attacked = this.targets.length > 0 ? this.targets : allRelays(parts.relays);
    this.links = plannedLinks(parts, this.targets);
    for (const link of this.links) {
      const known = this.linksOfRelay.get(link.relay);
      if (known === undefined) this.linksOfRelay.set(link.relay, [link]);
      else known.push(link);
    }
  }

  readonly onBlame: BlameListener = (peer, blame) => {
    if (this.names.has(peer)) this.blames[blame]++;
  };

  async build(fast: boolean): Promise<void> {
    const { plan, scenario, firstHost, clock, transport, mint, hosts, identities, addresses, onError } =
      this.parts;
    const { seed } = scenario;
    const requests = { clock, transport, hosts, onError };
    for (let number = 0; number < plan.count; number++) {
      const index = firstHost + number;
      const identity = fast ? syntheticIdentity(index, seed) : await realIdentity(index, seed);
      identities[index] = identity;
      addresses[index] = sybilAddress(Math.floor(number / plan.perAddress));
      this.names.add(identity.peerId.toString());
      const sybil = new Sybil(index, number, randomStream(seed, 'sybil', number), {
        plan,
        clock,
        transport,
        mint,
        topic: UPDATE_TOPIC,
        tally: this.tally,
        requests,
      });
      this.sybils.push(sybil);
      hosts.local[index] = sybil;
    }
  }

  /** Schedules links, floods and samples. */
  plan(): void {
    const { plan, scenario, clock, joinsUs } = this.parts;
    for (const link of this.links) {
      if (joinsUs(link.relay) === 0) this.join(link, link.atUs);
    }
    if (isFlood(plan.attack)) for (const sybil of this.sybils) this.planFloods(sybil);
    const everySeconds = Math.max(
      SAMPLE_EVERY_LEAST_SECONDS,
      Math.ceil(scenario.durationSeconds / SAMPLES_MAX),
    );
    for (let seconds = everySeconds; seconds <= scenario.durationSeconds; seconds += everySeconds) {
      clock.plan(seconds * 1e6, new Call(clock.system, () => this.sample(seconds)));
    }
  }

  /** A relay has come or come back: the sybils that are to be at it, and would be by now, make their links. */
  relayUp(relay: number): void {
    const { clock, scenario } = this.parts;
    const { nowUs } = clock;
    const jitter = randomStream(scenario.seed, `sybils return after ${nowUs}`, relay);
    for (const link of this.linksOfRelay.get(relay) ?? []) {
      const soonUs = nowUs + jitter.integer(CONNECT_WITHIN_US);
      const isPlanned = this.parts.joinsUs(relay) === 0 && link.atUs > nowUs;
      if (!isPlanned) this.join(link, Math.max(soonUs, link.atUs));
    }
  }

  result(): SybilResult {
    const { links, frames, bytes, attempts } = this.tally;
    return {
      links,
      frames,
      bytes: Math.round(bytes),
      attempts,
      penalties: this.blames.penalty,
      invalidMessages: this.blames['invalid-message'],
      graylistedPairs: this.countGraylisted(),
      targets: this.targets,
      samples: this.samples,
    };
  }

  /** Both ends of a link come up at once, each in an event of its own. */
  private join({ sybil, relay }: PlannedLink, timeUs: number): void {
    const { firstHost, hosts, relayOf, clock } = this.parts;
    const index = firstHost + sybil;
    const number = ++this.linksMade * SOURCES_MAX + index;
    const latencyUs = hosts.latencyUs(index, relay);
    let isUp = false;
    // The relay's number is the lower one, so its end comes up first.
    clock.plan(
      timeUs,
      new Call(relay, () => {
        const { links } = relayOf(relay);
        isUp = links.online && !links.connections.has(index);
        if (isUp) links.open({ peer: index, latencyUs, direction: 'inbound' }, number);
      }),
    );
    clock.plan(
      timeUs,
      new Call(index, () => {
        if (isUp) (this.sybils[sybil] as Sybil).open(relay, latencyUs, number);
      }),
    );
  }

  private planFloods(sybil: Sybil): void {
    const { plan, scenario, clock } = this.parts;
    const { fromSeconds, toSeconds, everySeconds } = plan;
    const endUs = Math.min(toSeconds, scenario.durationSeconds) * 1e6;
    const everyUs = Math.max(1, Math.round(everySeconds * 1e6));
    const first = randomStream(scenario.seed, 'first flood', sybil.index).integer(everyUs);
    const strike = (): void => {
      if (clock.nowUs >= endUs) return;
      sybil.flood();
      clock.schedule(clock.nowUs + everyUs, new Call(sybil.index, strike));
    };
    clock.plan(Math.round(fromSeconds * 1e6) + first, new Call(sybil.index, strike));
  }

  /** Reads the meshes and changes nothing. */
  private sample(seconds: number): void {
    let [meshLinks, sybilMeshLinks, eclipsedRelays] = [0, 0, 0];
    for (const relay of this.attacked) {
      const mesh = this.parts.relayOf(relay).router.mesh.get(UPDATE_TOPIC);
      if (mesh === undefined || mesh.size === 0) continue;
      let ofSybils = 0;
      for (const peer of mesh) if (this.names.has(peer)) ofSybils++;
      meshLinks += mesh.size;
      sybilMeshLinks += ofSybils;
      if (ofSybils === mesh.size) eclipsedRelays++;
    }
    const graylistedPairs = this.countGraylisted();
    this.samples.push({ seconds, meshLinks, sybilMeshLinks, eclipsedRelays, graylistedPairs });
  }

  private countGraylisted(): number {
    let count = 0;
    for (let relay = 0; relay < this.parts.relays; relay++) {
      for (const peer of (this.parts.relayOf(relay).router as WatchedRouter).shutOut) {
        if (this.names.has(peer)) count++;
      }
    }
    return count;
  }
}

function allRelays(relays: number): number[] {
  return Array.from({ length: relays }, (_unused, relay) => relay);
}

/** The relays that the attack is aimed at; empty for the whole network. */
function targetsOf({ plan, scenario, relays, publishers }: CrewParts): number[] {
  if (plan.target === 'network') return [];
  if (plan.target === 'publisher') return [...publishers].sort((a, b) => a - b);
  const others = allRelays(relays).filter((relay) => !publishers.has(relay));
  return [others[randomStream(scenario.seed, 'target of the sybils').integer(others.length)] as number];
}

function plannedLinks({ plan, scenario, relays }: CrewParts, targets: readonly number[]): PlannedLink[] {
  const links: PlannedLink[] = [];
  for (let sybil = 0; sybil < plan.count; sybil++) {
    const stream = randomStream(scenario.seed, 'links of a sybil', sybil);
    for (const relay of drawRelays(stream, relays, targets, plan.degree)) {
      links.push({ sybil, relay, atUs: connectUs(plan, scenario.network.startSeconds, stream.uniform()) });
    }
  }
  return links;
}

/** Sybils that connect while the network starts take as long for it as the relays do. */
function connectUs({ attack, connectSeconds }: SybilPlan, startSeconds: number, position: number): number {
  if (attack === 'attack-at-dawn') {
    return RELAYS_UP_US + Math.floor(position * (LINKS_START_US - RELAYS_UP_US));
  }
  const fromUs = Math.max(LINKS_START_US, attack === 'cold-boot' ? 0 : Math.round(connectSeconds * 1e6));
  return fromUs + Math.floor(position * Math.max(CONNECT_WITHIN_US, linksUpUs(startSeconds) - fromUs));
}

/** Different relays, `degree` of them or all that there are. */
function drawRelays(
  stream: RandomStream,
  relays: number,
  targets: readonly number[],
  degree: number,
): readonly number[] {
  if (targets.length > 0)
    return targets.length <= degree ? targets : stream.shuffle([...targets]).slice(0, degree);
  if (degree * 2 > relays) return stream.shuffle(allRelays(relays)).slice(0, degree);
  const drawn = new Set<number>();
  while (drawn.size < degree) drawn.add(stream.integer(relays));
  return [...drawn];
}
