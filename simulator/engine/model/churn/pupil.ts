/** A relay whose every act is noted down; what it asks for takes no time on its own clock. */

import type { Refusal } from '../../../../node/channels/channel.ts';
import { PeerFetcher } from '../../../../node/channels/peer-fetcher.ts';
import { decodeRequest } from '../../../../node/channels/sync-protocol.ts';
import { SyncServer } from '../../../../node/channels/sync-server.ts';
import type { Environment, PeerName, PubsubMessage, Verdict } from '../../../../node/environment.ts';
import { RequestError } from '../../../../node/environment.ts';
import type { AnyHook } from '../../../../node/hooks/define-hook.ts';
import type { Fetched, Fetcher } from '../../../../node/trust/fetcher.ts';
import { TARGETS_FOLDER } from '../../../../node/trust/file-name.ts';
import { POLICY_REFUSALS } from '../../../../node/trust/refusal.ts';
import type { TrustVersions } from '../../../../node/trust/trust-client.ts';
import type { UpdateStack } from '../../../../node/update-stack.ts';
import type { ModulePool } from '../../../../node/updates/store.ts';
import type { LiveChannel } from '../../../scenario/scenario.ts';
import type { RelayStores } from '../../gossipsub/faults/relay-disk.ts';
import { RelayProcessor } from '../../gossipsub/processor.ts';
import type { PublicationJob } from '../../gossipsub/publisher.ts';
import { AT_ONCE } from '../../gossipsub/relay-consent.ts';
import { relayStack, type SharedParts } from '../../gossipsub/relay-stack.ts';
import { frameOfQuestion } from '../../gossipsub/request-frame.ts';
import { Call, EPOCH_MS, VirtualClock } from '../../virtual-clock.ts';
import { passTrial } from '../module-trial.ts';
import type { Step } from '../rehearsal.ts';
import { gossiped, WATCHED_HOST, watchedEnvironment } from '../watched-relay.ts';
import type { Act, Doing } from './lesson.ts';

export const SELF = 'self';
/** Who brings the news, and whoever else is asked. */
export const BEARER = 'bearer';
export const ANYBODY = 'anybody';
/** All that news cause by themselves is over after so long; alarms are further off. */
const OVER_AFTER_US = 30_000_000;

/** What all relays that are taught share. */
export interface Room {
  readonly job: PublicationJob;
  readonly shared: Omit<SharedParts, 'onStaged' | 'arm' | 'onTaken'>;
  readonly releaseOf: ReadonlyMap<string, number>;
  readonly binaries: ModulePool;
  /** States by the version of their timestamp. */
  readonly stateOf: Map<number, number>;
  /** By state: the delegated roles that have published, and their files. */
  readonly delegated: (readonly DelegatedFile[])[];
}

export interface DelegatedFile {
  readonly role: string;
  readonly file: string;
}

/** A module that is asked for while another one is on its way. */
interface Held {
  readonly file: string;
  readonly ask: () => void;
}

export class Pupil {
  readonly acts: Act[] = [];
  readonly clock: VirtualClock;
  private readonly room: Room;
  private readonly stack: UpdateStack;
  private readonly processor: RelayProcessor;
  private readonly hooks = new Map<string, AnyHook>();
  private listener: (message: PubsubMessage) => void = () => {};
  private offers = 0;
  /** It has one module after the other, so that it shows which act is about which. */
  private readonly held: Held[] = [];
  private moduleUnderWay: string | null = null;
  /** Answers a question, counted from 0, or throws what comes of it. */
  asked: (ask: number, body: Uint8Array, release: number | null) => Uint8Array | null = () => null;
  private asks = 0;
  /** Shows only that it asks for metadata, where it does. */
  onlyListens = false;
  private isUp = false;
  /** When the news, or the last answer, have come. */
  private sinceUs: number;
  private trusted: number;
  private missing: string;

