/** What operators let their relays run, and from when on: the policies of a run as each relay's core asks for them. */

import { type ActivationPolicy, NEVER_MS } from '../../../node/updates/activation-policy.ts';
import { EPOCH_MS } from '../virtual-clock.ts';
import type { Job, RelayPolicies } from './job.ts';

/** Every relay of a scenario without operators. */
export const AT_ONCE: ActivationPolicy = { mayRunFromMs: () => 0 };

export class RelayConsent {
  private readonly policies: RelayPolicies;
  /** The column of each module that the run knows, hostile ones included, by hash. */
  private readonly columns = new Map<string, Float64Array>();

  constructor({ releases, hostileModules }: Job, policies: RelayPolicies) {
    this.policies = policies;
    const modules = [
      ...releases.map(({ moduleSha256 }) => moduleSha256),
      ...hostileModules.map((m) => m?.sha256),
    ];
    modules.forEach((sha256, row) => {
      const column = policies.mayRunFromUs[row];
      if (column === undefined) throw new Error(`the operators know nothing of module ${row}`);
      if (sha256 !== undefined) this.columns.set(sha256, column);
    });
  }

  /** A module that the run does not know runs nowhere: there is none. */
  of(relay: number): ActivationPolicy {
    return {
      mayRunFromMs: (_claim, sha256) => {
        const fromUs = this.columns.get(sha256)?.[relay];
        if (fromUs === undefined) throw new Error(`relay ${relay} asks its operator about an unknown module`);
        return consentMs(fromUs, this.policies);
      },
    };
  }
}

/** What an operator consents to from a moment on, by the relay's clock; not at all where that is too late to be followed. */
export function consentMs(fromUs: number, { untilUs }: Pick<RelayPolicies, 'untilUs'>): number {
  if (fromUs === 0) return 0;
  return fromUs > untilUs ? NEVER_MS : EPOCH_MS + Math.ceil(fromUs / 1000);
}
