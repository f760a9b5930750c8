import { createHash } from 'node:crypto';
import { compile } from '../../compiler/index.js';
import { Host, ramp, status } from '../abi/host.js';
import { convolutional, everyActivation, everyInitializer, lookup, mlp, type Model } from '../abi/models.js';

/** SHA-256 of all parameters of `everyInitializer` under seed 0, in their canonical layout: the same for ever. */
export const GOLDEN_PARAMETERS = '85fbba78e52421e5ade2125b44df38868a15446e5846e94262815202bcde6771';

export interface Digest {
  readonly node: string;
  readonly engine: string;
  /** Of the compiled modules, both targets. */
  readonly modules: string;
  readonly parameters: string;
  /** Null where the engine has no relaxed SIMD. */
  readonly relaxedParameters: string | null;
  /** Of the outputs of baseline modules. */
  readonly outputs: Readonly<Record<string, string>>;
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

/** The hash of what `initialize` makes of a model's parameters. */
export function parametersOf(binary: Uint8Array): string {
  const host = new Host(binary);
  must(host.call('initialize', 0, 0, 0));
  return sha256(...host.parameters().map(bytesOf));
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
