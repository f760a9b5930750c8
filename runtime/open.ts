import { ModuleError } from './errors.js';
import { named } from './feed.js';
import { ABI_VERSION, MANIFEST_SECTION, type Manifest } from './manifest.js';

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

/** A function of one relaxed SIMD instruction, `f32x4.relaxed_madd`, behind `unreachable`. @public for loaders */
export const RELAXED_PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 0, 253, 133, 2, 26, 11],
);

export const fail = (code: string, what: string): never => {
  throw new ModuleError(code, 'instantiate', what);
};

/** Modules and buffers are told by their names, since those of another realm are of other classes. */
function pick(source: unknown): WebAssembly.Module | BufferSource {
  const kind = named(source);
  if (kind === 'WebAssembly.Module' || kind === 'ArrayBuffer' || ArrayBuffer.isView(source))
    return source as ArrayBuffer;
  const { binary, baseline, relaxed } = Object(source) as Record<string, unknown>;
  if (binary) return pick(binary);
  if (baseline && relaxed) return pick(WebAssembly.validate(RELAXED_PROBE) ? relaxed : baseline);
  return fail('source', `expects a WebAssembly.Module or its bytes, got ${kind}`);
}

/**
 * Refuses what was not compiled or not instantiated. Engines tell a policy from damaged bytes by their texts alone, but
 * validate bytes under any policy.
 *
 * @param bytes that were not compiled · @public for loaders
 */
export function refuse(error: unknown, bytes?: BufferSource): never {
  if (bytes && WebAssembly.validate(bytes)) {
    fail(
      'host',
      "this host compiles no WebAssembly from bytes; allow 'wasm-unsafe-eval' in its CSP or import the .wasm",
    );
  }
  if (bytes && !WebAssembly.validate(RELAXED_PROBE) && new TextDecoder().decode(bytes).includes('"target":"relaxed"')) {
    fail('relaxed', "this host has no relaxed SIMD; compile for target 'baseline' or pass { baseline, relaxed }");
  }
  return fail('damaged', `the module is damaged or refused; load it again (${(error as Error).message})`);
}

interface Maker<T> {
  new (opened: Opened): T;
  /** Refuses more precisely what failed, told what there was by then. */
  explain?(error: unknown, module?: WebAssembly.Module, exports?: object): void;
}

/** Instantiates at once: for modules, and for bytes where the host compiles them synchronously. */
export function openSync<T>(source: unknown, Session: Maker<T>): T {
  const given = pick(source);
  let module: WebAssembly.Module | undefined;
  let exports: WebAssembly.Exports | undefined;
  try {
    module = 'byteLength' in given ? new WebAssembly.Module(given) : given;
    const [section] = WebAssembly.Module.customSections(module, MANIFEST_SECTION);
    if (!section) fail('foreign', 'the module is damaged or not of nacre; load it again');
    const manifest = JSON.parse(new TextDecoder().decode(section)) as Manifest;
    if (manifest.abi !== ABI_VERSION) {
      fail('abi', `the module has ABI version ${manifest.abi}, this runtime reads ${ABI_VERSION}; compile it again`);
    }
    ({ exports } = new WebAssembly.Instance(module));
    return new Session({ exports: exports as unknown as Exports, manifest });
  } catch (error) {
    if (error instanceof ModuleError) throw error;
    Session.explain?.(error, module, exports);
    return refuse(error, module ? undefined : (given as BufferSource));
  }
}

export async function open<T>(source: unknown, Session: Maker<T>): Promise<T> {
  let module = await source;
  try {
    module = await WebAssembly.compile(pick(module) as BufferSource);
  } catch {
    // A module already, or what is refused below.
  }
  return openSync(module, Session);
}
