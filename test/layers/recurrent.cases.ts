import { single, tfjs, tfjsLayer, type InputSource, type LayerCase, type Oracle } from './case.js';
import { at, concatenated, generate, withShape, type Reference } from './reference.js';
import { runRecurrent, type RecurrentOptions, type RecurrentResult } from './recurrent-reference.js';
import type * as tf from '@tensorflow/tfjs-core';
import { layers as tfjsLayers, sequential } from '@tensorflow/tfjs-layers';

const kinds = ['simpleRnn', 'gru', 'lstm'] as const;
type Kind = (typeof kinds)[number];

/** What tfjs is told where nacre's defaults are others. */
const usual: Readonly<Record<Kind, object>> = {
  simpleRnn: {},
  gru: { recurrentActivation: 'sigmoid', resetAfter: false },
  lstm: { recurrentActivation: 'sigmoid' },
};
/** The same in nacre's words. */
const own: Readonly<Record<Kind, object>> = { simpleRnn: {}, gru: { resetAfter: false }, lstm: {} };

type Maker = (options: object) => {
  apply(...args: unknown[]): tf.Tensor | tf.Tensor[];
  setWeights(w: tf.Tensor[]): void;
};
const makers = { simpleRnn: tfjsLayers.simpleRNN, gru: tfjsLayers.gru, lstm: tfjsLayers.lstm } as unknown as Readonly<
  Record<Kind, Maker>
>;

/** Layers one after the other, which hand masks on. */
const tfSequential = (list: readonly object[]): { predict(x: tf.Tensor): tf.Tensor } => {
  const model = sequential();
  list.forEach((layer, index) => {
    const first = layer as { batchInputShape?: readonly (number | null)[] };
    if (index === 0) first.batchInputShape = [null, null, 2];
    model.add(layer as never);
  });
  return model as unknown as { predict(x: tf.Tensor): tf.Tensor };
};

const weights = ['weight', 'recurrentWeight'];

/** What a tfjs layer gives, started from the inputs after the first; `pick` chooses of output, hidden and cell state. */
const byTfjs = (kind: Kind, options: object, parameters: readonly string[], pick = 0): Oracle =>
  tfjs(([x, ...initial], values) => {
    // Orthogonal initializers take tfjs seconds.
    const layer = makers[kind]({ ...usual[kind], recurrentInitializer: 'zeros', returnState: true, ...options });
    const apply = (): tf.Tensor[] =>
      layer.apply(x, initial.length > 0 ? { initialState: initial } : {}) as unknown as tf.Tensor[];
    apply();
    layer.setWeights(values);
    return apply()[pick]!;
  }, parameters);

const shapeOf = (batch: number, time: number): readonly number[] => [batch, time, 5];

const sizes: readonly LayerCase[] = kinds.flatMap((kind) =>
  [
    [1, 4, 1],
    [1, 1, 8],
    [3, 4, 6],
    [2, 3, 13],
  ].map(([units, batch, time]) =>
    single(
      `${units} units, ${batch} rows, ${time} steps`,
      kind,
      { units, ...own[kind] },
      shapeOf(batch!, time!),
      byTfjs(kind, { units }, [...weights, 'bias']),
    ),
  ),
);

const options: readonly LayerCase[] = kinds.flatMap((kind) =>
  [
    { returnSequences: true },
    { goBackwards: true },
    { returnSequences: true, goBackwards: true },
    { activation: 'relu' },
    { activation: 'linear', returnSequences: true },
    { activation: 'sigmoid' },
    ...(kind === 'simpleRnn' ? [] : [{ recurrentActivation: 'hardSigmoid' }, { recurrentActivation: 'relu' }]),
  ].map((given) =>
    single(
      Object.entries(given).flat().join(' '),
      kind,
      { units: 5, ...own[kind], ...given },
      shapeOf(2, 4),
      byTfjs(kind, { units: 5, ...given }, [...weights, 'bias']),
    ),
  ),
);

const withoutBias: readonly LayerCase[] = kinds.map((kind) =>
  single(
    'without bias',
    kind,
    { units: 4, bias: false, inputUnits: 5, ...own[kind] },
    { shape: shapeOf(2, 3), open: [0, 1] },
    byTfjs(kind, { units: 4, useBias: false }, weights),
  ),
);

/** A case of one layer with other inputs too, of which an output is read. */
function recurrentCase(
  name: string,
  kind: Kind,
  attributes: object,
  inputs: Readonly<Record<string, InputSource>>,
  expected: Oracle,
  { from = Object.keys(inputs), output }: { readonly from?: readonly (string | null)[]; readonly output?: string } = {},
): LayerCase {
  const layer = { name: 'layer', kind, from, ...attributes };
  return {
    name: `${kind} ${name}`,
    layers: output ? [layer, { name: 'picked', kind: 'identity', from: `layer:${output}` }] : [layer],
    inputs,
    expected,
  };
}

