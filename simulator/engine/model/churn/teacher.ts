/**
 * Learns what a relay in any state does with any news, from the relay's own code: on demand, each question once.
 *
 * A relay that was away has missed some publications; what it then asks its peers for, how long that is, and what it
 * costs to verify depends on which. So a relay of that state is set up from what its disk would hold, and given the
 * news on a clock of its own, with answers from a relay in the state of whom it asks.
 */

import { readBundle } from '../../../../node/channels/gossip-channel.ts';
import { type PeerName, RequestError } from '../../../../node/environment.ts';
import { HookRuntime } from '../../../../node/hooks/hook-runtime.ts';
import { MemoryTrustStore } from '../../../../node/trust/trust-store.ts';
import { VerificationCache } from '../../../../node/trust/verification-cache.ts';
import { MemoryStore, type ModulePool } from '../../../../node/updates/store.ts';
import { TOP_ROLES } from '../../../scenario/role-name.ts';
import type { LiveChannel } from '../../../scenario/scenario.ts';
import type { RelayStores } from '../../gossipsub/faults/relay-disk.ts';
import { type PublicationJob, Publisher, plannedOperations } from '../../gossipsub/publisher.ts';
import {
  type Act,
  type FilePart,
  type Had,
  isTaken,
  type Lesson,
  type ModuleLesson,
  type Question,
  STATE_OF_START,
} from './lesson.ts';
import { ANYBODY, BEARER, type DelegatedFile, Pupil, type Room, SELF } from './pupil.ts';

