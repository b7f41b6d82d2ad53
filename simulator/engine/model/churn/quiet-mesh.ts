/** The mesh in quiet times, when a link is made, or goes, at a stroke (quiet-times.ts). */

import { IDENTIFY_ANSWER_BYTES, NEGOTIATION_BYTES } from '../../gossipsub/negotiation.ts';
import { CLOSE_BYTES } from '../../gossipsub/relay-links.ts';
import { SETUP_BYTES } from '../../gossipsub/simulated-peers.ts';
import { COUNTS, MEMBERS } from '../mesh-care.ts';
import { ChangingMesh } from './changing-mesh.ts';

export class QuietMesh extends ChangingMesh {
  /**
   * A link is up at both ends, and both routers have opened their streams and told each other. What the
   * one hears before its own stream is open, or before the other has heard it, it acts on as it would have.
   */
  connect(nowUs: number, dialler: number, place: number): void {
    const { world, openUs, doneUs } = this;
    const { peer, reverse, latencyUs } = world.links;
    const [listener, there, wayUs] = [peer[place], reverse[place], latencyUs[place]];
    const opensUs = (relay: number, upUs: number): number =>
      (doneUs[relay] = Math.max(upUs + 2 * wayUs, doneUs[relay]) + 2 * wayUs);
    const diallerOpensUs = opensUs(dialler, nowUs + 2 * wayUs);
    const listenerOpensUs = opensUs(listener, nowUs + wayUs);
    openUs[place] = openUs[there] = nowUs;
    world.countNegotiation(nowUs, dialler, nowUs + wayUs, SETUP_BYTES);
    world.countNegotiation(nowUs, listener, nowUs + 2 * wayUs, SETUP_BYTES);
    for (const from of [dialler, listener]) {
      const to = from === dialler ? listener : dialler;
      const sentUs = from === dialler ? diallerOpensUs : listenerOpensUs;
      for (const answerBytes of [IDENTIFY_ANSWER_BYTES, NEGOTIATION_BYTES]) {
        world.countNegotiation(nowUs, from, sentUs, NEGOTIATION_BYTES);
        world.countNegotiation(nowUs, to, sentUs, answerBytes);
      }
      if (this.subscribes) world.countFrame(nowUs, from, sentUs + wayUs, to, world.shapes.subscribe);
    }
    if (!this.subscribes) return;
    if (listenerOpensUs <= diallerOpensUs) {
      this.noteSubscription(nowUs, dialler, place, diallerOpensUs <= listenerOpensUs + wayUs);
      const isCrossed = diallerOpensUs < listenerOpensUs + wayUs;
      this.hearLast(nowUs, listener, there, isCrossed, listenerOpensUs <= diallerOpensUs + wayUs);
    } else {
      this.noteSubscription(nowUs, listener, there, listenerOpensUs <= diallerOpensUs + wayUs);
      const isCrossed = listenerOpensUs < diallerOpensUs + wayUs;
      this.hearLast(nowUs, dialler, place, isCrossed, diallerOpensUs <= listenerOpensUs + wayUs);
    }
  }

  /** The second of two relays hears that the other subscribes; where a GRAFT of the other is not there yet, it sends one too. */
  private hearLast(nowUs: number, relay: number, place: number, isCrossed: boolean, isOpen: boolean): void {
    const { world, counts, plan } = this;
    const { peer, latencyUs } = world.links;
    const isGrafted = this.isInMesh(place);
    this.noteSubscription(nowUs, relay, place, isOpen);
    if (!isGrafted || !isCrossed || !isOpen || counts[relay * COUNTS + MEMBERS] > plan.Dlo) return;
    world.countFrame(nowUs, relay, nowUs + latencyUs[place], peer[place], world.shapes.graft);
  }

  /** A relay says goodbye on a link, which is down at both ends. */
  disconnect(nowUs: number, relay: number, place: number): void {
    const { world } = this;
    const { peer, reverse, latencyUs } = world.links;
    world.countNegotiation(nowUs, relay, nowUs + latencyUs[place], CLOSE_BYTES);
    this.linkDown(nowUs, relay, place);
    this.linkDown(nowUs, peer[place], reverse[place]);
    this.lookAfter(nowUs, peer[place]);
  }
}
