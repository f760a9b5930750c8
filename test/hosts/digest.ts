// Runs in every host with JavaScript: WebAssembly and TextDecoder are all it uses.
import type { Manifest } from '../../runtime/manifest.js';
import { Sha256 } from '../../runtime/sha256.js';
import { Host, ramp, status } from '../abi/host.js';
import type { Digest, Hashes, Modules, Network, Run, Runs } from './host.js';

/** A module as the host gets it: bytes, or compiled where the host compiles none. */
export type Open = (file: string) => Promise<Uint8Array<ArrayBuffer> | WebAssembly.Module>;

export function sha256(parts: readonly (Uint32Array | Float32Array)[]): string {
  const hash = new Sha256();
  for (const { buffer, byteOffset, byteLength } of parts) hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest();
}

const must = (code: number): void => {
  if (code !== status.ok) throw new Error(`status ${code}`);
};

/**
 * The hashes of a model's parameters, each in its canonical layout: one for each initializer, called after it and the group
 * of models that this one is of.
 */
export function groupedHashes({ variables }: Manifest, parameters: readonly Uint32Array[], group: string): Hashes {
  const parts = new Map<string, Uint32Array[]>();
  variables.forEach(({ initializer }, index) => {
    parts.set(initializer, [...(parts.get(initializer) ?? []), parameters[index]!]);
  });
  const hashes: Record<string, string> = {};
  for (const [initializer, words] of parts) hashes[`${group} ${initializer}`.trim()] = sha256(words).slice(0, 16);
  return hashes;
}

/** What `initialize` makes of a model's parameters. */
export function parametersOf(source: Uint8Array | WebAssembly.Module, group = ''): Hashes {
  const host = new Host(source);
  must(host.call('initialize', 0, 0, 0));
  return groupedHashes(host.manifest, host.parameters(), group);
}

/** Values of every magnitude, either sign, with infinities and a NaN. */
const wild = (count: number): Float32Array => {
  const scales = [1, 10, 1e3, 1e-3, 1e10, 1e-40, 1e38];
  const special = [NaN, Infinity, -Infinity, -0];
  const values = ramp(count).map((value, i) => value * scales[Math.floor(i / 33) % scales.length]!);
  special.forEach((value, i) => (values[i * 66] = value));
  return values;
};

export const inputOf = (shape: readonly number[], dtype: string): Float32Array | Int32Array => {
  const count = shape.reduce((product, size) => product * size, 1);
  return dtype === 'int32' ? Int32Array.from({ length: count }, (_, i) => (i * 7) % 20) : wild(count);
};

/** The hash of outputs, in which every NaN counts as one: a host chooses its bits. */
export function hashOfOutputs(outputs: readonly Uint32Array[]): string {
  const isNaN = (word: number): boolean => (word & 0x7fffffff) > 0x7f800000;
  return sha256(outputs.map((words) => words.map((word) => (isNaN(word) ? 0x7fc00000 : word))));
}

function outputsOf(module: WebAssembly.Module, shapes: readonly (readonly number[])[]): string {
  const host = new Host(module);
  must(host.infer(...shapes));
  must(host.call('initialize', 0, 0, 0));
  host.write(...shapes.map((shape, i) => inputOf(shape, host.manifest.inputs[i]!.dtype)));
  must(host.call('forward'));
  return hashOfOutputs([host.read()]);
}

function run(module: WebAssembly.Module, { seed, shape, values }: Network): Run {
  const host = new Host(module);
  must(host.infer(shape));
  must(host.call('initialize', (seed ?? 0) >>> 0, Math.floor((seed ?? 0) / 2 ** 32), 0));
  host.write(Float32Array.from(values));
  must(host.call('forward'));
  return { outputs: [...host.read()], parameters: sha256(host.parameters()) };
}

/** A compiled module, or null where the engine lacks what it needs. */
async function compiled(source: Uint8Array<ArrayBuffer> | WebAssembly.Module): Promise<WebAssembly.Module | null> {
  if (!('byteLength' in source)) return source;
  return WebAssembly.validate(source) ? WebAssembly.compile(source) : null;
}

/** What the host that runs it makes of the modules, by docs/abi.md alone. */
export async function digest(
  { networks, initialized, forwards }: Modules,
  open: Open,
): Promise<Required<Omit<Digest, 'loader' | 'note'>>> {
  const maybe = async (file: string): Promise<WebAssembly.Module | null> => compiled(await open(file));
  const sure = async (file: string): Promise<WebAssembly.Module> => {
    const module = await maybe(file);
    if (!module) throw new Error(`${file}: the engine refuses it`);
    return module;
  };
  const runs: Record<string, Runs[string]> = {};
  for (const network of networks) {
    const relaxed = await maybe(network.files.relaxed);
    runs[network.name] = {
      baseline: run(await sure(network.files.baseline), network),
      relaxed: relaxed && run(relaxed, network),
    };
  }
  const outputs: Record<string, string> = {};
  for (const { name, file, shapes } of forwards) outputs[name] = outputsOf(await sure(file), shapes);
  const parameters: Record<string, string> = {};
  let relaxedParameters: Record<string, string> | null = {};
  for (const { group, baseline, relaxed } of initialized) {
    Object.assign(parameters, parametersOf(await sure(baseline), group));
    const module = await maybe(relaxed);
    if (module && relaxedParameters) Object.assign(relaxedParameters, parametersOf(module, group));
    else relaxedParameters = null;
  }
  return { networks: runs, parameters, relaxedParameters, outputs };
}
