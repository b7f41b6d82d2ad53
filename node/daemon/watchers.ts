/** Two watchers that are told the same. */

import type { TransitionListener } from '../hooks/transition.ts';
import type { StageObserver } from '../updates/stage-observer.ts';

export function bothListeners(one: TransitionListener, other: TransitionListener): TransitionListener {
  return {
    onTransition: (...news) => {
      one.onTransition(...news);
      other.onTransition(...news);
    },
  };
}

/** What they return when an offer arrives comes back to each of them. */
export function bothObservers(one: StageObserver, other: StageObserver): StageObserver {
  const both = (tell: (observer: StageObserver) => void): void => {
    tell(one);
    tell(other);
  };
  return {
    onArrival: (offer) => [one.onArrival(offer), other.onArrival(offer)],
    onHeard: (target, arrival) => {
      const [first, second] = arrival as [unknown, unknown];
      one.onHeard(target, first);
      other.onHeard(target, second);
    },
    onVerified: (target) => both((observer) => observer.onVerified(target)),
    onStaged: (target) => both((observer) => observer.onStaged(target)),
    onRefused: (refused) => both((observer) => observer.onRefused(refused)),
    onRevoked: (sha256) => both((observer) => observer.onRevoked(sha256)),
    onFreshness: (freshness) => both((observer) => observer.onFreshness(freshness)),
  };
}
