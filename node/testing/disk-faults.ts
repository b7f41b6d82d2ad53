/**
 * A disk on which one operation goes wrong: the process dies there, or the system refuses.
 *
 * It wraps node:fs for the whole process, imports of ES modules included, and looks at paths below one folder only.
 * Operations are named by what they do, not counted: files are written side by side, so the n-th is another one each
 * time. What the name holds of the process (its id) reads PID.
 *
 * The surprising part is `die`: nothing of the process happens any more below the folder, but the test that watches
 * it lives on. Calls that wait are never answered, the others throw.
 */

import { createRequire, syncBuiltinESMExports } from 'node:module';
import path from 'node:path';

/** Before the operation, with the half of its work done, or right after it. */
export type Moment = 'before' | 'half' | 'after';
/** `kill` is SIGKILL, `die` plays it within a test; otherwise the code with which the system refuses. */
export type Effect = 'kill' | 'die' | 'ENOSPC' | 'EACCES' | 'EROFS' | 'EMFILE' | 'EIO';

export interface FaultPoint {
  /** As `operations` names it. */
  readonly operation: string;
  readonly moment: Moment;
}

export interface Fault extends FaultPoint {
  readonly effect: Effect;
  /** The same for every operation from there on, as a full disk or a lack of descriptors has it. */
  readonly lasting?: boolean;
}

export interface DiskFaultOptions {
  readonly folder: string;
  /** None: operations are noted only. */
  readonly fault?: Fault | null;
  /** Also opening files to read and listing folders, where a lack of descriptors shows. */
  readonly reads?: boolean;
}

export interface NotedOperation {
  readonly operation: string;
  /** Whether its work can be done by half. */
  readonly divides: boolean;
  /** Whether it changes nothing. */
  readonly reads: boolean;
}

export interface DiskFaults {
  readonly operations: readonly NotedOperation[];
  /** Whether the point was reached. */
  readonly isStruck: boolean;
  /** Resolves when the process has died. */
  readonly struck: Promise<void>;
  /** Resolves when no operation is under way any more. */
  settled(): Promise<void>;
  /** Gives node:fs back as it was. */
  restore(): void;
}

export class Died extends Error {}

type Call = (...args: unknown[]) => unknown;
type Module = Record<string, Call>;

interface Operation {
  readonly name: string;
  /** Does the first half of the work. */
  readonly half: (() => void) | null;
  readonly reads?: boolean;
}

const files = createRequire(import.meta.url)('node:fs') as Module & { promises: Module };
/** As they are without faults. */
const plain = { ...files } as unknown as typeof import('node:fs');

const ONE_PATH = ['mkdir', 'rmdir', 'unlink', 'rm', 'truncate', 'chmod', 'utimes', 'mkdtemp'];
const TWO_PATHS = ['rename', 'link', 'symlink', 'copyFile'];
const CONTENTS = ['writeFile', 'appendFile'];
const DESCRIPTOR = ['write', 'writev', 'fsync', 'fdatasync', 'ftruncate'];
const READS = ['readFile', 'readdir', 'opendir'];
const PATH_CALLS = [...ONE_PATH, ...TWO_PATHS, ...CONTENTS, ...READS, 'open'];

/** What a system refuses that is in this state for good: a full disk still removes, an open file can be written. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  ENOSPC: /^(open|mkdir|write|writev|writeFile|appendFile|copyFile|link|symlink|mkdtemp) /,
  EMFILE: /^(open|opendir|readdir|readFile|writeFile|appendFile|copyFile|rm) /,
  EACCES: /^(?!write |writev |fsync |fdatasync |readFile |readdir |opendir )/,
  EROFS: /^(?!readFile |readdir |opendir )/,
  EIO: /^/,
};
const HANDLE_CALLS = { write: 'write', writev: 'writev', sync: 'fsync', datasync: 'fdatasync' } as const;

function bytesOf(content: unknown): Buffer {
  return typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as Uint8Array);
}

function firstHalf(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

/** The half of what `write` was asked to write, wherever its arguments stand. */
function writeHalf(descriptor: number, [content, from, length]: readonly unknown[]): void {
  const bytes = bytesOf(content);
  const isPart = typeof content !== 'string' && typeof from === 'number';
  const asked = isPart ? bytes.subarray(from, typeof length === 'number' ? from + length : undefined) : bytes;
  plain.writeSync(descriptor, firstHalf(asked));
}

function removeHalf(folder: string): void {
  const inside = plain.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const found = inside.filter((name) => plain.lstatSync(path.join(folder, name)).isFile());
  for (const name of found.slice(0, Math.ceil(found.length / 2))) plain.rmSync(path.join(folder, name));
}

function isFolder(name: string): boolean {
  return plain.statSync(name, { throwIfNoEntry: false })?.isDirectory() === true;
}

function opensToWrite(flags: unknown): boolean {
  if (typeof flags === 'number')
    return (flags & (plain.constants.O_WRONLY | plain.constants.O_RDWR | plain.constants.O_CREAT)) !== 0;
  return typeof flags === 'string' && flags !== 'r' && flags !== 'rs';
}

