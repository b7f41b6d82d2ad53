/**
 * The relay's metrics, for Prometheus: counters and histograms that are kept as things happen, and gauges that are
 * read when somebody asks.
 *
 * Labels take few values, none of them a stranger's: peers are counted, not named.
 */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { SlotReport } from '../updates/slot-report.ts';
import type { DaemonStatus } from './status.ts';

/** From a millisecond to two minutes. */
const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];

export class DaemonMetrics {
  readonly registry = new Registry();
  private readonly own = { registers: [this.registry] };
  readonly offers = new Counter({
    ...this.own,
    name: 'relaywave_update_offers_total',
    help: 'Offers of updates that were judged, by the channel they came by and the verdict.',
    labelNames: ['channel', 'verdict'] as const,
  });
  readonly judging = new Histogram({
    ...this.own,
    name: 'relaywave_update_judging_seconds',
    help: 'Time to judge an offer: for gossip to verify it, for other channels to fetch its metadata as well.',
    labelNames: ['channel'] as const,
    buckets: SECONDS,
  });
  readonly refusals = new Counter({
    ...this.own,
    name: 'relaywave_update_refusals_total',
    help: 'Offers and modules that were refused, by channel and reason.',
    labelNames: ['channel', 'reason'] as const,
  });
  readonly stages = new Counter({
    ...this.own,
    name: 'relaywave_update_stages_total',
    help: 'Modules that reached a stage: heard, verified, staged, activated, confirmed, rolled-back, quarantined, revoked and others.',
    labelNames: ['stage'] as const,
  });
  readonly sinceHeard = new Histogram({
    ...this.own,
    name: 'relaywave_update_seconds_since_heard',
    help: 'Time from hearing of a module to each later stage.',
    labelNames: ['stage'] as const,
    buckets: SECONDS,
  });

  /** `status` is asked at each scrape. */
  constructor(status: () => DaemonStatus) {
    const { own } = this;
    const gauge = (name: string, help: string, read: (status: DaemonStatus) => number): void => {
      new Gauge({
        ...own,
        name,
        help,
        collect() {
          this.set(read(status()));
        },
      });
    };
    new Gauge({
      ...own,
      name: 'relaywave_info',
      help: 'Always 1; its labels say which relay this is.',
      labelNames: ['peer', 'fingerprint'] as const,
      collect() {
        const { peer, fingerprint } = status();
        this.set({ peer, fingerprint }, 1);
      },
    });
    gauge('relaywave_up_seconds', 'Time since the relay began to listen.', ({ upSeconds }) => upSeconds);
    gauge(
      'relaywave_draining',
      '1 while the relay takes no new circuits because it is to stop.',
      ({ phase }) => Number(phase === 'draining'),
    );
    gauge('relaywave_peers', 'Connected peers.', ({ peers }) => new Set(peers.map(({ peer }) => peer)).size);
    gauge(
      'relaywave_mesh_peers',
      'Peers in the mesh of the topic of updates.',
      ({ peers }) => new Set(peers.filter(({ mesh }) => mesh).map(({ peer }) => peer)).size,
    );
    gauge('relaywave_circuits', 'Circuits that are open.', ({ traffic }) => traffic.circuits);
    gauge('relaywave_links', 'Links for cells that are open.', ({ traffic }) => traffic.links);
    gauge('relaywave_cells_waiting', 'Cells that wait to leave.', ({ traffic }) => traffic.cellsWaiting);
    gauge(
      'relaywave_trust_fresh_until_timestamp_seconds',
      'When the trusted timestamp expires, seconds since 1970; 0 before the first.',
      ({ trust }) => (trust.freshUntil === null ? 0 : Date.parse(trust.freshUntil) / 1000),
    );
    this.trustVersions(status);
    this.modules(status);
    this.traffic(status);
    this.storeFailures(status);
  }

  /** Adds those of the process: processor, memory, event loop, files. For a process that is one relay. */
  addProcessMetrics(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  private trustVersions(status: () => DaemonStatus): void {
    new Gauge({
      ...this.own,
      name: 'relaywave_trust_version',
      help: 'Version of the metadata that the relay trusts, by role; 0 for none.',
      labelNames: ['role'] as const,
      collect() {
        const { trust } = status();
        for (const role of ['root', 'timestamp', 'snapshot'] as const) this.set({ role }, trust[role]);
      },
    });
  }

  private modules(status: () => DaemonStatus): void {
    const places = (slot: SlotReport) => ({
      active: slot.active,
      previous: slot.previous,
      pending: slot.pending,
    });
    new Gauge({
      ...this.own,
      name: 'relaywave_hook_module',
      help: 'Always 1: which module stands where in a hook. The default stands in none.',
      labelNames: ['hook', 'place', 'module', 'version', 'sha256', 'phase'] as const,
      collect() {
        this.reset();
        for (const slot of status().hooks) {
          for (const [place, held] of Object.entries(places(slot))) {
            if (held === null) continue;
            const { sha256 } = held;
            const [module, version] = [held.module ?? '', String(held.version ?? '')];
            const phase = place === 'active' ? slot.phase : '';
            this.set({ hook: slot.hook, place, module, version, sha256, phase }, 1);
          }
        }
      },
    });
  }

  private storeFailures(status: () => DaemonStatus): void {
    new Counter({
      ...this.own,
      name: 'relaywave_store_failures_total',
      help: 'Writes to the state folder that failed; what they should have kept is gone after a restart.',
      labelNames: ['store'] as const,
      collect() {
        this.reset();
        for (const [store, failures] of Object.entries(status().storeFailures)) this.inc({ store }, failures);
      },
    });
  }

  private traffic(status: () => DaemonStatus): void {
    new Counter({
      ...this.own,
      name: 'relaywave_cells_total',
      help: 'Cells, by what became of them; received counts all that arrived.',
      labelNames: ['fate'] as const,
      collect() {
        this.reset();
        for (const [fate, cells] of Object.entries(status().traffic.cells)) this.inc({ fate }, cells);
      },
    });
    new Counter({
      ...this.own,
      name: 'relaywave_circuits_refused_total',
      help: 'Circuits that were refused, by the limit of connections or since handshakes had piled up.',
      labelNames: ['reason'] as const,
      collect() {
        const { refusedCircuits, overloadedCircuits } = status().traffic;
        this.reset();
        this.inc({ reason: 'limit' }, refusedCircuits);
        this.inc({ reason: 'overload' }, overloadedCircuits);
      },
    });
  }
}