const states: readonly LayerCase[] = kinds.flatMap((kind) =>
  (kind === 'lstm' ? (['output', 'hidden', 'cell'] as const) : (['output', 'hidden'] as const)).map((output, pick) =>
    recurrentCase(
      `from given states to its ${output}`,
      kind,
      { units: 3, ...own[kind], returnSequences: true },
      { x: { shape: shapeOf(2, 4) }, h: { shape: [2, 3] }, ...(kind === 'lstm' && { c: { shape: [2, 3] } }) },
      byTfjs(kind, { units: 3, returnSequences: true }, [...weights, 'bias'], pick),
      pick === 0 ? {} : { output },
    ),
  ),
);

type Pick = (result: RecurrentResult) => Reference;

/** What the reference computes; inputs are x and, in this order, those named. */
const byReference =
  (
    kind: Kind,
    reference: RecurrentOptions = {},
    pick: Pick = ({ output }) => output,
    names: readonly ('hidden' | 'cell' | 'mask')[] = [],
    peepholes = false,
    name = 'layer',
  ): Oracle =>
  ([x, ...others], variable) => {
    const given = Object.fromEntries(names.map((input, index) => [input, others[index]!]));
    const parameters = {
      x: x!,
      weight: variable(`${name}.weight`),
      recurrentWeight: variable(`${name}.recurrentWeight`),
      bias: variable(`${name}.bias`),
      ...(peepholes && { peepholes: variable(`${name}.peepholeWeight`) }),
    };
    return pick(runRecurrent(kind, { ...parameters, ...given }, reference));
  };

const sequence: Pick = (result) => result.sequence;

const resetAfter: readonly LayerCase[] = [1, 4, 9].map((units) =>
  single(
    `${units} units, reset after`,
    'gru',
    { units, resetAfter: true, returnSequences: true },
    shapeOf(2, 5),
    byReference('gru', { resetAfter: true }, sequence),
  ),
);

const peepholes: readonly LayerCase[] = [3, 8].map((units) =>
  single(
    `${units} units, peepholes`,
    'lstm',
    { units, peepholes: true, returnSequences: true },
    shapeOf(2, 4),
    byReference('lstm', {}, sequence, [], true),
  ),
);

/** The activation of Keras 3 in the words of Keras 2's. */
const hardSigmoid3: LayerCase = single(
  "recurrentActivation of Keras 3's hard sigmoid",
  'lstm',
  { units: 4, recurrentActivation: { kind: 'hardSigmoid', alpha: 1 / 6 } },
  shapeOf(2, 4),
  byReference('lstm', { recurrentActivation: (x) => Math.min(Math.max(x + 3, 0), 6) / 6 }),
);

const mask = (...values: readonly number[]): InputSource => ({
  shape: [3, 5],
  indices: { below: 2 },
  values: [...values, ...[1, 1, 1, 1, 1], ...[0, 0, 0, 0, 0]],
});

const masks: readonly LayerCase[] = kinds.flatMap((kind) => {
  const state = { shape: [3, 4] };
  const given = kind === 'lstm' ? (['hidden', 'cell'] as const) : (['hidden'] as const);
  const initial = Object.fromEntries(given.map((name) => [name, state]));
  const x = { shape: shapeOf(3, 5) };
  return [
    ...[false, true].flatMap((goBackwards) =>
      (['output', 'sequence'] as const).map((what) =>
        recurrentCase(
          `masked, ${what}${goBackwards ? ' backwards' : ''}`,
          kind,
          { units: 4, goBackwards, returnSequences: what === 'sequence' },
          { x, ...initial, mask: mask(0, 1, 0, 0, 1) },
          byReference(kind, { goBackwards }, (result) => result[what], [...given, 'mask']),
        ),
      ),
    ),
    ...[false, true].map((goBackwards) =>
      recurrentCase(
        `masked, a sequence with zeros${goBackwards ? ' backwards' : ''}`,
        kind,
        { units: 4, goBackwards, returnSequences: true, zeroMasked: true },
        { x, ...initial, mask: mask(0, 1, 0, 0, 1) },
        (values, variable) => {
          const pick: Pick = (result) => result.sequence;
          const whole = byReference(kind, { goBackwards }, pick, [...given, 'mask'])(values, variable);
          const counted = values[values.length - 1]!;
          return generate(whole.shape, (index) => {
            const step = goBackwards ? 4 - index[1]! : index[1]!;
            return at(counted, [index[0]!, step]) === 0 ? 0 : at(whole, index);
          });
        },
      ),
    ),
    ...([...given] as const).map((name) =>
      recurrentCase(
        `masked, ${name}`,
        kind,
        { units: 4 },
        { x, mask: mask(1, 0, 1, 0, 0) },
        byReference(kind, {}, (result) => result[name], ['mask']),
        { from: ['x', ...given.map(() => null), 'mask'], output: name },
      ),
    ),
    recurrentCase(
      'masked by floats',
      kind,
      { units: 3 },
      { x: { shape: shapeOf(1, 3) }, mask: { shape: [1, 3], values: [0.5, 0, -1] } },
      byReference(kind, {}, ({ output }) => output, ['mask']),
      { from: ['x', ...given.map(() => null), 'mask'] },
    ),
  ];
});

