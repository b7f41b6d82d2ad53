/**
 * What news come to on relays that have missed some: each does what its own code does in its state (teacher.ts).
 *
 * A relay's state is the number of publications that it has taken. One act follows the other; what a relay works on and
 * asks for takes the time of its processor, its links and its peers.
 */

import { cellsArriveUs, meanCellWaitUs } from '../../gossipsub/hook-traffic.ts';
import type { Step } from '../rehearsal.ts';
import { RelayWork, type WorkParts } from '../relay-work.ts';
import { codeOf, EVENT, type World } from '../world.ts';
import type { Calls } from './calls.ts';
import type { Act } from './lesson.ts';
import type { Lessons } from './lessons.ts';
import type { LivingRelay } from './living-relay.ts';

/** Rounds through the peers before a module is given up, and the pause before each next one. */
const ROUNDS = 12;
const RETRY_US = 2_000_000;

/** What asks peers in a relay's name. */
export interface Asker {
  /** Calls back with whether there was an answer. */
  ask(
    relay: LivingRelay,
    peer: number,
    questionBytes: number,
    answerBytes: number | null,
    done: (hasAnswer: boolean) => void,
  ): void;
  /** Any peer that the relay has a link to; -1 for none. */
  anybody(relay: LivingRelay): number;
  /** Takes what is missing from another peer than the one that brought the news (node/channels/missing-news.ts). */
  askInstead(relay: LivingRelay, bearer: number): void;
}

/** News on their way through a relay. */
interface Task {
  readonly relay: LivingRelay;
  readonly process: number;
  readonly acts: readonly Act[];
  /** The state that the news lead to. */
  readonly state: number;
  /** Who brought them. */
  readonly bearer: number;
  /** The message that is to be passed on; -1 for none. */
  readonly message: number;
  /** Told when all is done, or nothing more will be; null where nobody waits. */
  readonly done: ((isWhole: boolean) => void) | null;
  /** When the news have come, offer by offer. */
  readonly arrivalsUs: number[];
  at: number;
}

export interface LivingWorkParts {
  readonly world: World;
  readonly calls: Calls;
  readonly lessons: Lessons;
  readonly relays: readonly LivingRelay[];
  readonly freshUntilUs: Float64Array;
}

export class LivingWork extends RelayWork {
  asker: Asker | null = null;
  /** Publications that each relay has taken. */
  readonly state: Uint32Array;
  /** Relays whose alarm of a freeze went off. */
  readonly stale = new Set<number>();
  private readonly living: LivingWorkParts;
  /** When a relay's process has ended in the middle of a module's trial: the trial begins anew from then. */
  private readonly restartedUs = new Map<number, number[]>();
  /** When relays have left for good. */
  private readonly endedUs = new Map<number, number>();

  constructor(parts: WorkParts, living: LivingWorkParts) {
    super(parts);
    this.living = living;
    this.state = new Uint32Array(parts.population.relays);
  }

  /** A message has come to a relay, from a peer or from the developers. */
  hear(publication: number, index: number, nowUs: number, bearer: number, isPublisher: boolean): void {
    const { lessons, relays } = this.living;
    const way = isPublisher ? 'developers' : 'gossip';
    const to = publication + 1;
    const from = this.state[index];
    this.noteFreshness(index, nowUs);
    const acts = lessons.of({ way, from, to, atUs: nowUs });
    const relay = relays[index];
    this.proceed(nowUs, {
      relay,
      process: relay.process,
      acts,
      state: to,
      bearer,
      message: publication,
      done: null,
      arrivalsUs: [nowUs],
      at: 0,
    });
  }

  /** A relay takes what a peer has. */
  take(relay: LivingRelay, peer: number, nowUs: number, done: (isWhole: boolean) => void): void {
    const [from, to] = [this.state[relay.index], this.state[peer]];
    this.noteFreshness(relay.index, nowUs);
    const acts = this.living.lessons.of({ way: 'peer', from, to, atUs: nowUs });
    const { process } = relay;
    this.proceed(nowUs, {
      relay,
      process,
      acts,
      state: to,
      bearer: peer,
      message: -1,
      done,
      arrivalsUs: [nowUs],
      at: 0,
    });
  }

  /** Raises the alarm of a relay that runs and whose metadata have gone stale. */
  noteFreshness(relay: number, nowUs: number): void {
    if (nowUs >= this.living.freshUntilUs[this.state[relay]]) this.stale.add(relay);
  }

  /** The relay's process has ended: what stands in line waits for the next one, which `restart` tells of. */
  end(relay: number, nowUs: number, isForGood: boolean): void {
    this.noteFreshness(relay, nowUs);
    if (isForGood) {
      this.endedUs.set(relay, nowUs);
      this.operated?.end(relay, nowUs);
    }
    for (const { activated, gained } of this.columns) {
      if (activated[relay] > nowUs) activated[relay] = gained[relay] = Number.NaN;
    }
  }

