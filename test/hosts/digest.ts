import { createHash } from 'node:crypto';
import { compile } from '../../compiler/index.js';
import { Host, ramp, status } from '../abi/host.js';
import { convolutional, everyActivation, everyInitializer, lookup, mlp, type Model } from '../abi/models.js';

export type Hashes = Readonly<Record<string, string>>;

export interface Digest {
  readonly node: string;
  readonly engine: string;
  /** Of the compiled modules, both targets. */
  readonly modules: string;
  readonly parameters: Hashes;
  /** Null where the engine has no relaxed SIMD. */
  readonly relaxedParameters: Hashes | null;
  /** Of the outputs of baseline modules. */
  readonly outputs: Hashes;
}

const forwards: Readonly<Record<string, { model: Model; shapes: readonly (readonly number[])[] }>> = {
  mlp: { model: mlp, shapes: [[5, 10]] },
  convolutions: { model: convolutional, shapes: [[5, 9, 9, 3]] },
  activations: { model: everyActivation, shapes: [[40, 33]] },
  embedding: { model: lookup, shapes: [[4, 5]] },
};

const sha256 = (...parts: readonly Uint8Array[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const must = (code: number): void => {
  if (code !== status.ok) throw new Error(`status ${code}`);
};

/** What `initialize` makes of a model's parameters in their canonical layout: a hash for each initializer. */
export function parametersOf(binary: Uint8Array): Hashes {
  const host = new Host(binary);
  must(host.call('initialize', 0, 0, 0));
  const parts = new Map<string, number[]>();
  host.manifest.variables.forEach(({ initializer }, index) => {
    parts.set(initializer, [...(parts.get(initializer) ?? []), index]);
  });
  const hash = (indices: readonly number[]): string =>
    sha256(...indices.map((index) => bytesOf(host.parameter(index).words.slice()))).slice(0, 16);
  return Object.fromEntries([...parts].map(([initializer, indices]) => [initializer, hash(indices)]));
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
function outputsOf(binary: Uint8Array, shapes: readonly (readonly number[])[]): string {
  const host = new Host(binary);
  must(host.infer(...shapes));
  must(host.call('initialize', 0, 0, 0));
  host.write(...shapes.map((shape, i) => inputOf(shape, host.manifest.inputs[i]!.dtype)));
  must(host.call('forward'));
  const isNaN = (word: number): boolean => (word & 0x7fffffff) > 0x7f800000;
  return sha256(bytesOf(host.read().map((word) => (isNaN(word) ? 0x7fc00000 : word))));
}

/** What this host makes of the models: modules, parameters and outputs. */
export async function digest(): Promise<Digest> {
  const compiled = async (model: Model, target: 'baseline' | 'relaxed'): Promise<Uint8Array> =>
    (await compile(JSON.stringify(model), { target })).binary;
  const [baseline, relaxed] = [
    await compiled(everyInitializer, 'baseline'),
    await compiled(everyInitializer, 'relaxed'),
  ];
  const binaries = [baseline, relaxed];
  const outputs: Record<string, string> = {};
  for (const [name, { model, shapes }] of Object.entries(forwards)) {
    const binary = await compiled(model, 'baseline');
    binaries.push(binary, await compiled(model, 'relaxed'));
    outputs[name] = outputsOf(binary, shapes);
  }
  return {
    node: process.versions.node,
    engine: process.versions.v8,
    modules: sha256(...binaries),
    parameters: parametersOf(baseline),
    relaxedParameters: WebAssembly.validate(relaxed as Uint8Array<ArrayBuffer>) ? parametersOf(relaxed) : null,
    outputs,
  };
}
