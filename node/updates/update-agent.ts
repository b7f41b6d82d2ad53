/**
 * A relay's agent: turns what channels offer into modules that run.
 *
 * An offer is verified by the trust client, and what it costs is charged to the relay's processor before anything
 * comes of it. Then the whole of what the metadata list is looked at anew, never the offer alone: so it does not
 * matter which channel brought what, or in which order. Revocations take effect first.
 *
 * Metadata that go stale raise an alarm and stop nothing that runs (freshness-alarm.ts).
 */

import type { Offer, OfferTaker, Receipt, Refusal } from '../channels/channel.ts';
import type { Environment } from '../environment.ts';
import type { Fetcher } from '../trust/fetcher.ts';
import { verdictOn } from '../trust/refusal.ts';
import { revokedHashes } from '../trust/revocation.ts';
import type { Refreshed, ThirdPartyPolicy, TrustClient, VerificationWork } from '../trust/trust-client.ts';
import { type CarriedTargets, checkCarried, NOTHING_CARRIED } from './carried-targets.ts';
import { FreshnessAlarm } from './freshness-alarm.ts';
import type { ModuleHost } from './module-host.ts';
import { ModuleIntake } from './module-intake.ts';
import type { Cause } from './module-record.ts';
import type { StageObserver } from './stage-observer.ts';
import { NOTHING_TRUSTED, type TrustedView, viewOf } from './trusted-view.ts';

export interface UpdateAgentParts {
  readonly environment: Pick<Environment, 'clock' | 'timers' | 'processor' | 'random'>;
  /** Initialised with the root that came with the relay. */
  readonly client: TrustClient;
  readonly host: ModuleHost;
  /** Where modules come from that an offer's source lacks: peers, by chunks. */
  readonly targets: Fetcher;
  /** Where they are had from when peers have not had one for a while: authorities. */
  readonly reserve?: Fetcher | null;
  readonly observer: StageObserver;
  readonly policy: UpdatePolicy;
}

/** What the operator decides. */
export interface UpdatePolicy {
  /** Delegated roles whose modules may run here; the same as the trust client's, and checked once more. */
  readonly thirdParties: ThirdPartyPolicy;
}

/** What the publication that is trusted now came to. */
interface Judgement {
  readonly timestampSha256: string;
  /** Why nothing that it brought is of use here; null if something is. */
  readonly refused: Refusal | null;
}

const NO_RECEIPT: Receipt = { verdict: 'ignore', refused: null, news: false };

export class UpdateAgent implements OfferTaker {
  private readonly parts: UpdateAgentParts;
  private readonly alarm: FreshnessAlarm;
  private readonly intake: ModuleIntake;
  private view: TrustedView = NOTHING_TRUSTED;
  private judgement: Judgement = { timestampSha256: '', refused: null };
  /** Refreshes so far, and the last one that has taken effect: processors may finish out of order. */
  private refreshes = 0;
  private effective = 0;
  private isStopped = false;

  constructor(parts: UpdateAgentParts) {
    this.parts = parts;
    const { environment, client, observer } = parts;
    const look = (): void => this.lookAnew();
    this.alarm = new FreshnessAlarm(environment, () => client.freshUntilMs(), observer, look);
    this.intake = new ModuleIntake(parts);
  }

  /** Goes on with what the relay's store knows: to be called once, when the relay is up. */
  start(): void {
    this.alarm.look();
    this.lookAnew();
  }

  /** Calls off what is planned and under way. What runs, runs on. */
  stop(): void {
    this.isStopped = true;
    this.alarm.stop();
    this.intake.stop();
  }

  /** Whether it wants a module and has not got it yet; `file` is its name among the targets. */
  isFetching(file: string): boolean {
    return this.intake.isFetching(file);
  }

  /** The relay's core has taken a module out for what it did: the next best takes its place. */
  replace(): void {
    this.intake.replace();
  }

  /** At what is trusted, without news. */
  private lookAnew(): void {
    this.takeEffect(++this.refreshes, viewOf(this.parts.client, [], this.view), null, NOTHING_CARRIED);
  }

  async take(offer: Offer): Promise<Receipt> {
    if (this.isStopped) return NO_RECEIPT;
    const { client, observer } = this.parts;
    const arrival = observer.onArrival(offer);
    const refreshed = await client.refresh(offer.source);
    const number = ++this.refreshes;
    const view = 'refused' in refreshed ? null : viewOf(client, refreshed.leftOut, this.view);
    // Other channels' sources are networks: what they lack is fetched later.
    const carried =
      view !== null && offer.channel === 'gossip'
        ? await checkCarried(offer.source, client)
        : NOTHING_CARRIED;
    await this.work(refreshed.work, carried.hashedBytes);
    if (this.isStopped) return NO_RECEIPT;
    this.alarm.look();
    if (view !== null) this.takeEffect(number, view, { offer, arrival }, carried);
    return this.receipt(offer, refreshed, view, carried);
  }

  private takeEffect(number: number, view: TrustedView, cause: Cause, carried: CarriedTargets): void {
    if (number < this.effective && view.timestampSha256 !== this.view.timestampSha256) return; // it is history
    this.effective = Math.max(this.effective, number);
    this.view = view;
    const { host, observer } = this.parts;
    let useful = 0;
    for (const hash of revokedHashes(view.targets)) {
      if (!host.revoke(hash)) continue;
      observer.onRevoked(hash);
      useful++;
    }
    const news = this.intake.settle(view.targets, cause, carried.right);
    if (this.judgement.timestampSha256 === view.timestampSha256) return;
    const refused = useful + news.heard > 0 ? null : (news.refused[0] ?? null);
    this.judgement = { timestampSha256: view.timestampSha256, refused };
  }

  private receipt(
    offer: Offer,
    refreshed: Refreshed,
    view: TrustedView | null,
    { wrong }: CarriedTargets,
  ): Receipt {
    const { observer } = this.parts;
    const { channel, peer } = offer;
    if ('refused' in refreshed || view === null) {
      const { refused } = refreshed as Extract<Refreshed, { refused: unknown }>;
      observer.onRefused({ reason: refused, channel, peer, target: null });
      return { verdict: verdictOn(refused), refused, news: false };
    }
    const news = refreshed.updated;
    if (wrong !== null) {
      observer.onRefused({ reason: wrong.refused, channel, peer, target: wrong.target });
      return { verdict: verdictOn(wrong.refused), refused: wrong.refused, news };
    }
    if (view.snapshot !== this.view.snapshot) return NO_RECEIPT; // overtaken meanwhile
    if (refreshed.overtaken !== null && !news) {
      const reason = refreshed.overtaken.refused;
      observer.onRefused({ reason, channel, peer, target: null });
      return { verdict: 'accept', refused: reason, news };
    }
    const { refused } = this.judgement;
    if (refused !== null) return { verdict: 'ignore', refused, news };
    return { verdict: 'accept', refused: null, news };
  }

  /** Resolves when the processor has done it. */
  private work({ signatures, bytes }: VerificationWork, hashedBytes: number): Promise<void> {
    const { processor } = this.parts.environment;
    return new Promise((resolve) => {
      processor.work({ kind: 'verify', signatures, bytes: bytes + hashedBytes }, resolve);
    });
  }
}
