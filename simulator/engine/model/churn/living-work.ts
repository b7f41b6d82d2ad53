/**
 * What news come to on relays that have missed some: each does what its own code does in its state (teacher.ts).
 *
 * A relay's state is the number of publications that it has taken. One act follows the other; what a relay works on and
 * asks for takes the time of its processor, its links and its peers.
 */

import { REQUEST_TIMEOUT_MS } from '../../../../node/channels/limits.ts';
import { REFRESH_TIMEOUT_MS } from '../../../../node/trust/limits.ts';
import { cellsArriveUs, meanCellWaitUs } from '../../gossipsub/hook-traffic.ts';
import type { Step } from '../rehearsal.ts';
import { RelayWork, type WorkParts } from '../relay-work.ts';
import { codeOf, EVENT, type World } from '../world.ts';
import type { Calls } from './calls.ts';
import {
  type Act,
  ASKS_IN_VAIN,
  hasLeftPart,
  leftBy,
  type ModuleLesson,
  type Question,
  questionOf,
  type Standing,
  stateAfter,
} from './lesson.ts';
import type { Lessons } from './lessons.ts';
import type { LivingRelay } from './living-relay.ts';
import {
  type Heard,
  moduleTask,
  newsTask,
  offeredBy,
  type Refreshing,
  type Taken,
  type Task,
} from './living-task.ts';
import { MissingModules } from './missing-modules.ts';
import type { Peers } from './peers.ts';
import type { Answered, Reply } from './requests.ts';
import { TrustedNews } from './trusted-news.ts';

export interface LivingWorkParts {
  readonly world: World;
  readonly calls: Calls;
  readonly lessons: Lessons;
  readonly relays: readonly LivingRelay[];
  readonly freshUntilUs: Float64Array;
  /** Whether news travel by gossip: what comes with it is hashed with it. */
  readonly gossips: boolean;
}

export class LivingWork extends RelayWork {
  /** Those who can be asked. */
  peers: Peers | null = null;
  /** Told when a relay has judged news; null where nobody listens. */
  onTaken: ((relay: LivingRelay) => void) | null = null;
  readonly trusted: TrustedNews;
  /** The relay whose process is about to end: nobody counts any more what it refuses; -1 for none. */
  ending = -1;
  readonly modules: MissingModules;
  /** By relay: a trust client refreshes from one after the other. */
  private readonly refreshing = new Map<number, Refreshing>();
  /** Relays whose alarm of a freeze went off. */
  readonly stale = new Set<number>();
  private readonly living: LivingWorkParts;
  /** The releases whose modules come with each message. */
  private readonly carried: readonly (readonly number[])[];
  /** When relays' processes have ended, and others have begun: with those a module's trial begins anew. */
  private readonly restarts = new Map<number, { readonly endUs: number; againUs: number }[]>();
  /** When relays have left for good. */
  private readonly endedUs = new Map<number, number>();

  constructor(parts: WorkParts, living: LivingWorkParts) {
    super(parts);
    this.living = living;
    this.carried = parts.publications.map(({ onOthers }) =>
      onOthers.steps.flatMap(({ kind, release }) => (kind === 'verified' ? [release] : [])),
    );
    this.trusted = new TrustedNews(parts.population.relays);
    this.modules = new MissingModules({
      relays: parts.population.relays,
      peers: () => this.peers!,
      isPursued: (relay, release) => !Number.isNaN(this.columns[release].verified[relay]),
      arrived: (relay, release, acts) => this.proceed(living.world.nowUs, moduleTask(relay, release, acts)),
    });
  }

  /** A message has come to a relay, from a peer or from the developers, who hand over all their files. */
  hear(publication: number, index: number, nowUs: number, bearer: number, isPublisher: boolean): void {
    const heard = { publication, index, bearer, arrivedUs: nowUs };
    const far = isPublisher ? this.refreshing.get(index) : undefined;
    if (far === undefined) {
      this.judge(heard, isPublisher ? 'developers' : 'gossip');
      return;
    }
    far.waiting.push(() => this.judge(heard, 'developers'));
    if (this.living.gossips) this.judge(heard, 'gossip');
  }

  private judge({ publication, index, bearer, arrivedUs }: Heard, way: 'developers' | 'gossip'): void {
    const { lessons, relays, world } = this.living;
    const { nowUs } = world;
    const to = stateAfter(publication);
    this.noteFreshness(index, nowUs);
    const question = questionOf(this.standingOf(index), way, to, nowUs);
    const message = publication;
    if (question.from >= to) for (const release of this.carried[message]) this.modules.keep(index, release);
    const task = newsTask(relays[index], question, lessons.of(question), { bearer, message }, arrivedUs);
    this.proceed(nowUs, task);
  }

