/** The words of the `update` verbs: a report, an inspection, the list of hooks, each as lines. */

import { catalogue } from '../../node/hooks/catalogue/catalogue.ts';
import type { ModuleFacts } from '../../node/wasm/module-version.ts';
import type { Inspection, Verdict } from './inspect-module.ts';
import type { UpdateReport } from './test-update.ts';

export function hookList(): string[] {
  return [...catalogue.values()].flatMap((hook) => {
    const parameters = hook.parameters.map(({ name, kind }) => `${name}: ${kind}`).join(', ');
    return [
      `${hook.id} ${hook.interfaceVersion}  ${hook.summary}`,
      `    ${hook.entry}(${parameters}) -> ${hook.result}; state ${hook.stateBytes} bytes, fuel ${hook.fuel}`,
    ];
  });
}

export function reportText(report: UpdateReport, json: boolean): string[] {
  if (json) return [JSON.stringify(forJson(report))];
  const { update, hook, rejected, facts, vectors, profile } = report;
  const lines = [`${update.name} ${update.version} for ${hook.id}: ${update.wasm.length} bytes`];
  if (rejected !== null) return [...lines, ...rejectionText(rejected)];
  if (facts !== null) lines.push(`  admitted: ${factsText(facts)}`);
  for (const { title, fuel, problem } of vectors) {
    lines.push(
      `  ${problem === null ? 'ok    ' : 'FAILED'}  ${title}${problem === null ? `  (${fuel} fuel)` : `: ${problem}`}`,
    );
  }
  if (vectors.length === 0) lines.push('  no vectors: write some in vectors.json');
  if (profile !== null) {
    const share = ((100 * profile.most) / profile.budget).toFixed(0);
    lines.push(
      `  fuel: ${profile.least} to ${profile.most} of ${profile.budget} (${share} %), mean ${profile.mean}, over ${profile.calls} calls`,
    );
    lines.push(`  most for: ${profile.mostFor}`);
    for (const [fault, count] of profile.faults) lines.push(`  FAILED  ${count} of these calls: ${fault}`);
  }
  return lines;
}

/** Without the binary and the hook's functions. */
function forJson({ update, hook, rejected, facts, vectors, profile, passed }: UpdateReport): object {
  const { name, version, sha256, wasm } = update;
  const faults = profile === null ? {} : Object.fromEntries(profile.faults);
  return {
    ...{ name, version, hook: hook.id, bytes: wasm.length, sha256, rejected, facts, vectors },
    profile: profile === null ? null : { ...profile, faults },
    passed,
  };
}

export function inspectionText(file: string, inspection: Inspection, json: boolean): string[] {
  if (json) return [JSON.stringify(inspection)];
  const { sections, imports, exports, memory, verdicts } = inspection;
  const lines = [`${file}: ${inspection.bytes} bytes, sha256 ${inspection.sha256}`, 'sections'];
  for (const { name, at, bytes } of sections)
    lines.push(`  0x${at.toString(16).padStart(4, '0')}  ${String(bytes).padStart(6)}  ${name}`);
  lines.push(
    'imports',
    ...indented(imports),
    'exports',
    ...indented(exports),
    `memory\n  ${memory ?? 'none'}`,
  );
  for (const verdict of verdicts) lines.push(...verdictText(verdict));
  return lines;
}

function indented(items: readonly string[]): string[] {
  return items.length === 0 ? ['  none'] : items.map((item) => `  ${item}`);
}

function verdictText({ hook, rejected, around, facts }: Verdict): string[] {
  if (rejected !== null)
    return [
      `admission for ${hook}`,
      ...rejectionText(rejected),
      ...(around === null ? [] : [`    ${around}`]),
    ];
  if (facts === null) return [];
  return [
    `admission for ${hook}`,
    `  admitted: ${factsText(facts)}`,
    `  fuel of the hook's vectors: ${facts.vectorFuel.join(', ')} of ${facts.fuel}`,
  ];
}

function rejectionText({
  rejected,
  detail,
  at,
}: {
  rejected: string;
  detail: string;
  at?: number;
}): string[] {
  return [`  rejected: ${rejected}: ${detail}${at === undefined ? '' : ` (at 0x${at.toString(16)})`}`];
}

function factsText(facts: ModuleFacts): string {
  const { functions, instructions, loops, stackBytes, meteredBytes } = facts;
  return `${functions} functions, ${instructions} instructions, ${loops} loops, ${stackBytes} bytes of stack, ${meteredBytes} bytes metered`;
}