  constructor(room: Room, stores: RelayStores, atUs: number, channels: readonly LiveChannel[]) {
    const { job, shared, releaseOf } = room;
    this.room = room;
    this.clock = new VirtualClock(1, job.scenario.seed);
    this.clock.nowUs = this.sinceUs = atUs;
    this.processor = new RelayProcessor(this.clock, WATCHED_HOST, job.scenario.costs);
    this.stack = relayStack(
      {
        ...shared,
        arm: { ...job.arm, channels },
        onStaged: (_relay, core, hook, notBeforeMs) => {
          this.hooks.set(hook.id, hook);
          const sha256 = core.slot(hook).pendingHash;
          const release = sha256 === null ? undefined : releaseOf.get(sha256);
          if (release === undefined) return;
          this.step({ kind: 'staged', release, hook: hook.id, notBeforeMs, trialCells: hook.confirmAfter });
        },
        onTaken: (_relay, { news, refused, verdict }) => {
          this.noteTrust();
          // A publication that is refused as a whole is not looked at any further.
          const hasLooked = refused === null || verdict === 'accept' || isOfPolicy(refused);
          this.note({ act: 'taken', isNews: news, hasLooked });
        },
      },
      {
        relay: WATCHED_HOST,
        environment: this.environment(),
        thirdParties: 'all',
        activation: AT_ONCE,
        listener: { onTransition: () => {} },
        observer: {
          onArrival: () => {
            const offer = this.offers++;
            this.note({ act: 'arrive', offer });
            return offer;
          },
          onHeard: ({ sha256 }, offer) => this.reach('heard', sha256, (offer as number | null) ?? 0),
          onVerified: ({ sha256 }) => this.reach('verified', sha256),
          onStaged: () => {},
          onRefused: ({ reason }) => this.note({ act: 'refused', reason }),
          onRevoked: (sha256) => this.reach('revoked', sha256),
          onFreshness: () => {},
        },
        tellVersions: (versions) => versions,
        stores,
      },
    );
    this.trusted = this.versions().timestamp;
    this.missing = this.missingRoles();
  }

  /** Lets the relay start and do what it is given, to the end. */
  async run(begin: () => void): Promise<void> {
    const { clock } = this;
    const beganUs = clock.nowUs;
    if (!this.isUp) clock.plan(beganUs, new Call(WATCHED_HOST, () => this.stack.start()));
    this.isUp = true;
    this.asks = 0;
    const beginAnew = (): void => {
      this.acts.length = 0; // what a start does by itself is not because of the news
      this.sinceUs = clock.nowUs;
      this.offers = 0;
      this.processor.freeUs = clock.nowUs;
      begin();
    };
    clock.plan(beganUs, new Call(WATCHED_HOST, beginAnew));
    while (clock.nextTimeUs < beganUs + OVER_AFTER_US) {
      await this.settle();
      for (let next = this.held.shift(); next !== undefined; next = this.held.shift()) {
        this.moduleUnderWay = next.file;
        clock.plan(clock.nowUs, new Call(WATCHED_HOST, next.ask));
        await this.settle();
      }
    }
    this.noteTrust();
  }

  hear(data: Uint8Array, from: string): void {
    const report = (verdict: Verdict): void => {
      if (from === SELF) return;
      this.noteTrust();
      this.note({ act: 'verdict', isAccepted: verdict === 'accept' });
    };
    this.listener(gossiped(data, from, report));
  }

  /** Gets all files of the developers. */
  take(source: Fetcher, channel: LiveChannel): void {
    this.stack.take({ channel, source, peer: null }).catch((error: unknown) => this.fail(error));
  }

  /** Gets what a peer has. */
  takeFromBearer(channel: LiveChannel): void {
    const { clock, stack } = this;
    const source = new PeerFetcher(
      { request: (peer, protocol, body) => this.request(peer, protocol, body) },
      BEARER,
      clock,
    );
    stack.take({ channel, source, peer: BEARER }).catch((error: unknown) => this.fail(error));
  }

  /** Does what comes next, and all that its processor was given. */
  private async settle(): Promise<void> {
    const { clock, processor } = this;
    do await clock.runUntilByTurns(clock.nextTimeUs + 1, () => false);
    while (clock.nextTimeUs <= processor.freeUs);
  }

  versions(): TrustVersions {
    return this.stack.client.versions();
  }

  /** Releases that are the best for their hooks: what runs, or stands in line to replace it. */
  wanted(): number[] {
    const { host } = this.stack.core;
    const hooks = this.room.job.releases.map(({ request }) => request.hook);
    const best = new Set(hooks.map((hook) => host.pendingOf(hook) ?? host.activeOf(hook)));
    return [...this.room.releaseOf].flatMap(([sha256, release]) => (best.has(sha256) ? [release] : []));
  }

  /** Answers in the relay's name. */
  server(): SyncServer {
    const { client } = this.stack;
    return new SyncServer(
      { versions: () => client.versions(), file: (name) => client.file(name) },
      this.clock,
    );
  }

  asFetcher(): Fetcher {
    const { client } = this.stack;
    const fetch = (file: string): Promise<Fetched> => {
      const bytes = client.file(file);
      return Promise.resolve(bytes === null ? { failed: 'not-found' } : { bytes });
    };
    return { fetch };
  }

  freshUntilUs(): number {
    const untilMs = this.stack.client.freshUntilMs();
    return untilMs === null ? Number.POSITIVE_INFINITY : (untilMs - EPOCH_MS) * 1000;
  }