  /** What a relay has, a part of what it takes now among it. */
  private standingOf(relay: number): Standing {
    const standing = this.trusted.standingOf(relay);
    const part = this.partUnderWay(relay);
    return part === null ? standing : { ...standing, before: leftBy(part), isRestarted: false };
  }

  /** What a relay has got so far of what it takes now; null where that is nothing. */
  private partUnderWay(relay: number): Question | null {
    const task = this.refreshing.get(relay)?.task;
    if (task === undefined || task.question === null || task.asked <= ASKS_IN_VAIN) return null;
    return { ...task.question, lost: { ask: task.asked - 1, failure: 'unreachable' } };
  }

  /** A relay takes what a peer has; `judged` is told whether that was news. */
  take({ relay, peer, forGossip }: Taken, nowUs: number, judged: (isNews: boolean) => void): void {
    this.noteFreshness(relay.index, nowUs);
    const isPeer = peer < this.trusted.state.length;
    const way = forGossip ? 'sender' : isPeer ? 'peer' : 'authority';
    const { to, missing } = this.peers!.hadBy(peer);
    const whole = questionOf(this.trusted.standingOf(relay.index), way, to, nowUs);
    const question = { ...whole, missing, lacks: forGossip ? this.lackedBy(peer) : [] };
    const task = newsTask(relay, question, this.living.lessons.of(question), { bearer: peer, judged }, nowUs);
    this.refreshing.set(relay.index, { task, waiting: [] });
    this.proceed(nowUs, task);
  }

  /** Raises the alarm of a relay that runs and whose metadata have gone stale. */
  noteFreshness(relay: number, nowUs: number): void {
    if (nowUs >= this.living.freshUntilUs[this.trusted.told[relay]]) this.stale.add(relay);
  }

  private noteRefusal(relay: number, reason: string): void {
    if (relay !== this.ending) this.refusals[reason] = (this.refusals[reason] ?? 0) + 1;
  }

  /** The relay's process has ended: what stands in line waits for the next one, which `restart` tells of. */
  end(relay: number, nowUs: number, isForGood: boolean): void {
    this.noteFreshness(relay, nowUs);
    this.ending = -1;
    const part = this.partUnderWay(relay);
    if (part !== null) this.trusted.leave(relay, part); // it is on its disk
    this.refreshing.delete(relay);
    if (isForGood) {
      this.endedUs.set(relay, nowUs);
      this.operated?.end(relay, nowUs);
    } else {
      if (!this.restarts.has(relay)) this.restarts.set(relay, []);
      this.restarts.get(relay)!.push({ endUs: nowUs, againUs: Number.POSITIVE_INFINITY });
    }
    for (const { activated, gained } of this.columns) {
      if (activated[relay] > nowUs) activated[relay] = gained[relay] = Number.NaN;
    }
  }

  /** A new process goes on with what is on the relay's disk. */
  restart(relay: number, nowUs: number): void {
    const { columns } = this;
    this.trusted.restart(relay);
    this.restarts.get(relay)!.at(-1)!.againUs = nowUs;
    for (const [release, { staged, activated, removed }] of columns.entries()) {
      if (!(staged[relay] < nowUs && Number.isNaN(activated[relay]) && Number.isNaN(removed[relay])))
        continue;
      const staging = this.stagingOf(release);
      // It stands in line still, unless another module of its hook has come after it.
      if (staging !== null && this.nextOf(relay, staging, 'staged') === Number.POSITIVE_INFINITY)
        this.awaitCell(relay, staging, nowUs);
    }
  }