/** Steps of zeros are skipped, as `masking` tells. */
const behindMasking: readonly LayerCase[] = kinds.map((kind) => ({
  name: `${kind} behind masking`,
  layers: [
    { name: 'masked', kind: 'masking', from: 'x' },
    {
      name: 'layer',
      kind,
      units: 4,
      returnSequences: true,
      ...own[kind],
      from: ['masked', ...(kind === 'lstm' ? [null, null] : [null]), 'masked:mask'],
    },
  ],
  inputs: { x: { shape: [1, 4, 2], values: [0, 0, 1, -0.5, 0, 0, 0.25, 0] } },
  expected: tfjs(
    ([x], values) => {
      const masked = tfjsLayers.masking();
      const layer = makers[kind]({ ...usual[kind], units: 4, returnSequences: true, recurrentInitializer: 'zeros' });
      const model = tfSequential([masked, layer]);
      layer.setWeights(values);
      return model.predict(x!);
    },
    [...weights, 'bias'],
  ),
}));

/** The batch lasts, so that it cannot change between calls. */
const stateful: readonly LayerCase[] = kinds.map((kind) =>
  single(
    'stateful starts from zero',
    kind,
    { units: 3, stateful: true },
    { shape: shapeOf(2, 3), open: [1, 2] },
    byReference(kind),
  ),
);

const reversed = (x: Reference, axis: number): Reference =>
  generate(x.shape, (index) => {
    const from = index.with(axis, x.shape[axis]! - 1 - index[axis]!);
    return x.data[from.reduce((offset, position, at) => offset * x.shape[at]! + position, 0)]!;
  });

const helpers: readonly LayerCase[] = [
  ...[0, 1, -1].map((axis) =>
    single(`axis ${axis}`, 'flip', { axis }, [3, 4, 2], ([x]) => reversed(x!, axis < 0 ? axis + 3 : axis)),
  ),
  single('rank 3', 'mergeTime', {}, [2, 3, 4], ([x]) => withShape(x!, [6, 4])),
  single('rank 2', 'mergeTime', {}, [2, 3], ([x]) => withShape(x!, [6])),
  {
    name: 'splitTime after a dense layer of every step',
    layers: [
      { name: 'rows', kind: 'mergeTime', from: 'x' },
      { name: 'layer', kind: 'dense', units: 3, from: 'rows' },
      { name: 'steps', kind: 'splitTime', from: ['layer', 'x'] },
    ],
    inputs: { x: { shape: [2, 3, 4] } },
    expected: tfjsLayer(
      (factory) => factory.timeDistributed({ layer: factory.dense({ units: 3 }) }),
      ['weight', 'bias'],
    ),
  },
  {
    name: 'flip of a backward sequence beside the forward one',
    layers: [
      { name: 'ahead', kind: 'lstm', units: 3, returnSequences: true, from: 'x' },
      { name: 'back', kind: 'lstm', units: 3, returnSequences: true, goBackwards: true, from: 'x' },
      { name: 'flipped', kind: 'flip', axis: 1, from: 'back' },
      { name: 'both', kind: 'concatenate', from: ['ahead', 'flipped'] },
    ],
    inputs: { x: { shape: [2, 4, 5] } },
    expected: (inputs, variable) => {
      const run = (name: string, goBackwards: boolean): Reference =>
        byReference('lstm', { goBackwards }, sequence, [], false, name)(inputs, variable);
      return concatenated([run('ahead', false), reversed(run('back', true), 1)], 2);
    },
  },
];

export const recurrentCases: readonly LayerCase[] = [
  ...sizes,
  ...options,
  ...withoutBias,
  ...states,
  ...resetAfter,
  ...peepholes,
  hardSigmoid3,
  ...masks,
  ...behindMasking,
  ...stateful,
  ...helpers,
];