/** A relay's disk at one state, and until when what it trusts is fresh. */
interface Kept {
  readonly stores: RelayStores;
  readonly freshUntilUs: number;
  /** The version by which it says what it has. */
  readonly timestamp: number;
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
      stateOf: new Map(),
      delegated: [[]],
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
    const { kept, messages } = teacher;
    const nothing = { trust: new MemoryTrustStore(), updates: new MemoryStore(binaries) };
    kept.push({ stores: nothing, freshUntilUs: Number.POSITIVE_INFINITY, timestamp: 0 });
    const learn = async (atUs: number, message: Uint8Array | null): Promise<void> => {
      const stores = copyOf(kept.at(-1)!.stores, binaries);
      const pupil = new Pupil(room, stores, atUs, ['gossip']);
      // The repository stands as it did then: it goes on with the next message.
      await pupil.run(() => {
        pupil.take(repository, 'gossip');
        if (message !== null) pupil.hear(message, SELF);
      });
      pupil.passTrials();
      const { timestamp } = pupil.versions();
      kept.push({ stores, freshUntilUs: pupil.freshUntilUs(), timestamp });
      room.stateOf.set(timestamp, kept.length - 1);
      room.delegated.push(delegatedFiles(stores.trust.list()));
    };
    await learn(0, null);
    for (const [index, { atUs }] of operations.entries()) {
      messages.push(repository.bundleOf(index));
      await learn(atUs, messages[index]!);
    }
    return teacher;
  }

  /** Until when, in virtual microseconds, what a relay of each state trusts is fresh; Infinity for nothing yet. */
  get freshUntilUs(): Float64Array {
    return Float64Array.from(this.kept, ({ freshUntilUs }) => freshUntilUs);
  }

  async answer(question: Question): Promise<Lesson> {
    const { room, kept } = this;
    const { atUs, isRestarted } = question;
    const earlier = allBefore(question);
    const first = earlier[0] ?? question;
    const stores = copyOf(kept[first.from]!.stores, room.binaries);
    const channels = this.channelsFor(earlier.find(({ way }) => way === 'gossip') ?? question);
    let pupil = new Pupil(room, stores, atUs, channels);
    // What it lacked of a message it may ask its sender for once in a while: of the news of now it asks their bearer.
    for (const before of earlier) await this.show(pupil, before, atUs, ANYBODY);
    if (isRestarted) pupil = new Pupil(room, stores, atUs, channels);
    await this.show(pupil, question, atUs, BEARER);
    const behind = pupil.acts.findIndex(({ act }) => act === 'behind');
    const acts = behind < 0 ? pupil.acts : pupil.acts.slice(0, behind + 1);
    return { ...this.byModule(acts, question.way), wanted: pupil.wanted() };
  }

  /** A relay that takes from a peer says nothing of its own accord, and one without gossip is told nothing. */
  private channelsFor(question: Question): LiveChannel[] {
    return !isTaken(question) && this.room.job.arm.channels.includes('gossip') ? ['gossip'] : [];
  }

  /** Has a relay do what the question is about. */
  private async show(pupil: Pupil, question: Question, atUs: number, sender: PeerName): Promise<void> {
    const { room, messages } = this;
    const { way, to, lost, turn, lacks } = question;
    const channels = this.channelsFor(question);
    const inState = (had: Had): Pupil => new Pupil(room, this.diskOf(had), atUs, channels);
    const served = inState(question);
    const first = served.server();
    const later = turn === null ? first : inState(turn).server();
    pupil.asked = (ask, body, release) => {
      if (lost?.ask === ask) throw new RequestError(lost.failure, 'the peer has not answered');
      if (release !== null && lacks.includes(release) && way === 'sender') return null;
      if (turn === null || ask < turn.ask) return first.answer(body, SELF);
      return later.answer(body, SELF) ?? (way === 'authority' ? first.answer(body, SELF) : null);
    };
    const message = messages[to - STATE_OF_START - 1]!;
    pupil.onlyListens = way === 'gossip';
    await pupil.run(() => {
      if (isTaken(question)) pupil.takeFromBearer(way === 'sender' ? 'gossip' : 'catch-up');
      if (way === 'gossip') pupil.hear(message, sender);
      if (way !== 'developers') return;
      const files = served.asFetcher();
      if (channels.length > 0) pupil.take(files, 'gossip');
      else pupil.take(pupil.handedOver(files), room.job.arm.channels[0]!);
      pupil.hear(message, SELF);
    });
  }

  /** The disk of whoever has this. */
  private diskOf({ to, missing }: Had): RelayStores {
    const { room, kept } = this;
    const { stores } = kept[to]!;
    if (missing === '') return stores;
    const copy = copyOf(stores, room.binaries);
    const roles = missing.split(',');
    for (const { role, file } of room.delegated[to]!) if (roles.includes(role)) copy.trust.remove(file);
    return copy;
  }

  /** What comes before the first module is asked for by itself, and then each of these. */
  private byModule(acts: readonly Act[], way: Question['way']): Omit<Lesson, 'wanted'> {
    const { releases } = this.room.job;
    const first = acts.findIndex(
      (act) => act.act === 'ask' && act.release !== null && !(way === 'sender' && act.isOfBearer),
    );
    if (first < 0) return { acts, modules: [] };
    const modules: (Omit<ModuleLesson, 'parts' | 'acts'> & { parts: FilePart[]; acts: Act[] })[] = [];
    for (const act of acts.slice(first)) {
      if (act.act !== 'ask') {
        modules.at(-1)!.acts.push(act);
        continue;
      }
      const { isOfBearer, questionBytes, answerBytes } = act;
      const release = act.release!;
      if (modules.at(-1)?.release !== release) {
        const bytes = releases[release]!.request.binary.length;
        modules.push({ release, bytes, isOfBearer, parts: [], acts: [] });
      }
      modules.at(-1)!.parts.push({ questionBytes, answerBytes: answerBytes! });
    }
    return { acts: acts.slice(0, first), modules };
  }
}

/** The news that came to nothing before those of a question, the first first. */
function allBefore({ before }: Question): Question[] {
  return before === null ? [] : [...allBefore(before), before];
}

/** The files of delegated roles among those of a disk, which node/trust/file-name.ts names. */
function delegatedFiles(files: readonly string[]): DelegatedFile[] {
  return files.flatMap((file) => {
    const role = /^\d+\.(.+)\.json$/.exec(file)?.[1];
    return role === undefined || (TOP_ROLES as readonly string[]).includes(role) ? [] : [{ role, file }];
  });
}

function copyOf({ trust, updates }: RelayStores, binaries: ModulePool): RelayStores {
  const copy = { trust: new MemoryTrustStore(), updates: new MemoryStore(binaries) };
  for (const file of trust.list()) copy.trust.write(file, trust.read(file)!);
  const record = updates.readRecord();
  if (record !== null) copy.updates.writeRecord(record);
  return copy;
}