  /** Does what comes until the next answer is waited for. */
  private proceed(nowUs: number, task: Task): void {
    const { world, calls } = this.living;
    const { relay, acts } = task;
    const { index } = relay;
    if (relay.process !== task.process) return;
    /** For so long the processor is busy with something else first. */
    let busyUs = -1;
    let atUs = nowUs;
    while (task.at < acts.length) {
      const act = acts[task.at++];
      if (this.isVain(task, act)) {
        this.modules.workEnded(relay, task.release, false);
        return;
      }
      atUs = nowUs + act.afterUs + Math.max(0, busyUs);
      switch (act.act) {
        case 'arrive':
          task.arrivalsUs[act.offer] ??= atUs;
          break;
        case 'step':
          if (act.step.kind === 'verified') this.modules.keep(index, act.step.release);
          this.reachOnce(act.step, index, act.step.kind === 'heard' ? this.heardUs(task, act, atUs) : atUs);
          break;
        case 'trust':
          this.noteFreshness(index, atUs);
          this.trusted.take(index, act, task.question);
          this.noteCarried(index, acts, task.at);
          break;
        case 'work':
          if (busyUs < 0) busyUs = Math.max(0, this.freeUs[index] - atUs);
          this.freeUs[index] = nowUs + act.endsAfterUs + busyUs;
          if (task.question !== null) break;
          // What is done with a module takes its turns with all else that the processor is given meanwhile.
          calls.at(this.freeUs[index], index, () =>
            this.proceed(this.living.world.nowUs - act.endsAfterUs, task),
          );
          return;
        case 'taken': {
          this.refreshed(task);
          if (task.question !== null && !act.isNews && hasLeftPart(task.question, acts))
            this.trusted.leave(index, task.question);
          // Of news that come in parts, the last one says which modules are missing.
          const isLast = !acts.some((other, at) => at >= task.at && other.act === 'taken');
          this.at(atUs, relay, () => this.tellTaken(task, act, isLast ? task.modules : []));
          break;
        }
        case 'behind':
          this.at(atUs, relay, () => this.peers!.takeMissing(relay, task.bearer));
          break;
        case 'refused':
          this.at(atUs, relay, () => this.noteRefusal(index, act.reason));
          break;
        case 'verdict': {
          if (task.message < 0 || task.bearer === index) break;
          const code = codeOf(EVENT.verdict, task.message);
          world.calendar.push(atUs, index, act.isAccepted ? 1 : 0, index, code);
          break;
        }
        case 'ask':
          task.asked++;
          if (atUs === nowUs) this.ask(task, act);
          else calls.at(atUs, index, () => this.ask(task, act));
          return;
      }
    }
    if (task.question === null) this.modules.workEnded(relay, task.release, true);
    else this.refreshed(task);
  }

  /** With the arrival of what told of it, unless the release came out while the rest of that was fetched. */
  private heardUs(task: Task, { step, offer }: Act & { readonly act: 'step' }, nowUs: number): number {
    const arrivedUs = task.arrivalsUs[offer];
    return arrivedUs >= Math.round(this.scenario.updates[step.release].atSeconds * 1e6) ? arrivedUs : nowUs;
  }

  /** Whether work on a module comes to nothing: it is checked, and goes no further where it is wanted no more. */
  private isVain({ relay, release }: Task, act: Act): boolean {
    const isVerified = act.act === 'step' && act.step.kind === 'verified';
    return release >= 0 && !isVerified && !this.modules.wants(relay.index, release);
  }

  /** The relay has all that it asked somebody for, or has given it up: who waits has a turn. */
  private refreshed(task: Task): void {
    const { index } = task.relay;
    const refreshing = this.refreshing.get(index);
    if (refreshing?.task !== task) return;
    this.refreshing.delete(index);
    for (const next of refreshing.waiting) next();
  }

  /** Does something at a time, which may be now, if the relay's process lives then. */
  private at(atUs: number, relay: LivingRelay, action: () => void): void {
    const { world, calls } = this.living;
    if (atUs === world.nowUs) action();
    else calls.after((atUs - world.nowUs) / 1000, relay, action);
  }

  /** Modules that came along are there with the news, before they are worked on. */
  private noteCarried(relay: number, acts: readonly Act[], from: number): void {
    for (let at = from; at < acts.length && acts[at].act !== 'ask'; at++) {
      const act = acts[at];
      if (act.act === 'step' && act.step.kind === 'verified') this.modules.keep(relay, act.step.release);
    }
  }

  /** The relay has judged news. It asks for modules that did not come along before it asks anybody else. */
  private tellTaken(
    task: Task,
    { isNews, hasLooked }: Act & { readonly act: 'taken' },
    modules: readonly ModuleLesson[],
  ): void {
    const { relay, judged } = task;
    if (hasLooked) this.getModules(task, modules);
    this.onTaken?.(relay);
    judged?.(isNews);
  }

  /** The relay has looked at all that is listed, and gets what it lacks of it. */
  private getModules(task: Task, modules: readonly ModuleLesson[]): void {
    const { relay, wanted, bearer } = task;
    const offered = offeredBy(task, this.living.gossips, this.carried);
    for (const release of offered.isHashed ? offered.atHand : []) this.modules.keep(relay.index, release);
    this.modules.settled(relay, wanted, offered);
    for (const module of modules)
      this.modules.add(relay, module, {
        ...offered,
        isHashed: false,
        bearer: module.isOfBearer ? bearer : null,
      });
  }