  /** A new process goes on with what is on the relay's disk. */
  restart(relay: number, nowUs: number): void {
    const { columns } = this;
    const ended = this.restartedUs.get(relay);
    if (ended === undefined) this.restartedUs.set(relay, [nowUs]);
    else ended.push(nowUs);
    for (const [release, { staged, activated, removed }] of columns.entries()) {
      const isInLine =
        staged[relay] < nowUs && Number.isNaN(activated[relay]) && Number.isNaN(removed[relay]);
      if (isInLine && this.inLine(relay, release)) this.awaitCell(relay, this.stagingOf(release)!, nowUs);
    }
  }

  /** Does what comes until the next answer is waited for. */
  private proceed(nowUs: number, task: Task): void {
    const { world, calls } = this.living;
    const { relay, acts } = task;
    const { index } = relay;
    if (relay.process !== task.process) {
      task.done?.(false);
      return;
    }
    /** For so long the processor is busy with something else first. */
    let busyUs = -1;
    let atUs = nowUs;
    while (task.at < acts.length) {
      const act = acts[task.at++];
      atUs = nowUs + act.afterUs + Math.max(0, busyUs);
      switch (act.act) {
        case 'arrive':
          task.arrivalsUs[act.offer] = atUs;
          break;
        case 'step':
          this.reachOnce(act.step, index, act.step.kind === 'heard' ? task.arrivalsUs[act.offer] : atUs);
          break;
        case 'trust':
          this.noteFreshness(index, atUs);
          this.state[index] = Math.max(this.state[index], task.state);
          break;
        case 'work':
          if (busyUs < 0) busyUs = Math.max(0, this.freeUs[index] - atUs);
          this.freeUs[index] = nowUs + act.endsAfterUs + busyUs;
          break;
        case 'refused':
          this.refusals[act.reason] = (this.refusals[act.reason] ?? 0) + 1;
          break;
        case 'verdict': {
          if (task.message < 0) break;
          const code = codeOf(EVENT.verdict, task.message);
          world.calendar.push(atUs, index, act.isAccepted ? 1 : 0, index, code);
          break;
        }
        case 'ask':
          if (atUs === nowUs) this.ask(task, act, ROUNDS);
          else calls.at(atUs, index, () => this.ask(task, act, ROUNDS));
          return;
      }
    }
    const { done } = task;
    if (done === null) return;
    if (atUs === nowUs) done(true);
    else calls.at(atUs, index, () => done(true));
  }

  private ask(task: Task, act: Act & { readonly act: 'ask' }, rounds: number): void {
    const { relay, bearer } = task;
    const asker = this.asker!;
    if (relay.process !== task.process) {
      task.done?.(false);
      return;
    }
    const peer = act.isOfAnybody ? asker.anybody(relay) : bearer;
    const retry = (): void => {
      if (!act.isOfAnybody && task.message >= 0) asker.askInstead(relay, bearer);
      if (!act.isOfAnybody || rounds === 0) task.done?.(false);
      else {
        const againUs = this.living.world.nowUs + RETRY_US;
        this.living.calls.at(againUs, relay.index, () => this.ask(task, act, rounds - 1));
      }
    };
    if (peer < 0) {
      retry();
      return;
    }
    asker.ask(relay, peer, act.questionBytes, act.answerBytes, (hasAnswer) => {
      if (hasAnswer) this.proceed(this.living.world.nowUs, task);
      else retry();
    });
  }

  /** What a relay has forgotten it hears anew; the first time counts. */
  private reachOnce(step: Step, relay: number, atUs: number): void {
    const { release, kind } = step;
    if (kind !== 'revoked' && !Number.isNaN(this.columns[release][kind][relay])) return;
    this.reach(step, relay, atUs);
  }

  /** Whether a module that is staged on a relay still stands in line: none of its hook has come after it. */
  private inLine(relay: number, release: number): boolean {
    const step = this.stagingOf(release);
    return step !== null && this.nextOf(relay, step, 'staged') === Number.POSITIVE_INFINITY;
  }

  /** A process that ends takes its trial with it: the next one begins another. */
  protected override passesTrial(relay: number, step: Step, fromUs: number, untilUs: number): boolean {
    const { scenario, population } = this;
    const endUs = Math.min(untilUs, this.endedUs.get(relay) ?? Number.POSITIVE_INFINITY);
    let beganUs = fromUs;
    for (const againUs of this.restartedUs.get(relay) ?? []) {
      if (againUs <= beganUs || againUs >= endUs) continue;
      if (super.passesTrial(relay, step, beganUs, againUs)) return true;
      const meanWaitUs = meanCellWaitUs(
        scenario.traffic.utilization,
        population.advertisedBytesPerSecond[relay],
      );
      beganUs = cellsArriveUs(scenario.seed, relay, step.hook, againUs, 1, meanWaitUs);
    }
    return super.passesTrial(relay, step, beganUs, endUs);
  }
}
