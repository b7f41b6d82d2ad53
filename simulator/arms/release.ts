/**
 * Makes the releases of a scenario: each module built, padded to its size, and as it is to be published.
 *
 * Padding is a custom section at the end of the binary, which a relay hashes and carries but never runs.
 * It is noise, so that nobody is tempted to compress it away.
 */

import { createHash } from 'node:crypto';
import { catalogue } from '../../node/hooks/catalogue/catalogue.ts';
import type { ModuleCustomJson } from '../../node/trust/update-target.ts';
import { buildUpdate } from '../../updates/build.ts';
import { moduleEntry } from '../../updates/repository/update-entry.ts';
import type { HostileRelease, Release } from '../engine/gossipsub/job.ts';
import { randomStream } from '../engine/random.ts';
import { EPOCH_MS } from '../engine/virtual-clock.ts';
import { HOSTILE_MODULE } from '../scenario/adversary-schema.ts';
import type { Scenario, UpdatePlan } from '../scenario/scenario.ts';

const CUSTOM_SECTION = 0;
const PADDING_NAME = 'padding';

/** A release, and what the report says of its module. */
export interface PreparedRelease extends Release {
  readonly module: string;
  readonly moduleBytes: number;
  /** Whether it is known to do wrong. */
  readonly misbehaves: boolean;
}

/** A size that the module cannot have. */
export class ModuleSizeError extends Error {}

/** Builds every update of the scenario, in its order. Of one module, what comes out later has the later version. */
export async function prepareReleases(scenario: Scenario): Promise<PreparedRelease[]> {
  const releases: PreparedRelease[] = [];
  for (const [index, update] of scenario.updates.entries()) {
    releases.push(await prepareRelease(scenario, update, index, releases));
  }
  return releases;
}

async function prepareRelease(
  scenario: Scenario,
  update: UpdatePlan,
  index: number,
  earlier: readonly PreparedRelease[],
): Promise<PreparedRelease> {
  const { wasm, name, hook, interfaceVersion, stateVersion, version, misbehaves } = await buildUpdate(
    update.module,
  );
  const ofModule = earlier.filter(({ module }) => module === name);
  const sized = update.sizeBytes === null ? wasm : padModule(wasm, update.sizeBytes, name);
  // The same binary under another version would be the same module to a relay.
  const isKnown = ofModule.some(({ moduleSha256 }) => moduleSha256 === sha256(sized));
  const binary = isKnown ? numberModule(sized, ofModule.length) : sized;
  const largest = catalogue.get(hook)?.limits.bytes ?? binary.length;
  if (binary.length > largest) {
    throw new ModuleSizeError(
      `module ${name} would be ${binary.length} bytes; relays refuse more than ${largest} at ${hook}`,
    );
  }
  const { rollout, notBeforeSeconds, priority, publisher } = update;
  const moduleSha256 = sha256(binary);
  return {
    module: name,
    moduleBytes: binary.length,
    moduleSha256,
    misbehaves,
    request: {
      binary,
      module: name,
      version: version + releasedBefore(scenario.updates, index),
      hook,
      interfaceVersion,
      stateVersion,
      priority,
      notBefore: notBeforeSeconds === null ? null : momentText(notBeforeSeconds),
      rollout: {
        fraction: rollout?.steps[0] ?? 1,
        salt: moduleSha256.slice(0, 16),
        jitterSeconds: rollout?.jitterSeconds ?? 0,
      },
      role: publisher ?? 'targets',
    },
    publisher: randomStream(scenario.seed, 'publisher', index).integer(scenario.network.relays),
    atUs: Math.round(update.atSeconds * 1e6),
  };
}

/** How many releases of the same module come out before this one, wherever they stand in the scenario. */
function releasedBefore(updates: readonly UpdatePlan[], index: number): number {
  const { module, atSeconds } = updates[index];
  const isBefore = (other: UpdatePlan, place: number): boolean =>
    other.atSeconds < atSeconds || (other.atSeconds === atSeconds && place < index);
  return updates.filter((other, place) => other.module === module && isBefore(other, place)).length;
}

/** A moment of the run as metadata write it: whole seconds, rounded up. */
function momentText(seconds: number): string {
  return new Date(EPOCH_MS + Math.ceil(seconds) * 1000).toISOString().replace('.000Z', 'Z');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The module with its number in a custom section, which changes nothing but its hash. */
function numberModule(wasm: Uint8Array, number: number): Uint8Array {
  const name = Buffer.from('release');
  const content = [name.length, ...name, ...leb128(number)];
  return new Uint8Array(Buffer.concat([wasm, Buffer.from([CUSTOM_SECTION, content.length, ...content])]));
}

/** The hostile module of each attack that has one, signed for by nobody yet. */
export async function prepareHostileModules(scenario: Scenario): Promise<(HostileRelease | null)[]> {
  const modules: (HostileRelease | null)[] = [];
  for (const attack of scenario.adversary?.attacks ?? []) {
    const name = attack.module === '' ? HOSTILE_MODULE : attack.module;
    const { wasm, hook, interfaceVersion, stateVersion, version } = await buildUpdate(name);
    const entry = moduleEntry(
      { binary: wasm, module: name, version, hook, interfaceVersion, stateVersion },
      1_000_000,
    );
    const { path, custom } = entry.target;
    modules.push({ path, binary: wasm, custom: custom as unknown as ModuleCustomJson, sha256: sha256(wasm) });
  }
  return modules;
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
