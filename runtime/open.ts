import { ModuleError } from './errors.js';
import { ABI_VERSION, MANIFEST_SECTION, type Manifest } from './manifest.js';
import type { Signature, Source } from './types.js';

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
  readParameter(index: number): number;
  writeParameter(index: number): number;
}

/** A function of one relaxed SIMD instruction, `f32x4.relaxed_madd`. */
const RELAXED_PROBE = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0],
  ...[65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 15, 253, 133, 2, 11],
);

type Bytes = Uint8Array | ArrayBuffer;

const pick = (source: Source): WebAssembly.Module | Bytes => {
  if (source instanceof WebAssembly.Module || source instanceof ArrayBuffer || ArrayBuffer.isView(source)) {
    return source;
  }
  if (source && typeof source === 'object') {
    if ('binary' in source) return source.binary;
    if ('baseline' in source) return WebAssembly.validate(RELAXED_PROBE) ? source.relaxed : source.baseline;
  }
  throw new ModuleError('source', 'instantiate', 'expects a WebAssembly.Module or the bytes of one');
};

const refuse = (error: unknown): never => {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof WebAssembly.CompileError && !/disallow|not allowed|unsafe-eval|blocked/i.test(text)) {
    throw new ModuleError('damaged', 'instantiate', `the module is damaged or not WebAssembly: ${text}`);
  }
  throw new ModuleError(
    'host',
    'instantiate',
    'this host does not compile WebAssembly from bytes; import the .wasm statically and pass the module',
  );
};

export interface Opened {
  readonly exports: Exports;
  readonly manifest: Manifest;
}

function start(module: WebAssembly.Module): Opened {
  const [section] = WebAssembly.Module.customSections(module, MANIFEST_SECTION);
  if (!section) throw new ModuleError('foreign', 'instantiate', 'the module was not compiled by nacre');
  let manifest: Manifest;
  try {
    manifest = JSON.parse(new TextDecoder().decode(section)) as Manifest;
  } catch {
    throw new ModuleError('damaged', 'instantiate', 'the module is damaged: its manifest cannot be read');
  }
  if (manifest.abi !== ABI_VERSION) {
    const text = `the module has ABI version ${manifest.abi}, this runtime reads ${ABI_VERSION}; compile it again`;
    throw new ModuleError('abi', 'instantiate', text);
  }
  try {
    return { exports: new WebAssembly.Instance(module).exports as unknown as Exports, manifest };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new ModuleError('memory', 'instantiate', `the host refused the module: ${text}`);
  }
}

/** Instantiates at once: for modules, and for bytes where the host compiles them synchronously. */
export function openSync(source: Source<Signature>): Opened {
  const given = pick(source);
  if (given instanceof WebAssembly.Module) return start(given);
  try {
    return start(new WebAssembly.Module(given as ArrayBuffer));
  } catch (error) {
    if (error instanceof ModuleError) throw error;
    return refuse(error);
  }
}

export async function open(source: Source<Signature>): Promise<Opened> {
  const given = pick(source);
  if (given instanceof WebAssembly.Module) return start(given);
  return start(await WebAssembly.compile(given as ArrayBuffer).catch(refuse));
}
