import { ModuleError } from './errors.js';
import { named } from './feed.js';
import { ABI_VERSION, MANIFEST_SECTION, type Manifest } from './manifest.js';
import type { Source } from './types.js';

/** The functions of ABI version 1, see docs/abi.md. Those without a remark return a status. */
export interface Exports {
  readonly memory: WebAssembly.Memory;
  /** The version. */
  abiVersion(): number;
  /** The address of the table. */
  table(): number;
  /** The table's first word: what a status is about. */
  failed(): number;
  infer(): number;
  initialize(seedLow: number, seedHigh: number, flags: number): number;
  initializeParameter(index: number, kind: number, a: number, b: number, seedLow: number, seedHigh: number): number;
  prepare(): number;
  forward(): number;
  /** Zeroes what lasts between calls, if anything does. */
  reset?(): void;
  sampleParameter(
    index: number,
    kind: number,
    a: number,
    b: number,
    seedLow: number,
    seedHigh: number,
    first: bigint,
    count: number,
  ): number;
  readParameter(index: number): number;
  writeParameter(index: number): number;
}

export interface Opened {
  readonly exports: Exports;
  readonly manifest: Manifest;
}

/** A function of one relaxed SIMD instruction, `f32x4.relaxed_madd`, behind `unreachable`. */
export const RELAXED_PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 0, 253, 133, 2, 26, 11],
);

const fail = (code: string, what: string): never => {
  throw new ModuleError(code, 'instantiate', what);
};

function pick(source: unknown): WebAssembly.Module | ArrayBuffer {
  if (source instanceof WebAssembly.Module || source instanceof ArrayBuffer) return source;
  if (ArrayBuffer.isView(source)) return source;
  const { binary, baseline, relaxed } = Object(source) as Record<string, unknown>;
  if (binary) return pick(binary);
  if (baseline && relaxed) return pick(WebAssembly.validate(RELAXED_PROBE) ? relaxed : baseline);
  return fail('source', `expects a WebAssembly.Module or its bytes, got ${named(source)}`);
}

export function refuse(error: unknown): never {
  const { message } = error as Error;
  if (error instanceof WebAssembly.CompileError && !/allow|blocked/.test(message)) {
    fail('damaged', `the module is damaged or not WebAssembly: ${message}`);
  }
  return fail(
    'host',
    'this host does not compile WebAssembly from bytes; import the .wasm statically and pass the module',
  );
}

/** Makes a session of a module; a session that cannot be made is the module's fault. */
function start<T>(module: WebAssembly.Module, Session: Maker<T>): T {
  const [section] = WebAssembly.Module.customSections(module, MANIFEST_SECTION);
  if (!section) fail('foreign', 'the module was not compiled by nacre, or is cut off');
  let abi: number;
  try {
    const manifest = JSON.parse(new TextDecoder().decode(section)) as Manifest;
    ({ abi } = manifest);
    if (abi === ABI_VERSION) {
      const { exports } = new WebAssembly.Instance(module);
      return new Session({ exports: exports as unknown as Exports, manifest });
    }
  } catch (error) {
    return fail('damaged', `the module is damaged or refused: ${(error as Error).message}`);
  }
  return fail('abi', `the module has ABI version ${abi}, this runtime reads ${ABI_VERSION}; compile it again`);
}

type Maker<T> = new (opened: Opened) => T;

/** Instantiates at once: for modules, and for bytes where the host compiles them synchronously. */
export function openSync<T>(source: Source, Session: Maker<T>): T {
  let module = pick(source);
  try {
    if (!(module instanceof WebAssembly.Module)) module = new WebAssembly.Module(module);
  } catch (error) {
    return refuse(error);
  }
  return start(module, Session);
}

export async function open<T>(source: Source, Session: Maker<T>): Promise<T> {
  const given = pick(source);
  return start(given instanceof WebAssembly.Module ? given : await WebAssembly.compile(given).catch(refuse), Session);
}
