/** When relays start, make their links, go away and come back, by the plan of the scenario. */

import { linksComingUp, linksUpUs, relayStarts } from '../start-plan.ts';
import type { Job } from './job.ts';
import { neighbourOver } from './neighbours.ts';
import type { RelayLinks } from './relay-links.ts';

/** What relays do by plan. */
export interface PlannedRelays {
  /** Keeps the action where the relay is of this thread. */
  planAt(
    timeUs: number,
    relay: number,
    action: (relay: number, detail: number) => void,
    detail?: number,
  ): void;
  start(relay: number): void;
  /** A late relay starts, and makes its links. */
  join(relay: number): void;
  /** The relay's network goes; `ends` where its process does too. */
  leave(relay: number, ends: boolean): void;
  /** And is back; `isNew` where the process is another one. */
  comeBack(relay: number, isNew: boolean): void;
  linksOf(relay: number): RelayLinks;
}

export class LifePlan {
  private readonly job: Job;

  constructor(job: Job) {
    this.job = job;
  }

  /** A relay without the runtime for updates is no part of this network, though it has its number. */
  takesPart(relay: number): boolean {
    return this.job.policies?.embeds[relay] !== 0;
  }

  /** When the relay joins; 0 when it is there from the start. */
  joinsUs(relay: number): number {
    return (this.job.churn ?? this.job.presence)?.joinsUs[relay] ?? 0;
  }

  /** Schedules starts, links and absences. Every thread draws the whole plan and keeps its part. */
  plan(relays: PlannedRelays): void {
    this.planStarts(relays);
    this.planLinks(relays);
    this.planAbsences(relays);
  }

  private planStarts(relays: PlannedRelays): void {
    const { scenario, population } = this.job;
    const nextStartUs = relayStarts(scenario.seed);
    for (let relay = 0; relay < population.relays; relay++) {
      const atUs = nextStartUs();
      if (!this.takesPart(relay)) continue;
      const joinsUs = this.joinsUs(relay);
      if (joinsUs === 0) relays.planAt(atUs, relay, () => relays.start(relay));
      else if (joinsUs !== Number.POSITIVE_INFINITY) relays.planAt(joinsUs, relay, () => relays.join(relay));
    }
  }

  private planLinks(relays: PlannedRelays): void {
    const { scenario, topology } = this.job;
    const { startSeconds } = scenario.network;
    const nextUpUs = linksComingUp(scenario.seed, startSeconds);
    // One function for all links: there are a hundred thousand ends of them.
    const comesUp = (relay: number, link: number): void =>
      relays.linksOf(relay).open(neighbourOver(topology, link, relay));
    for (let link = 0; link < topology.links; link++) {
      const atUs = nextUpUs();
      const dialer = topology.dialer[link];
      const listener = topology.listener[link];
      if (this.joinsUs(dialer) !== 0) continue; // who joins late makes the link
      if (this.joinsUs(listener) !== 0) {
        // Not before all links of the topology are up: another one to dial may be at the end of one of them.
        relays.planAt(linksUpUs(startSeconds), dialer, () => relays.linksOf(dialer).replaceLost());
        continue;
      }
      relays.planAt(atUs, dialer, comesUp, link);
      relays.planAt(atUs, listener, comesUp, link);
    }
  }

  private planAbsences(relays: PlannedRelays): void {
    const { churn, presence } = this.job;
    const plan = churn ?? presence;
    if (plan === null) return;
    for (let absence = 0; absence < plan.absences; absence++) {
      const relay = plan.absentRelay[absence];
      if (!this.takesPart(relay)) continue;
      const returnsUs = plan.returnsUs[absence];
      const isForGood = returnsUs === Number.POSITIVE_INFINITY;
      const ends = isForGood || churn?.isRestart[absence] === 1;
      relays.planAt(plan.leavesUs[absence], relay, () => relays.leave(relay, ends));
      if (!isForGood) relays.planAt(returnsUs, relay, () => relays.comeBack(relay, ends));
    }
  }
}