/** Wraps node:fs until `restore`. One at a time in a process. */
export function breakDisk({ folder, fault = null, reads = false }: DiskFaultOptions): DiskFaults {
  const root = path.resolve(folder);
  const places = new Map<number, string>();
  const handles = new WeakMap<object, string>();
  const opened = new Set<{ close(): Promise<void> }>();
  const operations: NotedOperation[] = [];
  const times = new Map<string, number>();
  const undo: (() => void)[] = [];
  let underWay = 0;
  let isStruck = false;
  let tellStruck = (): void => undefined;
  const struck = new Promise<void>((resolve) => {
    tellStruck = resolve;
  });

  /** The path below the folder, as names of operations have it; null outside. */
  const placeOf = (given: unknown): string | null => {
    if (typeof given !== 'string' && !(given instanceof URL) && !Buffer.isBuffer(given)) return null;
    const absolute = path.resolve(given instanceof URL ? given.pathname : given.toString());
    if (absolute !== root && !absolute.startsWith(root + path.sep)) return null;
    const shown = path.relative(root, absolute) || '.';
    return shown.replace(new RegExp(`([-.])${process.pid}(?=$|/)`, 'g'), '$1PID');
  };

  /** What a call by path changes; null for one that is left alone. */
  const operationOf = (name: string, args: readonly unknown[]): Operation | null => {
    const [first, second] = args;
    if (typeof first === 'number') {
      const place = places.get(first);
      if (place === undefined) return null;
      const divides = name === 'write' || name === 'writeFile';
      return { name: `${name} ${place}`, half: divides ? () => writeHalf(first, args.slice(1)) : null };
    }
    const place = placeOf(first);
    if (TWO_PATHS.includes(name)) {
      const to = placeOf(second);
      if (to === null && place === null) return null;
      const half =
        name === 'copyFile'
          ? () => plain.writeFileSync(second as string, firstHalf(plain.readFileSync(first as string)))
          : null;
      return { name: `${name} ${place ?? first} -> ${to ?? second}`, half };
    }
    if (place === null) return null;
    if (name === 'open') {
      const writes = opensToWrite(second ?? 'r');
      return writes || reads ? { name: `open ${place}`, half: null, reads: !writes } : null;
    }
    if (READS.includes(name)) return reads ? { name: `${name} ${place}`, half: null, reads } : null;
    if (CONTENTS.includes(name)) {
      const half = () =>
        (plain[`${name}Sync` as 'writeFileSync'] as Call)(first, firstHalf(bytesOf(second)), args[2]);
      return { name: `${name} ${place}`, half };
    }
    const halves = name === 'rm' && isFolder(first as string);
    return { name: `${name} ${place}`, half: halves ? () => removeHalf(first as string) : null };
  };

  const refusal = (operation: string): Error => {
    const code = fault?.effect as string;
    const error = new Error(`${code}: injected, ${operation}`);
    return Object.assign(error, { code, errno: -1, syscall: operation.split(' ')[0], path: root });
  };

  const die = (): void => {
    isStruck = true;
    tellStruck();
    if (fault?.effect !== 'kill') return;
    process.kill(process.pid, 'SIGKILL');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };

  /** What happens at this operation: nothing, the end, or a refusal; the moments that lie before it are done. */
  const meet = ({
    name,
    half,
    reads: isRead = false,
  }: Operation): { before: 'pass' | 'dead' | Error; diesAfter: boolean } => {
    const deadly = fault !== null && (fault.effect === 'kill' || fault.effect === 'die');
    if (isStruck && deadly) return { before: 'dead', diesAfter: false };
    const count = (times.get(name) ?? 0) + 1;
    times.set(name, count);
    const operation = count === 1 ? name : `${name} #${count}`;
    operations.push({ operation, divides: half !== null, reads: isRead });
    if (fault === null) return { before: 'pass', diesAfter: false };
    const isHere = fault.operation === operation;
    if (!isHere && !(isStruck && fault.lasting === true)) return { before: 'pass', diesAfter: false };
    if (deadly) {
      if (fault.moment === 'after') return { before: 'pass', diesAfter: true };
      if (fault.moment === 'half') half?.();
      die();
      return { before: 'dead', diesAfter: false };
    }
    const isRefused = isHere || REFUSED[fault.effect]?.test(name) === true;
    if (!isRefused) return { before: 'pass', diesAfter: false };
    if (isHere) {
      die();
      if (fault.moment === 'half') half?.();
    }
    return { before: refusal(name), diesAfter: false };
  };

  const never = new Promise<never>(() => undefined);

  const wrapSync = (original: Call, describe: (args: unknown[]) => Operation | null, keep?: Keep): Call =>
    function wrapped(this: unknown, ...args: unknown[]) {
      const operation = describe(args);
      const met = operation === null ? null : meet(operation);
      if (met?.before === 'dead') throw new Died(operation?.name);
      if (met?.before instanceof Error) throw met.before;
      try {
        const result = original.apply(this, args);
        keep?.(args, result);
        if (met?.diesAfter !== true) return result;
      } catch (error) {
        if (met?.diesAfter !== true) throw error;
      }
      die();
      throw new Died(operation?.name);
    };

  const wrapPromise = (original: Call, describe: Describe, keep?: Keep): Call =>
    async function wrapped(this: unknown, ...args: unknown[]) {
      const operation = describe.call(this, args);
      const met = operation === null ? null : meet(operation);
      if (met?.before === 'dead') return never;
      if (met?.before instanceof Error) throw met.before;
      underWay++;
      try {
        const result = await original.apply(this, args);
        keep?.(args, result);
        if (met?.diesAfter !== true) return result;
      } catch (error) {
        if (met?.diesAfter !== true) throw error;
      } finally {
        underWay--;
      }
      die();
      return never;
    };

  const wrapCallback = (original: Call, describe: (args: unknown[]) => Operation | null, keep?: Keep): Call =>
    function wrapped(this: unknown, ...args: unknown[]) {
      const callback = args.at(-1) as Call;
      const operation = typeof callback === 'function' ? describe(args.slice(0, -1)) : null;
      const met = operation === null ? null : meet(operation);
      if (met?.before === 'dead') return undefined;
      if (met?.before instanceof Error) return void process.nextTick(callback, met.before);
      if (operation === null && keep === undefined) return original.apply(this, args);
      underWay++;
      return original.call(this, ...args.slice(0, -1), (...results: unknown[]) => {
        underWay--;
        if (results[0] === null) keep?.(args, results[1]);
        if (met?.diesAfter === true) die();
        else callback(...results);
      });
    };

  const put = (module: Module, name: string, wrapped: Call): void => {
    const before = module[name] as Call;
    module[name] = wrapped;
    undo.push(() => {
      module[name] = before;
    });
  };

  const rememberDescriptor: Keep = ([given], descriptor) => {
    const place = placeOf(given);
    if (place === null) places.delete(descriptor as number);
    else places.set(descriptor as number, place);
  };
  const rememberHandle: Keep = ([given], handle) => {
    const place = placeOf(given);
    if (place === null) return;
    handles.set(handle as object, place);
    opened.add(handle as { close(): Promise<void> });
  };

  for (const name of [...PATH_CALLS, ...DESCRIPTOR]) {
    const describe: Describe = (args) => operationOf(name, args);
    const keep = name === 'open' ? rememberDescriptor : undefined;
    put(files, `${name}Sync`, wrapSync(files[`${name}Sync`] as Call, describe, keep));
    put(files, name, wrapCallback(files[name] as Call, describe, keep));
    if (!PATH_CALLS.includes(name)) continue;
    const keepHandle = name === 'open' ? rememberHandle : undefined;
    put(files.promises, name, wrapPromise(files.promises[name] as Call, describe, keepHandle));
  }
  const handlePrototype = fileHandlePrototype();
  const ofHandle = (name: string, half: boolean): Describe =>
    function describe(this: unknown, args) {
      const handle = this as { fd: number };
      const place = handles.get(handle);
      if (place === undefined) return null;
      return { name: `${name} ${place}`, half: half ? () => writeHalf(handle.fd, args) : null };
    };
  for (const [method, name] of Object.entries(HANDLE_CALLS)) {
    const wrapped = wrapPromise(handlePrototype[method] as Call, ofHandle(name, name === 'write'));
    put(handlePrototype, method, wrapped);
  }
  for (const name of CONTENTS) {
    put(handlePrototype, name, wrapPromise(handlePrototype[name] as Call, ofHandle(name, true)));
  }
  syncBuiltinESMExports();

  return {
    operations,
    get isStruck() {
      return isStruck;
    },
    struck,
    async settled() {
      while (underWay > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    },
    restore() {
      for (const back of undo.reverse()) back();
      syncBuiltinESMExports();
      for (const handle of opened) handle.close().catch(() => undefined);
    },
  };
}

type Describe = (this: unknown, args: unknown[]) => Operation | null;
type Keep = (args: readonly unknown[], result: unknown) => void;

let prototype: Module | null = null;

function fileHandlePrototype(): Module {
  if (prototype === null) throw new Error('call prepareDiskFaults first');
  return prototype;
}

/** Finds the class of file handles, which node:fs keeps to itself; to be called once before `breakDisk`. */
export async function prepareDiskFaults(): Promise<void> {
  const handle = await plain.promises.open(process.execPath);
  prototype = Object.getPrototypeOf(handle) as Module;
  await handle.close();
}

/** Every point of operations that were noted: before each, in its middle where it has one, and after it. */
export function faultPoints(noted: readonly NotedOperation[]): FaultPoint[] {
  return noted.flatMap(({ operation, divides }) =>
    (divides ? (['before', 'half', 'after'] as const) : (['before', 'after'] as const)).map((moment) => ({
      operation,
      moment,
    })),
  );
}