  /** Puts what has been staged in service. */
  passTrials(): void {
    for (const hook of this.hooks.values()) passTrial(this.stack.core, hook);
  }

  private reach(kind: Step['kind'], sha256: string, offer = 0): void {
    const release = this.room.releaseOf.get(sha256);
    if (release !== undefined) this.step({ kind, release, hook: '', notBeforeMs: 0, trialCells: 0 }, offer);
  }

  private step(step: Omit<Step, 'afterUs'>, offer = 0): void {
    this.noteTrust();
    this.note({ act: 'step', step: { ...step, afterUs: 0 }, offer });
  }

  private noteTrust(): void {
    const { timestamp } = this.versions();
    const missing = this.missingRoles();
    if (timestamp === this.trusted && missing === this.missing) return;
    this.trusted = timestamp;
    this.missing = missing;
    this.note({ act: 'trust', state: this.room.stateOf.get(timestamp)!, missing });
  }

  /** Delegated roles that it could not get the metadata of, with commas between. */
  private missingRoles(): string {
    const { client } = this.stack;
    if (!client.isIncomplete()) return '';
    const delegated = this.room.delegated[this.room.stateOf.get(client.versions().timestamp)!]!;
    const missing = delegated.filter(({ file }) => client.file(file) === null);
    return missing.map(({ role }) => role).join();
  }

  private note(doing: Doing): void {
    this.acts.push({ ...doing, afterUs: this.clock.nowUs - this.sinceUs });
    if (doing.act === 'ask') this.sinceUs = this.clock.nowUs;
  }

  private environment(): Environment {
    return watchedEnvironment({
      clock: this.clock,
      processor: {
        work: (work, done) => {
          this.noteTrust();
          this.processor.work(work, done);
          this.note({ act: 'work', endsAfterUs: this.processor.freeUs - this.sinceUs });
        },
      },
      peers: {
        connected: () => [ANYBODY],
        request: (peer, protocol, body) => this.request(peer, protocol, body),
      },
      onSubscribe: (listener) => {
        this.listener = listener;
      },
    });
  }

  /** Files of the developers, who hand them over at once; modules as if it asked for them. */
  handedOver(source: Fetcher): Fetcher {
    const fetch: Fetcher['fetch'] = async (file, limits) => {
      if (!isModuleFile(file)) return source.fetch(file, limits);
      await this.turnOf(file);
      const release = this.room.releaseOf.get(sha256Of(file))!;
      this.note({ act: 'ask', questionBytes: 0, answerBytes: 0, isOfBearer: true, release });
      return source.fetch(file, limits);
    };
    return { fetch };
  }

  /** Modules are held until nothing else is under way. */
  private async turnOf(file: string): Promise<void> {
    if (file !== this.moduleUnderWay) await new Promise<void>((ask) => this.held.push({ file, ask }));
    this.noteTrust();
  }

  private async request(peer: PeerName, protocol: string, body: Uint8Array): Promise<Uint8Array> {
    const file = moduleOf(body);
    if (this.onlyListens && file === null) {
      this.note({ act: 'behind' });
      throw new RequestError('unreachable', 'what it asks for is another matter');
    }
    if (file === null) this.noteTrust();
    else await this.turnOf(file);
    const release = file === null ? null : this.room.releaseOf.get(sha256Of(file))!;
    const note = (answer: Uint8Array | null): void => {
      this.note({
        act: 'ask',
        questionBytes: frameOfQuestion(protocol, body).bytes.length,
        answerBytes: answer?.length ?? null,
        isOfBearer: peer === BEARER,
        release,
      });
    };
    let answer: Uint8Array | null = null;
    try {
      answer = this.asked(this.asks++, body, release);
    } finally {
      note(answer);
    }
    if (answer !== null) return answer;
    throw new RequestError('refused', 'the peer has no answer');
  }

  private fail(error: unknown): void {
    this.clock.failure ??= error as Error;
  }
}

function isOfPolicy(refused: Refusal): boolean {
  return (POLICY_REFUSALS as readonly string[]).includes(refused);
}

/** The name of the target that is asked for; null for anything else. */
function moduleOf(question: Uint8Array): string | null {
  const request = decodeRequest(question);
  return request?.kind === 'file' && isModuleFile(request.name) ? request.name : null;
}

function isModuleFile(name: string): boolean {
  return name.startsWith(`${TARGETS_FOLDER}/`);
}

/** `targets/<hook>/<sha256>.<file>` (node/trust/file-name.ts). */
function sha256Of(target: string): string {
  return target.slice(target.lastIndexOf('/') + 1).split('.')[0]!;
}
