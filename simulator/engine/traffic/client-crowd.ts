/** The clients of a run: when they come, and the modules that they take over from relays or put in line themselves. */

import type { Environment } from '../../../node/environment.ts';
import { catalogue } from '../../../node/hooks/catalogue/catalogue.ts';
import type { AnyHook } from '../../../node/hooks/define-hook.ts';
import type { HookRuntime } from '../../../node/hooks/hook-runtime.ts';
import type { CellPool } from '../../../node/relay/cell.ts';
import type { FlowParameters } from '../../../node/relay/circuit-window.ts';
import type { ClientCircuit } from '../../../node/relay/client-circuit.ts';
import { type HookSlots, PlainSlots } from '../../../node/relay/hook-slots.ts';
import type { KeystreamBudget } from '../../../node/relay/keystream.ts';
import { SeededSecrets } from '../../../node/relay/seeded-secrets.ts';
import { USES } from '../../measure/traffic-result.ts';
import type { ClientsPlan } from '../../scenario/traffic-plan.ts';
import { randomStream } from '../random.ts';
import { Call, type VirtualClock } from '../virtual-clock.ts';
import type { CellNetwork } from './cell-network.ts';
import type { OnionDirectory, SimulatedDescriptor } from './onion-directory.ts';
import type { TrafficRecorder } from './traffic-recorder.ts';
import { WebUser } from './web-user.ts';

/** 98.0.0.0 and on: public addresses, and nobody's relay. */
export const FIRST_CLIENT_ADDRESS = 0x62000000;

/** A module that clients can take over from relays. */
export interface CarriedModule {
  readonly hook: string;
  readonly sha256: string;
  readonly binary: Uint8Array;
}

export interface CrowdParts {
  readonly clock: VirtualClock;
  readonly plan: ClientsPlan;
  readonly seed: number;
  /** The host of the first client; the others follow. */
  readonly firstHost: number;
  readonly runtime: HookRuntime;
  readonly network: CellNetwork;
  readonly directory: OnionDirectory;
  readonly cells: CellPool;
  readonly keystreams: KeystreamBudget;
  readonly flow: FlowParameters;
  readonly recorder: TrafficRecorder;
  readonly environmentOf: (host: number) => Pick<Environment, 'clock' | 'timers' | 'random'>;
  readonly modules: readonly CarriedModule[];
  /** What a relay that is asked tells clients to run; null where it tells nothing. */
  readonly offerOf: (relay: number) => HookSlots | null;
}

export class ClientCrowd {
  /** When each client put the first module in line, in microseconds; NaN before. */
  readonly updatedUs: Float64Array;
  private readonly parts: CrowdParts;
  private readonly users: (WebUser | null)[];
  private readonly slots: (HookSlots | null)[];
  /** What clients had before they came. */
  private readonly installedEarly: { readonly client: number; readonly module: CarriedModule }[] = [];

  constructor(parts: CrowdParts) {
    const { count } = parts.plan;
    this.parts = parts;
    this.users = new Array<WebUser | null>(count).fill(null);
    this.slots = new Array<HookSlots | null>(count).fill(null);
    this.updatedUs = new Float64Array(count).fill(Number.NaN);
  }

  /** Schedules when each client comes. */
  planAll(): void {
    const { clock, plan, seed, firstHost } = this.parts;
    const { fromSeconds, toSeconds, count } = plan;
    const coming = randomStream(seed, 'clients come');
    for (let client = 0; client < count; client++) {
      const atUs = fromSeconds * 1e6 + 1 + Math.floor(coming.uniform() * (toSeconds - fromSeconds) * 1e6);
      clock.plan(atUs, new Call(firstHost + client, () => this.start(client)));
    }
  }

  /** Those that have come. */
  present(): readonly WebUser[] {
    return this.users.flatMap((user) => user ?? []);
  }

  openCircuitsOf(client: number): readonly ClientCircuit[] {
    return this.users[client]?.onion.openCircuits ?? [];
  }

  /** How many circuits of all clients are open. */
  openCircuitCount(): number {
    let open = 0;
    for (const user of this.users) open += user?.onion.openCircuits.length ?? 0;
    return open;
  }

  /** A client puts a module in line by itself. To be called at its own event. */
  update(client: number, module: CarriedModule): void {
    const slots = this.slots[client];
    if (slots !== null) this.install(client, slots, module);
    else this.installedEarly.push({ client, module });
  }

  private start(client: number): void {
    const { clock, plan, firstHost, runtime, seed, directory, cells, keystreams, flow, recorder } =
      this.parts;
    const host = firstHost + client;
    const slots = new PlainSlots(runtime, `client ${client}`);
    this.slots[client] = slots;
    for (const early of this.installedEarly) {
      if (early.client === client) this.install(client, slots, early.module);
    }
    const bulkClients = Math.round(plan.bulkShare * plan.count);
    const kind = USES.indexOf(client < bulkClients ? 'bulk' : 'web');
    const user = new WebUser({
      host,
      client,
      seed,
      kind,
      use: plan[USES[kind]],
      circuitSeconds: plan.circuitSeconds,
      recorder,
      nowUs: () => clock.nowUs,
      onion: {
        environment: this.parts.environmentOf(host),
        slots,
        cells,
        keystreams,
        secrets: new SeededSecrets(`client ${client} of seed ${seed}`),
        dialer: this.parts.network.dialer({
          host,
          fingerprint: null,
          address: FIRST_CLIENT_ADDRESS + client,
        }),
        get consensus() {
          return directory.consensus;
        },
        circuits: plan.circuits,
        flow,
      },
      onCircuitOpen: (circuit) => this.takeOver(client, circuit, slots),
    });
    this.users[client] = user;
    user.start();
  }

  /** A client takes over what relays of its circuit run. */
  private takeOver(client: number, circuit: ClientCircuit, slots: HookSlots): void {
    const { modules, offerOf } = this.parts;
    for (const { relay } of circuit.path as readonly SimulatedDescriptor[]) {
      const offer = offerOf(relay);
      if (offer === null) continue;
      for (const module of modules) {
        const hook = catalogue.get(module.hook) as AnyHook;
        const isNews = slots.slot(hook).activeHash !== module.sha256;
        if (isNews && offer.slot(hook).activeHash === module.sha256) this.install(client, slots, module);
      }
    }
  }

  private install(client: number, slots: HookSlots, { hook: id, binary, sha256 }: CarriedModule): void {
    const { clock, modules, runtime } = this.parts;
    const hook = catalogue.get(id) as AnyHook;
    const admission = runtime.admit(hook, binary);
    if (!('admitted' in admission)) return;
    slots.slot(hook).stage(admission.admitted);
    const isFirst = sha256 === modules[0]?.sha256;
    if (isFirst && Number.isNaN(this.updatedUs[client])) this.updatedUs[client] = clock.nowUs;
  }
}
