// Runs in every host: WebAssembly, TextDecoder and crypto.subtle are all it uses.
import { Host, ramp, status } from '../abi/host.js';

export type Hashes = Readonly<Record<string, string>>;

/** The files of the compiled modules, and what to run them on. */
export interface Modules {
  /** Of the graphs with every initializer, for either target. */
  readonly initialized: readonly { readonly group: string; readonly baseline: string; readonly relaxed: string }[];
  /** For the baseline target, with the shapes of their inputs. */
  readonly forwards: readonly {
    readonly name: string;
    readonly file: string;
    readonly shapes: readonly (readonly number[])[];
  }[];
}

export interface Digest {
  readonly parameters: Hashes;
  /** Null where the engine has no relaxed SIMD. */
  readonly relaxedParameters: Hashes | null;
  readonly outputs: Hashes;
}

/** A compiled module, or null where the engine lacks what the file needs. */
export type Load = (file: string) => Promise<WebAssembly.Module | null>;

async function sha256(parts: readonly Uint32Array[]): Promise<string> {
  const words = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let length = 0;
  for (const part of parts) {
    words.set(part, length);
    length += part.length;
  }
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', words));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const must = (code: number): void => {
  if (code !== status.ok) throw new Error(`status ${code}`);
};

/**
 * What `initialize` makes of a model's parameters in their canonical layout: a hash for each initializer, called after it
 * and the group of models that this one is of.
 */
export async function parametersOf(source: Uint8Array | WebAssembly.Module, group = ''): Promise<Hashes> {
  const host = new Host(source);
  must(host.call('initialize', 0, 0, 0));
  const parts = new Map<string, Uint32Array[]>();
  host.manifest.variables.forEach(({ initializer }, index) => {
    parts.set(initializer, [...(parts.get(initializer) ?? []), host.parameter(index).words.slice()]);
  });
  const hashes: Record<string, string> = {};
  for (const [initializer, words] of parts)
    hashes[`${group} ${initializer}`.trim()] = (await sha256(words)).slice(0, 16);
  return hashes;
}

/** Values of every magnitude, either sign, with infinities and a NaN. */
const wild = (count: number): Float32Array => {
  const scales = [1, 10, 1e3, 1e-3, 1e10, 1e-40, 1e38];
  const special = [NaN, Infinity, -Infinity, -0];
  const values = ramp(count).map((value, i) => value * scales[Math.floor(i / 33) % scales.length]!);
  special.forEach((value, i) => (values[i * 66] = value));
  return values;
};

const inputOf = (shape: readonly number[], dtype: string): Float32Array | Int32Array => {
  const count = shape.reduce((product, size) => product * size, 1);
  return dtype === 'int32' ? Int32Array.from({ length: count }, (_, i) => (i * 7) % 20) : wild(count);
};

/** The hash of a model's outputs, in which every NaN counts as one: a host chooses its bits. */
async function outputsOf(module: WebAssembly.Module, shapes: readonly (readonly number[])[]): Promise<string> {
  const host = new Host(module);
  must(host.infer(...shapes));
  must(host.call('initialize', 0, 0, 0));
  host.write(...shapes.map((shape, i) => inputOf(shape, host.manifest.inputs[i]!.dtype)));
  must(host.call('forward'));
  const isNaN = (word: number): boolean => (word & 0x7fffffff) > 0x7f800000;
  return sha256([host.read().map((word) => (isNaN(word) ? 0x7fc00000 : word))]);
}

/** What the host that runs it makes of the modules. */
export async function digest({ initialized, forwards }: Modules, load: Load): Promise<Digest> {
  const loaded = async (file: string): Promise<WebAssembly.Module> => {
    const module = await load(file);
    if (!module) throw new Error(`${file}: the engine refuses it`);
    return module;
  };
  const outputs: Record<string, string> = {};
  for (const { name, file, shapes } of forwards) outputs[name] = await outputsOf(await loaded(file), shapes);
  const parameters: Record<string, string> = {};
  let relaxedParameters: Record<string, string> | null = {};
  for (const { group, baseline, relaxed } of initialized) {
    Object.assign(parameters, await parametersOf(await loaded(baseline), group));
    const module = await load(relaxed);
    if (module && relaxedParameters) Object.assign(relaxedParameters, await parametersOf(module, group));
    else relaxedParameters = null;
  }
  return { parameters, relaxedParameters, outputs };
}

/** For hosts that compile bytes. */
export const compiled = async (bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module | null> =>
  WebAssembly.validate(bytes) ? WebAssembly.compile(bytes) : null;
