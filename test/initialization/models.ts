import type { GraphSource } from '../../compiler/declaration.js';
import type { InitializerKind } from '../../compiler/initializers/index.js';
import { initializerDefinitions } from '../../compiler/initializers/resolve.js';
import { rngs, type Rng } from '../../compiler/ir.js';

export type Layout = 'io' | 'oi';
export const layouts: readonly Layout[] = ['io', 'oi'];
export { rngs, type Rng };

export interface Options {
  readonly kind: InitializerKind;
  readonly [option: string]: unknown;
}

const kindsWithoutOptions: readonly InitializerKind[] = [
  ...(['zeros', 'ones'] as const),
  ...(['glorotUniform', 'glorotNormal', 'heUniform', 'heNormal', 'lecunUniform', 'lecunNormal'] as const),
  ...(['xavier', 'msraPrelu', 'orthogonal', 'deltaOrthogonal', 'identity', 'dirac', 'bilinear', 'lstmBias'] as const),
];

/** Every kind, with its defaults and with options that tell one from another. */
export const initializers: readonly Options[] = [
  ...kindsWithoutOptions.map((kind) => ({ kind })),
  { kind: 'constant', value: -0.3 },
  { kind: 'uniform', low: -2, high: 3 },
  { kind: 'uniform', seed: 5 },
  { kind: 'normal', mean: 0.1, std: 1.5 },
  { kind: 'normal', std: 0.02, seed: '18446744073709551615' },
  { kind: 'truncatedNormal', mean: -1, std: 0.5 },
  { kind: 'truncatedNormal', std: 2, low: 0.5, high: 3, seed: 2 },
  { kind: 'truncatedNormal', mean: 0.1, std: 0.02, low: 0.09, high: 0.3, absolute: true },
  ...(['fanIn', 'fanOut', 'fanAvg', 'weightFanIn'] as const).flatMap((mode) =>
    (['uniform', 'truncatedNormal', 'untruncatedNormal'] as const).map((distribution) => ({
      ...{ kind: 'varianceScaling' as const, scale: 1.7, mode, distribution },
    })),
  ),
  { kind: 'varianceScaling', scale: 1 / 3, distribution: 'uniform', seed: 42 },
  { kind: 'xavier', rndType: 'gaussian', factorType: 'in', magnitude: 2.24 },
  { kind: 'msraPrelu', factorType: 'out', slope: 0.1 },
  { kind: 'orthogonal', gain: -1.5, seed: 3 },
  { kind: 'deltaOrthogonal', gain: 0.5, seed: 9 },
  { kind: 'identity', gain: -2 },
  { kind: 'dirac', groups: 2 },
  { kind: 'lstmBias', forgetBias: 2.5 },
  { kind: 'sparse', sparsity: 0.3 },
  { kind: 'sparse', sparsity: 1, std: 2 },
  { kind: 'sparse', sparsity: 0, std: 0.5, seed: 11 },
];

/** What is drawn element by element depends on a shape through its fans alone, so a few layers say all. */
const few = ['tall', 'bias', 'sequence', 'depthwise', 'table'];
const isElementwise = ({ kind }: Options): boolean => initializerDefinitions[kind].ranks[0] === 0 || kind === 'xavier';

const fits = ({ kind }: Options, rank: number, rng: Rng): boolean => {
  const { ranks, rngs: having } = initializerDefinitions[kind];
  return rank >= ranks[0] && rank <= ranks[1] && (having?.includes(rng) ?? true);
};

/** A layer whose weight, or bias, is filled in ever other ways. Weights of `packed` layers are kept in panels only. */
interface Layer {
  readonly name: string;
  readonly rank: number;
  readonly from: string;
  readonly parameter: 'weight' | 'bias';
  readonly packed?: true;
  readonly attributes: Readonly<Record<string, unknown>>;
}

const weight = { parameter: 'weight', packed: true } as const;
const convolution = { kind: 'conv2d', filters: 8, kernelSize: [3, 2], bias: false };

const layers: readonly Layer[] = [
  { name: 'tall', rank: 2, from: 'x', ...weight, attributes: { kind: 'dense', units: 6, bias: false } },
  { name: 'wide', rank: 2, from: 'x', ...weight, attributes: { kind: 'dense', units: 17, bias: false } },
  { name: 'bias', rank: 1, from: 'x', parameter: 'bias', attributes: { kind: 'dense', units: 12, weight: 'zeros' } },
  {
    ...{ name: 'sequence', rank: 3, from: 'sequence', ...weight },
    attributes: { kind: 'conv1d', filters: 6, kernelSize: 3, bias: false },
  },
  { name: 'image', rank: 4, from: 'image', ...weight, attributes: convolution },
  { name: 'groups', rank: 4, from: 'image', ...weight, attributes: { ...convolution, groups: 2 } },
  {
    ...{ name: 'depthwise', rank: 4, from: 'image', parameter: 'weight' },
    attributes: { kind: 'depthwiseConv2d', kernelSize: 2, depthMultiplier: 6, bias: false },
  },
  {
    ...{ name: 'table', rank: 2, from: 'ids', parameter: 'weight' },
    attributes: { kind: 'embedding', inputDim: 9, outputDim: 5 },
  },
];

/** `known`: no size is open; `free`: the batch is; `latched`: the channels wait for the first input too. */
export type Sizes = 'known' | 'free' | 'latched';

export const shapes = { x: [3, 11], sequence: [3, 5, 4], image: [3, 4, 5, 4], ids: [3, 2] } as const;

/**
 * Every layer that an initializer may fill, for each of the initializers.
 *
 * @param filled an initializer in the place of them all, each layer standing once for each of them
 */
export function modelOf(rng: Rng, layout: Layout, sizes: Sizes, filled?: string): GraphSource {
  const inputs = Object.entries(shapes).map(([name, shape]) => ({
    name,
    shape: shape.map((size, axis) =>
      axis === 0 && sizes !== 'known' ? 'batch' : axis === shape.length - 1 && sizes === 'latched' ? null : size,
    ),
    ...(name === 'ids' && { dtype: 'int32' as const, shape: [sizes === 'known' ? 3 : 'batch', 2] }),
  }));
  const placed = slotsOf(rng).map(({ layer: { from, parameter, attributes }, name, initializer }) => ({
    ...{ name, from, ...attributes, [parameter]: filled ?? initializer },
  }));
  return {
    ...{ nacre: 1, rng, defaults: { layout }, inputs, layers: placed as unknown as GraphSource['layers'] },
    outputs: placed.map(({ name }) => name),
  };
}

/** What initializers fill, with the name of its variable. */
export const slotsOf = (rng: Rng) =>
  initializers.flatMap((initializer, i) =>
    layers
      .filter(({ name, rank }) => fits(initializer, rank, rng) && (few.includes(name) || !isElementwise(initializer)))
      .map((layer) => {
        const name = `${layer.name}_${i}`;
        return { layer, name, variable: `${name}.${layer.parameter}`, initializer };
      }),
  );

/** Inputs of the sizes above. */
export const inputsOf = () =>
  Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const count = shape.reduce<number>((product, size) => product * size, 1);
      const isIndex = name === 'ids';
      const data = isIndex ? new Int32Array(count) : new Float32Array(count);
      return [name, { dtype: isIndex ? ('int32' as const) : ('float32' as const), shape, data }] as const;
    }),
  );
