/** Comparisons with peers whose outcome a test decides. */

import type { PeerName } from '../../environment.ts';
import type { ChannelName } from '../channel.ts';
import type { Exchanged, StateExchange } from '../state-exchange.ts';

export class ScriptedExchange implements Pick<StateExchange, 'compare'> {
  /** Who was compared with, in order. */
  readonly compared: { readonly peer: PeerName; readonly channel: ChannelName }[] = [];
  outcome: (peer: PeerName) => Exchanged | Promise<Exchanged> = () => 'equal';

  async compare(peer: PeerName, channel: ChannelName): Promise<Exchanged> {
    this.compared.push({ peer, channel });
    return this.outcome(peer);
  }

  get peers(): PeerName[] {
    return this.compared.map(({ peer }) => peer);
  }
}
