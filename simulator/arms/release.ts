/**
 * Makes the releases of a scenario: each module built, padded to its size, and signed.
 *
 * Padding is a custom section at the end of the binary, which a relay hashes and carries but never runs.
 * It is noise, so that nobody is tempted to compress it away.
 */

import { createHash } from 'node:crypto';
import { catalogue } from '../../node/hooks/catalogue/catalogue.ts';
import { signUpdate } from '../../node/updates/signed-update.ts';
import { buildUpdate } from '../../updates/build.ts';
import { developmentPrivateKey } from '../../updates/development-key.ts';
import type { Release } from '../engine/gossipsub/job.ts';
import { randomStream } from '../engine/random.ts';
import { EPOCH_MS } from '../engine/virtual-clock.ts';
import type { Scenario, UpdatePlan } from '../scenario/scenario.ts';

const YEAR_MS = 365 * 24 * 3600 * 1000;
const CUSTOM_SECTION = 0;
const PADDING_NAME = 'padding';

/** A release, and what the report says of its module. */
export interface PreparedRelease extends Release {
  readonly module: string;
  readonly moduleBytes: number;
  readonly moduleSha256: string;
}

/** A size that the module cannot have. */
export class ModuleSizeError extends Error {}

/** Builds and signs every update of the scenario, in its order. */
export async function prepareReleases(scenario: Scenario): Promise<PreparedRelease[]> {
  const releases: PreparedRelease[] = [];
  for (const [index, update] of scenario.updates.entries()) {
    releases.push(await prepareRelease(scenario, update, index));
  }
  return releases;
}

async function prepareRelease(
  scenario: Scenario,
  update: UpdatePlan,
  index: number,
): Promise<PreparedRelease> {
  const { wasm, name, hook, interfaceVersion, version } = await buildUpdate(update.module);
  const binary = update.sizeBytes === null ? wasm : padModule(wasm, update.sizeBytes, name);
  const largest = catalogue.get(hook)?.limits.bytes ?? binary.length;
  if (binary.length > largest) {
    throw new ModuleSizeError(
      `module ${name} would be ${binary.length} bytes; relays refuse more than ${largest} at ${hook}`,
    );
  }
  const expires = new Date(EPOCH_MS + YEAR_MS).toISOString();
  const about = { module: name, version, hook, interfaceVersion, expires };
  return {
    module: name,
    moduleBytes: binary.length,
    moduleSha256: createHash('sha256').update(binary).digest('hex'),
    data: signUpdate(about, binary, [developmentPrivateKey()]),
    publisher: randomStream(scenario.seed, 'publisher', index).integer(scenario.network.relays),
    atUs: Math.round(update.atSeconds * 1e6),
  };
}

/**
 * The module with a custom section of noise that makes it `bytes` long.
 *
 * Throws ModuleSizeError when the module is longer already, or when no section has the missing length (a
 * section takes at least 11 bytes, and its length prefix skips a value where it grows by a byte).
 */
export function padModule(wasm: Uint8Array, bytes: number, name: string): Uint8Array {
  if (bytes === wasm.length) return wasm;
  const missing = bytes - wasm.length;
  for (let lengthBytes = 1; lengthBytes <= 5; lengthBytes++) {
    const noise = missing - 1 - lengthBytes - 1 - PADDING_NAME.length;
    const content = 1 + PADDING_NAME.length + noise;
    if (noise < 0 || leb128(content).length !== lengthBytes) continue;
    const stream = randomStream(0, 'padding');
    const section = [CUSTOM_SECTION, ...leb128(content), PADDING_NAME.length, ...Buffer.from(PADDING_NAME)];
    return new Uint8Array(
      Buffer.concat([
        wasm,
        Buffer.from(section),
        Buffer.from(Array.from({ length: noise }, () => stream.integer(256))),
      ]),
    );
  }
  throw new ModuleSizeError(
    `module ${name} is ${wasm.length} bytes and cannot be padded to ${bytes}; ask for at least ${wasm.length + 16}`,
  );
}

/** Unsigned LEB128, as WebAssembly writes lengths. */
function leb128(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest & 127) | 128);
  }
}
