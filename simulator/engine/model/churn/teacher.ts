/**
 * Learns what a relay in any state does with any news, from the relay's own code: on demand, each question once.
 *
 * A relay that was away has missed some publications; what it then asks its peers for, how long that is, and what it
 * costs to verify depends on which. So a relay of that state is set up from what its disk would hold, and given the
 * news on a clock of its own, with answers from a relay in the state of whom it asks.
 */

import { createHash } from 'node:crypto';
import { readBundle } from '../../../../node/channels/gossip-channel.ts';
import { SyncServer } from '../../../../node/channels/sync-server.ts';
import type { Environment, PubsubMessage } from '../../../../node/environment.ts';
import { RequestError } from '../../../../node/environment.ts';
import type { AnyHook } from '../../../../node/hooks/define-hook.ts';
import { HookRuntime } from '../../../../node/hooks/hook-runtime.ts';
import type { Fetched, Fetcher } from '../../../../node/trust/fetcher.ts';
import { MemoryTrustStore } from '../../../../node/trust/trust-store.ts';
import { VerificationCache } from '../../../../node/trust/verification-cache.ts';
import type { UpdateStack } from '../../../../node/update-stack.ts';
import { MemoryStore, type ModulePool } from '../../../../node/updates/store.ts';
import type { LiveChannel } from '../../../scenario/scenario.ts';
import type { RelayStores } from '../../gossipsub/faults/relay-disk.ts';
import { ordinaryCell } from '../../gossipsub/hook-traffic.ts';
import { HostTimers } from '../../gossipsub/host-timers.ts';
import { RelayProcessor } from '../../gossipsub/processor.ts';
import { type PublicationJob, Publisher, plannedOperations } from '../../gossipsub/publisher.ts';
import { AT_ONCE } from '../../gossipsub/relay-consent.ts';
import { relayStack, type SharedParts } from '../../gossipsub/relay-stack.ts';
import { frameOfQuestion } from '../../gossipsub/request-frame.ts';
import { Call, EPOCH_MS, VirtualClock } from '../../virtual-clock.ts';
import type { Step } from '../rehearsal.ts';
import type { Act, Doing, Question } from './lesson.ts';

const HOST = 0;
const SELF = 'self';
/** Who brings the news, and whoever else is asked. */
const BEARER = 'bearer';
const ANYBODY = 'anybody';
/** Enough cells for the trial of any module of the catalogue to end. */
const TRIAL_CELLS = 5_000;
/** All that news cause by themselves is over after so long; alarms are further off. */
const OVER_AFTER_US = 30_000_000;

/** A relay's disk at one state, and until when what it trusts is fresh. */
interface Kept {
  readonly stores: RelayStores;
  readonly freshUntilUs: number;
}

/** What all relays that are taught share. */
interface Room {
  readonly job: PublicationJob;
  readonly shared: Omit<SharedParts, 'onStaged' | 'arm' | 'onTaken'>;
  readonly releaseOf: ReadonlyMap<string, number>;
  readonly binaries: ModulePool;
}

export class Teacher {
  private readonly room: Room;
  private readonly kept: Kept[] = [];
  /** What is gossiped about each publication. */
  private readonly messages: Uint8Array[] = [];

  private constructor(room: Room) {
    this.room = room;
  }

  /** Takes a relay through all publications of a job, and keeps what its disk holds after each. */
  static async of(job: PublicationJob): Promise<Teacher> {
    const operations = plannedOperations(job);
    const repository = new Publisher(job, operations);
    const binaries: ModulePool = new Map();
    const room: Room = {
      job,
      binaries,
      releaseOf: new Map(job.releases.map(({ moduleSha256 }, release) => [moduleSha256, release])),
      shared: {
        firstRoot: repository.firstRoot,
        runtime: new HookRuntime({ clock: { nowMs: () => Number.MAX_SAFE_INTEGER } }),
        cache: new VerificationCache(),
        readBundle,
        binaries,
        authorities: [],
      },
    };
    const teacher = new Teacher(room);
    let stores: RelayStores = { trust: new MemoryTrustStore(), updates: new MemoryStore(binaries) };
    teacher.kept.push({ stores, freshUntilUs: Number.POSITIVE_INFINITY });
    for (const [index, { atUs }] of operations.entries()) {
      const data = repository.bundleOf(index);
      teacher.messages.push(data);
      stores = copyOf(stores, binaries);
      const pupil = new Pupil(room, stores, atUs, ['gossip'], null);
      // The repository stands as it did then: it goes on with the next message.
      await pupil.run(() => {
        pupil.take(repository);
        pupil.hear(data, SELF);
      });
      pupil.tryModules();
      teacher.kept.push({ stores, freshUntilUs: pupil.freshUntilUs() });
    }
    return teacher;
  }

  /** Until when, in virtual microseconds, what a relay of each state trusts is fresh; Infinity for nothing yet. */
  get freshUntilUs(): Float64Array {
    return Float64Array.from(this.kept, ({ freshUntilUs }) => freshUntilUs);
  }

