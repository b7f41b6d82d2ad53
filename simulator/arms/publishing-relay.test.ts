import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type RelayPolicies, THIRD_PARTIES } from '../engine/gossipsub/job.ts';
import type { Population } from '../population/population.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { publishedByTaker } from './publishing-relay.ts';
import type { PreparedRelease } from './release.ts';

const RELAYS = 4;

describe('the relay that a release is published through', () => {
  const { none, all } = THIRD_PARTIES;

  it('is the one drawn, or the next that takes part', () => {
    assert.equal(publisherOf('targets', 1, { embeds: [0, 1, 1, 1], takes: [none, none, none, none] }), 1);
    assert.equal(publisherOf('targets', 1, { embeds: [1, 0, 0, 1], takes: [none, none, none, none] }), 3);
    assert.equal(publisherOf('targets', 3, { embeds: [0, 1, 1, 0], takes: [none, none, none, none] }), 1);
  });

  it('of a third party is the next that takes it', () => {
    assert.equal(publisherOf('lab', 1, { embeds: [1, 1, 1, 1], takes: [all, none, none, all] }), 3);
    assert.equal(publisherOf('lab', 1, { embeds: [1, 1, 1, 0], takes: [all, none, none, all] }), 0);
  });

  it('of a third party that everybody refuses is the next that takes part', () => {
    assert.equal(publisherOf('lab', 1, { embeds: [1, 0, 1, 1], takes: [none, all, none, none] }), 2);
  });

  it('of a third party without operators is the next whose operator takes it by the draw', () => {
    const network = { scenario: scenario(0.5), population, policies: null };
    const published = Array.from({ length: RELAYS }, (_unused, publisher) =>
      publishedByTaker(release('lab', publisher), network),
    );
    const takers = new Set(published.map(({ publisher }) => publisher));
    assert.ok(takers.size < RELAYS, 'some relay refuses it, or the test shows nothing');
    for (const publisher of takers)
      assert.equal(publishedByTaker(release('lab', publisher), network).publisher, publisher);
    const refusing = publishedByTaker(release('lab', 1), { ...network, scenario: scenario(0) });
    assert.equal(refusing.publisher, 1);
  });
});

const population = { relays: RELAYS, operator: Uint32Array.of(0, 1, 2, 3) } as unknown as Population;

function scenario(thirdPartyShare: number): Scenario {
  return { seed: 1, trust: { thirdPartyShare } } as Scenario;
}

function release(role: string, publisher: number): PreparedRelease {
  return { request: { role }, publisher } as PreparedRelease;
}

function publisherOf(
  role: string,
  drawn: number,
  { embeds, takes }: { readonly embeds: readonly number[]; readonly takes: readonly number[] },
): number {
  const policies = {
    embeds: Uint8Array.from(embeds),
    thirdParties: Uint8Array.from(takes),
  } as unknown as RelayPolicies;
  return publishedByTaker(release(role, drawn), { scenario: scenario(1), population, policies }).publisher;
}
