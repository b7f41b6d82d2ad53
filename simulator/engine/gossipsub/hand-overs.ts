/**
 * How the developers hand publications to the relays that carry them into the network: whole, and until the relay has
 * taken them.
 *
 * A relay that dies before it has taken one gets it again from its next process on; so does one whose disk has lost what
 * it had taken, even where others have told it of newer news since: they may not have the module. One that refuses it by a
 * clock that is wrong gets it again when the clock is set. One that has been down until newer news have reached it refuses
 * it as old, and gets all that the developers have instead: nobody else may have the modules of the older publication.
 */

import { publishBundle } from '../../../node/channels/gossip-channel.ts';
import type { Environment } from '../../../node/environment.ts';
import type { Fetcher } from '../../../node/trust/fetcher.ts';
import type { UpdateStack } from '../../../node/update-stack.ts';
import { Call, type VirtualClock } from '../virtual-clock.ts';
import type { Job } from './job.ts';
import type { HandOver } from './publisher.ts';

/** Its relay publishes what was due when its links are up and its router has joined a mesh. */
export const PUBLISH_AFTER_RESTART_US = 5_000_000;

export interface HandOversParts {
  readonly job: Job;
  readonly clock: VirtualClock;
  /** Of the relay's process; null while there is none. */
  readonly stackOf: (relay: number) => UpdateStack | null;
  readonly environmentOf: (relay: number) => Environment | null;
  /** All that the developers have published by now. */
  readonly newest: () => Fetcher;
  readonly onError: (error: unknown) => void;
}

export class HandOvers {
  private readonly parts: HandOversParts;
  /** Those that their relay has not judged yet: it is at it, or down. */
  private readonly due = new Map<number, Set<() => HandOver>>();
  /** Those that their relay has told the others of. */
  private readonly told = new Set<() => HandOver>();
  /** Those that each relay has judged, the latest at the end. */
  private readonly judged = new Map<number, HandOver[]>();

  constructor(parts: HandOversParts) {
    this.parts = parts;
  }

  /** Hands a publication over, and the relay tells the others of it; now, or when it is up. */
  publish(relay: number, makeHandOver: () => HandOver): void {
    const { job, stackOf, environmentOf, onError } = this.parts;
    const stack = stackOf(relay);
    const environment = environmentOf(relay);
    if (stack === null || environment === null) {
      if (job.faults.length === 0) throw new Error(`relay ${relay} publishes before it has started`);
      this.dueOf(relay).add(makeHandOver); // it is down
      return;
    }
    const handOver = makeHandOver();
    const { channels } = job.arm;
    const due = this.dueOf(relay);
    if (channels.every((channel) => channel === 'directory')) {
      due.delete(makeHandOver);
      return; // the authorities have it, and relays ask them
    }
    due.add(makeHandOver);
    const judged = (): void => {
      if (stackOf(relay) !== stack) return; // it has died over it
      due.delete(makeHandOver);
      this.judged.set(relay, [...(this.judged.get(relay) ?? []), handOver]);
    };
    this.handTo(relay, stack, handOver).then(judged).catch(onError);
    if (!channels.includes('gossip')) return;
    const isRepeated = this.told.has(makeHandOver);
    this.told.add(makeHandOver);
    publishBundle(environment, handOver.bundle).catch((error: Error) => {
      // What the relay had said before it died has come back to it from its peers.
      if (!isRepeated || error.message !== 'PublishError.Duplicate') onError(error);
    });
  }

  /** The relay has a new process: what it has not got, it gets after a while. */
  restarted(relay: number): void {
    const { clock, stackOf } = this.parts;
    const stack = stackOf(relay);
    const later = (action: () => void): void => {
      const ifAlive = (): void => {
        if (stackOf(relay) === stack) action(); // else the next process has its turn
      };
      clock.schedule(clock.nowUs + PUBLISH_AFTER_RESTART_US, new Call(relay, ifAlive));
    };
    for (const makeHandOver of this.due.get(relay) ?? []) later(() => this.publish(relay, makeHandOver));
    if (this.judged.has(relay)) later(() => this.restock(relay));
  }

  /**
   * Hands the latest over again if the relay lacks it, or a module of any: its disk has lost it, its clock has had it
   * refused, or others have told it of news that they had not whole.
   */
  restock(relay: number): void {
    const { stackOf, onError } = this.parts;
    const stack = stackOf(relay);
    const judged = this.judged.get(relay);
    if (stack === null || judged === undefined) return;
    const { client } = stack;
    const latest = judged.at(-1)!;
    const isLacking =
      client.versions().timestamp < latest.timestamp ||
      client.isIncomplete() ||
      judged.some(({ targets }) => targets.some((file) => stack.isFetching(file)));
    if (isLacking) this.handTo(relay, stack, latest).catch(onError);
  }

  private async handTo(relay: number, stack: UpdateStack, { source }: HandOver): Promise<void> {
    const { job, stackOf, newest } = this.parts;
    const channel = job.arm.channels.includes('gossip') ? 'gossip' : job.arm.channels[0];
    const { refused } = await stack.take({ channel, source, peer: null });
    if (refused === 'rollback' && stackOf(relay) === stack)
      await stack.take({ channel, source: newest(), peer: null });
  }

  private dueOf(relay: number): Set<() => HandOver> {
    let due = this.due.get(relay);
    if (due === undefined) this.due.set(relay, (due = new Set()));
    return due;
  }
}

/** Carries it out at the first call, and answers the same ever after. */
export function once<Result>(make: () => Result): () => Result {
  let made: { readonly result: Result } | null = null;
  return () => (made ??= { result: make() }).result;
}
