/** The part of the schema that says who the relays are: a shipped population, or a file of the user's. */

import { z } from 'zod';
import { checkOneOf, report } from './schema-values.ts';

const path = z.string().min(1).max(1000);
const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .optional();
const HASH = 'is refused if the file holds anything else; scenario.resolved.yaml has it';

const filePopulationSchema = z
  .strictObject({
    consensus: path
      .meta({
        description:
          'A consensus document as CollecTor publishes it: its running relays, with bandwidth, /24 and exit flag. ' +
          'Path relative to this file',
        examples: ['2025-11-09-01-00-00-consensus'],
      })
      .optional(),
    places: path
      .meta({
        description:
          'Beside consensus: a CSV with the columns prefix,country,network (or relay, a hashed fingerprint, in place ' +
          'of prefix). Relays that it does not place are placed in the shipped shares',
        examples: ['places.csv'],
      })
      .optional(),
    csv: path
      .meta({
        description:
          'A CSV with a relay a row: bandwidth in bytes per second, and, where known, weight, country, network, ' +
          'subnet, operator, uptime, flags (docs/populations.md). Path relative to this file',
        examples: ['relays.csv'],
      })
      .optional(),
    sha256: hash.meta({
      description: `SHA-256 of the consensus or CSV: ${HASH}`,
      examples: ['0'.repeat(64)],
    }),
    placesSha256: hash.meta({ description: `SHA-256 of places: ${HASH}`, examples: ['0'.repeat(64)] }),
  })
  .superRefine((population, context) => {
    checkOneOf(population, ['consensus', 'csv'], context);
    const { csv, places, placesSha256 } = population;
    if (csv !== undefined && places !== undefined) {
      report(context, 'stands beside a consensus only', 'give the CSV a column country', ['places']);
    }
    if (places === undefined && placesSha256 !== undefined) {
      report(context, 'means nothing without places', 'remove it', ['placesSha256']);
    }
  });

export const populationSchema = z.union([z.enum(['tor-2025-11', 'uniform']), filePopulationSchema]).meta({
  description:
    'Who the relays are. tor-2025-11: countries, networks, operators, bandwidth and latency drawn from the Tor ' +
    'network of November 2025. uniform: all alike, each run by its own operator. {consensus: FILE, places: FILE} or ' +
    '{csv: FILE}: relays of your own',
  examples: ['tor-2025-11', { csv: 'relays.csv' }],
});

export type PopulationInput = z.output<typeof populationSchema>;
