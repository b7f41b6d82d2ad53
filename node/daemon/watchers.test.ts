import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Offer } from '../channels/channel.ts';
import type { SlotView } from '../hooks/transition.ts';
import type { ModuleTarget, RefusedOffer, StageObserver } from '../updates/stage-observer.ts';
import { bothListeners, bothObservers } from './watchers.ts';

/** Writes down what it is told. */
function noting(name: string, notes: string[]): StageObserver {
  const note = (what: string) => () => void notes.push(`${name} ${what}`);
  return {
    onArrival: () => `${name}'s arrival`,
    onHeard: (_target, arrival) => void notes.push(`${name} heard, ${arrival}`),
    onVerified: note('verified'),
    onStaged: note('staged'),
    onRefused: note('refused'),
    onRevoked: note('revoked'),
    onFreshness: (freshness) => void notes.push(`${name} ${freshness}`),
  };
}

test('two observers: both are told everything, each with the arrival that it answered', () => {
  const notes: string[] = [];
  const both = bothObservers(noting('one', notes), noting('other', notes));
  const target = {} as ModuleTarget;
  both.onHeard(target, both.onArrival({} as Offer));
  both.onVerified(target);
  both.onStaged(target);
  both.onRefused({} as RefusedOffer);
  both.onRevoked('');
  both.onFreshness('stale');
  assert.deepEqual(notes, [
    "one heard, one's arrival",
    "other heard, other's arrival",
    ...['verified', 'staged', 'refused', 'revoked', 'stale'].flatMap((what) => [
      `one ${what}`,
      `other ${what}`,
    ]),
  ]);
});

test('two listeners: both hear of a transition, with all that is said of it', () => {
  const heard: unknown[] = [];
  const listener = (name: string) => ({
    onTransition: (...news: readonly unknown[]) => void heard.push([name, ...news]),
  });
  const slot = {} as SlotView;
  bothListeners(listener('one'), listener('other')).onTransition(slot, 'activated', 'cell' as never, 'ab', 7);
  assert.deepEqual(heard, [
    ['one', slot, 'activated', 'cell', 'ab', 7],
    ['other', slot, 'activated', 'cell', 'ab', 7],
  ]);
});