  async answer({ way, from, to, atUs }: Question): Promise<readonly Act[]> {
    const { room, kept, messages } = this;
    const stores = copyOf(kept[from]!.stores, room.binaries);
    const channels: LiveChannel[] = way === 'peer' ? ['catch-up'] : ['gossip'];
    const served = new Pupil(room, kept[to]!.stores, atUs, channels, null);
    const pupil = new Pupil(room, stores, atUs, channels, new SyncServer(served.source(), served.clock));
    await pupil.run(() => {
      if (way === 'gossip') pupil.hear(messages[to - 1]!, BEARER);
      if (way === 'developers') {
        pupil.take(served.asFetcher());
        pupil.hear(messages[to - 1]!, SELF);
      }
    });
    const { acts } = pupil;
    if (way !== 'peer') return acts;
    // A peer has been compared with first, which is a matter of the connection, not of the news.
    return acts.slice(acts.findIndex(({ act }) => act === 'ask') + 1);
  }
}

function copyOf({ trust, updates }: RelayStores, binaries: ModulePool): RelayStores {
  const copy = { trust: new MemoryTrustStore(), updates: new MemoryStore(binaries) };
  for (const file of trust.list()) copy.trust.write(file, trust.read(file)!);
  const record = updates.readRecord();
  if (record !== null) copy.updates.writeRecord(record);
  return copy;
}

/** A relay whose every act is noted down; what it asks for takes no time on its own clock. */
class Pupil {
  readonly acts: Act[] = [];
  readonly clock: VirtualClock;
  private readonly room: Room;
  private readonly stack: UpdateStack;
  private readonly server: SyncServer | null;
  private readonly processor: RelayProcessor;
  private readonly channels: readonly LiveChannel[];
  private readonly hooks = new Map<string, AnyHook>();
  private listener: (message: PubsubMessage) => void = () => {};
  private offers = 0;
  /** When the news, or the last answer, have come. */
  private sinceUs: number;
  private trusted: number;

  constructor(
    room: Room,
    stores: RelayStores,
    atUs: number,
    channels: readonly LiveChannel[],
    server: SyncServer | null,
  ) {
    const { job, shared, releaseOf } = room;
    this.room = room;
    this.server = server;
    this.channels = channels;
    this.clock = new VirtualClock(1, job.scenario.seed);
    this.clock.nowUs = this.sinceUs = atUs;
    this.processor = new RelayProcessor(this.clock, HOST, job.scenario.costs);
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
        onTaken: () => {},
      },
      {
        relay: HOST,
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
    this.trusted = this.stack.client.versions().timestamp;
  }

  /** Lets the relay start and do what it is given, to the end. */
  async run(begin: () => void): Promise<void> {
    const { clock } = this;
    const beganUs = clock.nowUs;
    clock.plan(beganUs, new Call(HOST, () => this.stack.start()));
    const beginAnew = (): void => {
      this.acts.length = 0; // what a start does by itself is not because of the news
      begin();
    };
    clock.plan(beganUs, new Call(HOST, beginAnew));
    await clock.runUntilByTurns(beganUs + OVER_AFTER_US, () => false);
    this.noteTrust();
  }

  hear(data: Uint8Array, from: string): void {
    this.listener({
      topic: '',
      from,
      data,
      id: createHash('sha256').update(data).digest('hex'),
      report: (verdict) => {
        if (from === SELF) return;
        this.noteTrust();
        this.note({ act: 'verdict', isAccepted: verdict === 'accept' });
      },
    });
  }

  /** Gets all files of the developers. */
  take(source: Fetcher): void {
    this.stack.take({ channel: 'gossip', source, peer: null }).catch((error: unknown) => this.fail(error));
  }

  source() {
    const { client } = this.stack;
    return { versions: () => client.versions(), file: (name: string) => client.file(name) };
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

  /** Cells reach what has been staged, so that the next publication finds it in service. */
  tryModules(): void {
    for (const hook of this.hooks.values()) {
      const slot = this.stack.core.slot(hook);
      const args = ordinaryCell(hook);
      for (let cell = 0; cell < TRIAL_CELLS && slot.phase !== 'confirmed'; cell++) slot.call(...(args as []));
    }
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
    const { timestamp } = this.stack.client.versions();
    if (timestamp === this.trusted) return;
    this.trusted = timestamp;
    this.note({ act: 'trust' });
  }

  private note(doing: Doing): void {
    this.acts.push({ ...doing, afterUs: this.clock.nowUs - this.sinceUs });
    if (doing.act === 'ask') this.sinceUs = this.clock.nowUs;
  }

  private environment(): Environment {
    const { clock, channels } = this;
    const asks = channels.includes('catch-up');
    return {
      clock,
      timers: new HostTimers(clock, HOST),
      random: { uniform: () => 0.5 },
      pubsub: {
        subscribe: (_topic, listener) => {
          this.listener = listener;
        },
        publish: () => Promise.resolve(),
      },
      peers: {
        connected: () => [asks ? BEARER : ANYBODY],
        onConnect: () => {},
        request: (peer, protocol, body) => {
          this.noteTrust();
          const answer = this.server?.answer(body, SELF) ?? null;
          this.note({
            act: 'ask',
            questionBytes: frameOfQuestion(protocol, body).bytes.length,
            answerBytes: answer?.length ?? null,
            isOfAnybody: peer === ANYBODY,
          });
          if (answer !== null) return Promise.resolve(answer);
          return Promise.reject(new RequestError('refused', 'the peer has no answer'));
        },
        serve: () => {},
      },
      processor: {
        work: (work, done) => {
          this.noteTrust();
          this.processor.work(work, done);
          this.note({ act: 'work', endsAfterUs: this.processor.freeUs - this.sinceUs });
        },
      },
    };
  }

  private fail(error: unknown): void {
    this.clock.failure ??= error as Error;
  }
}
