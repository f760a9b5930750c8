import { readFileSync } from 'node:fs';
import { compile, type CompileOptions } from '../../compiler/index.js';
import { readSafetensors } from '../../compiler/import/safetensors.js';
import { folder, loadDigits, pixelsPerImage } from '../../examples/digits/data.js';
import { ramp } from '../abi/host.js';
import type { Model } from '../abi/models.js';
import type { Network, Target } from './host.js';

/** Layers of every kind that kernels differ for, and initializers of every kind that streams differ for. */
const seeded: Model = {
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 24, 12] }],
  layers: [
    {
      ...{ name: 'filters', kind: 'conv1d', filters: 32, kernelSize: 5, padding: 'same', activation: 'gelu' },
      ...{ weight: 'heNormal', bias: { kind: 'uniform', low: -0.1, high: 0.1 } },
    },
    { name: 'norm', kind: 'layerNormalization', gamma: { kind: 'normal', mean: 1, std: 0.1 } },
    { name: 'memory', kind: 'lstm', units: 20 },
    { name: 'hidden', kind: 'dense', units: 33, activation: 'tanh', weight: 'lecunNormal' },
    { name: 'y', kind: 'dense', units: 10, weight: { kind: 'truncatedNormal', std: 0.2 }, bias: 'ones' },
  ],
  outputs: ['y'],
};

/** The first digits of the test set. */
const count = 20;

const nameOf = (name: string, target: Target): string => `${name}.${target}.wasm`;
const filesOf = (name: string): Network['files'] => ({
  baseline: nameOf(name, 'baseline'),
  relaxed: nameOf(name, 'relaxed'),
});

/** What each of `count` digits is. */
export const digitLabels = (): number[] => [...loadDigits().test.labels.subarray(0, count)];

export const networks = (): readonly Network[] => [
  {
    ...{ name: 'digits', files: filesOf('digits'), seed: null, shape: [count, 8, 8, 1] },
    values: [...loadDigits().test.images.subarray(0, count * pixelsPerImage)],
  },
  {
    ...{ name: 'seeded', files: filesOf('seeded'), seed: 2 ** 40 + 42, shape: [7, 24, 12] },
    values: [...ramp(7 * 24 * 12)],
  },
];

/** What a network is compiled from. */
function sourceOf(name: string): readonly [source: string, options: CompileOptions] {
  if (name === 'seeded') return [JSON.stringify(seeded), {}];
  const tensors = readSafetensors(readFileSync(new URL('weights.safetensors', folder)));
  return [readFileSync(new URL('model.json', folder), 'utf8'), { tensors, weights: 'embed' }];
}

/** The networks for either target, by file name. */
export async function compileNetworks(): Promise<ReadonlyMap<string, Uint8Array>> {
  const binaries = new Map<string, Uint8Array>();
  for (const { name } of networks()) {
    const [source, options] = sourceOf(name);
    for (const target of ['baseline', 'relaxed'] as const) {
      binaries.set(nameOf(name, target), (await compile(source, { ...options, target })).binary);
    }
  }
  return binaries;
}

/** A network whose module tests itself with the network's values under its seed. */
export async function compileTested({ name, seed, shape, values }: Network, target: Target): Promise<Uint8Array> {
  const [source, options] = sourceOf(name);
  const [input] = (JSON.parse(source) as Pick<Model, 'inputs'>).inputs;
  const inputs = { [input!.name]: { data: Float32Array.from(values), shape } };
  return (await compile(source, { ...options, target, seed: seed ?? 0, selfTest: { inputs } })).binary;
}