  /** Releases up to now whose modules a relay has not. */
  private lackedBy(relay: number): number[] {
    return this.columns.flatMap((_column, release) => (this.modules.has(relay, release) ? [] : [release]));
  }

  /** Asks whoever has brought the news for metadata. */
  private ask(task: Task, act: Act & { readonly act: 'ask' }): void {
    const { relay, bearer } = task;
    const peers = this.peers!;
    if (relay.process !== task.process) return;
    const answer = (reply: Reply): void => reply(this.askedNow(task, act).answerBytes);
    const settled = (answered: Answered): void => {
      // A refusal is an answer too: the relay's code has shown how it goes on.
      const isAnswered = answered === 'answer' || answered === 'refusal';
      if (this.isOvertaken(task)) this.beginAgain(task);
      else if (!isAnswered)
        this.showAs(task, { ...task.question!, lost: { ask: task.asked - 1, failure: answered } });
      this.proceed(this.living.world.nowUs, task);
    };
    // One deadline for all of it, as node/trust/refresh.ts has it.
    const leftMs = Math.floor(task.arrivalsUs[0] / 1000) + REFRESH_TIMEOUT_MS - peers.nowMs();
    if (leftMs > 0)
      peers.ask(relay, bearer, act.questionBytes, answer, settled, Math.min(leftMs, REQUEST_TIMEOUT_MS));
    else settled('timeout');
  }

  /** Whom a relay takes from may have taken other news meanwhile; what it is asked for then comes of that. */
  private askedNow(task: Task, act: Act & { readonly act: 'ask' }): Act & { readonly act: 'ask' } {
    const question = task.question!;
    const had = this.peers!.hadBy(task.bearer);
    if (question.turn !== null || (had.to === question.to && had.missing === question.missing)) return act;
    this.showAs(task, { ...question, turn: { ask: task.asked - 1, ...had } });
    return task.acts[task.at - 1] as Act & { readonly act: 'ask' };
  }

  /** Whether a relay has other news than when it began; those of the task it may trust by now, but for a module. */
  private isOvertaken({ relay, question, acts, at }: Task): boolean {
    const { from, before } = this.trusted.standingOf(relay.index);
    if (from === question!.from && before === question!.before) return false;
    return !acts.slice(0, at).some(({ act }) => act === 'trust');
  }

  /** Other news have overtaken those that a relay is about to take: it begins again from what it trusts now. */
  private beginAgain(task: Task): void {
    const standing = this.trusted.standingOf(task.relay.index);
    task.asked = 0;
    this.showAs(task, {
      ...task.question!,
      ...standing,
      ...this.peers!.hadBy(task.bearer),
      lost: null,
      turn: null,
    });
  }

  /** From the question that is under way on, the task goes as another one does. */
  private showAs(task: Task, question: Question): void {
    const { acts, modules, wanted } = this.living.lessons.of(question);
    let at = 0;
    for (let asks = 0; asks < task.asked; at++) if (acts[at].act === 'ask') asks++;
    Object.assign(task, { question, acts, modules, wanted, at });
  }

  /** What a relay has forgotten it hears anew; the first time counts. */
  private reachOnce(step: Step, relay: number, atUs: number): void {
    const { release, kind } = step;
    if (kind !== 'revoked' && !Number.isNaN(this.columns[release][kind][relay])) return;
    this.reach(step, relay, atUs);
  }

  /** A process that ends takes its trial with it: the next one begins another. */
  protected override passesTrial(relay: number, step: Step, fromUs: number, untilUs: number): boolean {
    const { scenario, population } = this;
    const endUs = Math.min(untilUs, this.endedUs.get(relay) ?? Number.POSITIVE_INFINITY);
    let beganUs = fromUs;
    for (const restart of this.restarts.get(relay) ?? []) {
      if (restart.endUs <= beganUs || restart.endUs >= endUs) continue;
      if (super.passesTrial(relay, step, beganUs, restart.endUs)) return true;
      const meanWaitUs = meanCellWaitUs(
        scenario.traffic.utilization,
        population.advertisedBytesPerSecond[relay],
      );
      beganUs = cellsArriveUs(scenario.seed, relay, step.hook, restart.againUs, 1, meanWaitUs);
    }
    return super.passesTrial(relay, step, beganUs, endUs);
  }
}
