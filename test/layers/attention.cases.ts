import * as tf from '@tensorflow/tfjs-core';
import { fromTensor, toTensor, type InputSource, type LayerCase } from './case.js';
import { generate, type Reference } from './reference.js';

type Named = Readonly<Record<string, tf.Tensor>>;

/** A case of one layer on inputs by name, `from` telling which it takes in what order. */
function layerCase(
  name: string,
  kind: string,
  attributes: Readonly<Record<string, unknown>>,
  inputs: Readonly<Record<string, InputSource>>,
  from: readonly string[],
  expected: (inputs: Named, variable: (name: string) => tf.Tensor) => tf.Tensor,
): LayerCase {
  return {
    name: `${kind} ${name}`,
    layers: [{ name: 'layer', kind, from, ...attributes }],
    inputs,
    expected: (values, variable) =>
      fromTensor(
        tf.tidy(() => {
          const named = Object.keys(inputs).map((input, i) => [input, toTensor(values[i]!)] as const);
          return expected(Object.fromEntries(named), (parameter) => toTensor(variable(`layer.${parameter}`)));
        }),
      ),
    tolerance: 3e-5,
  };
}

/** 1 where both of two masks of 0 and 1 are; what is absent hides nothing. */
const both = (a: tf.Tensor | undefined, b: tf.Tensor | undefined): tf.Tensor | undefined =>
  a && b ? tf.mul(a, b) : (a ?? b);

/** [queries, keys] with 1 where a query sees no later key. */
const causalMask = (queries: number, keys: number): tf.Tensor =>
  tf.cast(tf.lessEqual(tf.expandDims(tf.range(0, keys), 0), tf.expandDims(tf.range(0, queries), 1)), 'float32');

const batch = 2;
const [queries, keys, features, size] = [3, 5, 4, 6];
const sequences: Readonly<Record<'q' | 'v' | 'k', InputSource>> = {
  q: { shape: [batch, queries, features] },
  v: { shape: [batch, keys, size] },
  k: { shape: [batch, keys, features] },
};
const masks: Readonly<Record<'qm' | 'vm', InputSource>> = {
  qm: { shape: [batch, queries], values: [1, 0, 1, 1, 1, 0] },
  vm: { shape: [batch, keys], values: [0, 1, 1, 0, 1, 1, 1, 0, 0, 0] },
};
const allHidden: InputSource = { shape: [batch, keys], values: [0, 0, 0, 0, 0, 1, 0, 0, 0, 1] };
const integerMasks = { qm: { ...masks.qm, indices: { below: 2 } }, vm: { ...masks.vm, indices: { below: 2 } } };

/** Keras's `Attention` and `AdditiveAttention` after their scores. */
function weighed(scores: tf.Tensor, { v, qm, vm }: Named, causal: boolean): tf.Tensor {
  const [many, all] = scores.shape.slice(1) as [number, number];
  const mask = both(vm && tf.expandDims(vm, 1), causal ? causalMask(many, all) : undefined);
  const hidden = mask ? tf.sub(scores, tf.mul(tf.sub(1, mask), 1e9)) : scores;
  const y = tf.matMul(tf.softmax(hidden), v!);
  return qm ? tf.mul(y, tf.expandDims(qm, 2)) : y;
}

const additive = (q: tf.Tensor, k: tf.Tensor, inner: tf.Tensor, outer: tf.Tensor): tf.Tensor =>
  tf.sum(tf.mul(tf.tanh(tf.mul(tf.add(tf.expandDims(q, 2), tf.expandDims(k, 1)), inner)), outer), 3);

interface Scoring {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly kind: 'attention' | 'additiveAttention';
  readonly scores: (q: tf.Tensor, k: tf.Tensor, variable: (name: string) => tf.Tensor) => tf.Tensor;
}

const one = (): tf.Tensor => tf.scalar(1);
const scorings: Readonly<Record<string, Scoring>> = {
  'by products': { kind: 'attention', attributes: {}, scores: (q, k) => tf.matMul(q, k, false, true) },
  'by scaled products': {
    kind: 'attention',
    attributes: { useScale: true },
    scores: (q, k, variable) => tf.mul(tf.matMul(q, k, false, true), variable('scale')),
  },
  'by sums': {
    kind: 'attention',
    attributes: { scoreMode: 'concat' },
    scores: (q, k, variable) => tf.mul(additive(q, k, one(), one()), variable('concatScoreWeight')),
  },
  'by scaled sums': {
    kind: 'attention',
    attributes: { scoreMode: 'concat', useScale: true },
    scores: (q, k, variable) => tf.mul(additive(q, k, variable('scale'), one()), variable('concatScoreWeight')),
  },
  'by weighed sums': {
    kind: 'additiveAttention',
    attributes: {},
    scores: (q, k, variable) => additive(q, k, one(), variable('scale')),
  },
  'by plain sums': {
    kind: 'additiveAttention',
    attributes: { useScale: false },
    scores: (q, k) => additive(q, k, one(), one()),
  },
};

const scored: readonly LayerCase[] = Object.entries(scorings).flatMap(([name, { kind, attributes, scores }]) => {
  const make = (
    what: string,
    inputs: Readonly<Record<string, InputSource>>,
    from: readonly string[],
    causal = false,
  ): LayerCase =>
    layerCase(
      `${name} ${what}`.trim(),
      kind,
      { ...attributes, ...(causal && { causal }) },
      inputs,
      from,
      (given, variable) => weighed(scores(given['q']!, given['k'] ?? given['v']!, variable), given, causal),
    );
  const { q, v, k } = sequences;
  const narrow = { ...v, shape: [batch, keys, features] };
  return [
    make('of values', { q, v: narrow }, ['q', 'v']),
    make('of keys', { q, v, k }, ['q', 'v', 'k']),
    make('with masks', { q, v, k, ...masks }, ['q', 'v', 'k', 'qm', 'vm']),
    make('that see none', { q, v, k, qm: masks.qm, vm: allHidden }, ['q', 'v', 'k', 'qm', 'vm'], true),
    make('with integer masks', { q, v, k, ...integerMasks }, ['q', 'v', 'k', 'qm', 'vm'], true),
    make('causal', { q, v, k }, ['q', 'v', 'k'], true),
  ];
});

interface Heads {
  readonly heads: number;
  readonly groups: number;
  readonly keyDim: number;
  readonly valueDim: number;
  readonly causal?: boolean;
  readonly biases?: boolean;
}

/** Keras's `MultiHeadAttention` and `GroupQueryAttention`, whose mask is [batch, queries, keys] or broadcasts over it. */
const inHeads =
  ({ heads, groups, keyDim, valueDim, causal = false, biases = true }: Heads) =>
  (given: Named, variable: (name: string) => tf.Tensor): tf.Tensor => {
    const [q, v, mask] = [given['q']!, given['v']!, given['mask']];
    const k = given['k'] ?? v;
    /** [batch, heads, time, size], each head of keys for all queries that share it. */
    const projected = (x: tf.Tensor, name: string, count: number, width: number): tf.Tensor => {
      const [rows, time, depth] = x.shape as [number, number, number];
      const w = tf.reshape(variable(`${name}Weight`), [depth, count * width]);
      const y = tf.reshape(tf.matMul(tf.reshape(x, [rows * time, depth]), w as tf.Tensor2D), [
        rows,
        time,
        count,
        width,
      ]);
      const sum = biases ? tf.add(y, variable(`${name}Bias`)) : y;
      const parts = tf.split(sum, count, 2).flatMap((part) => new Array<tf.Tensor>(heads / count).fill(part));
      return tf.transpose(tf.concat(parts, 2), [0, 2, 1, 3]);
    };
    const scores = tf.mul(
      tf.matMul(projected(q, 'query', heads, keyDim), projected(k, 'key', groups, keyDim), false, true),
      1 / Math.sqrt(keyDim),
    );
    const whole = mask && (mask.shape.length === 3 ? tf.expandDims(mask, 1) : mask);
    const seen = both(whole, causal ? causalMask(q.shape[1]!, k.shape[1]!) : undefined);
    const hidden = seen ? tf.where(tf.cast(tf.broadcastTo(seen, scores.shape), 'bool'), scores, -1e38) : scores;
    const each = tf.matMul(tf.softmax(hidden), projected(v, 'value', groups, valueDim));
    const weight = variable('outputWeight');
    const shape = weight.shape.slice(2);
    const width = shape.reduce((a, b) => a * b, 1);
    const [rows, time] = q.shape as [number, number];
    const flat = tf.reshape(tf.transpose(each, [0, 2, 1, 3]), [rows * time, heads * valueDim]);
    const y = tf.matMul(flat, tf.reshape<tf.Rank.R2>(weight, [heads * valueDim, width]));
    const out = tf.reshape(y, [rows, time, ...shape]);
    return biases ? tf.add(out, variable('outputBias')) : out;
  };

const withoutBiases = { queryBias: false, keyBias: false, valueBias: false, outputBias: false };
const mask = (...shape: number[]): InputSource => {
  const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i % 3 === 1 || i < keys ? 0 : 1));
  return { shape, values, open: shape.flatMap((own, axis) => (own === 1 ? [] : [axis])) };
};

const multiHead: readonly LayerCase[] = [
  ...(
    [
      ['of values', { heads: 2, keyDim: 3 }, ['q', 'v']],
      ['of keys', { heads: 3, keyDim: 4, valueDim: 5 }, ['q', 'v', 'k']],
      ['without biases', { heads: 2, keyDim: 3, ...withoutBiases }, ['q', 'v', 'k']],
      ['of another width', { heads: 2, keyDim: 3, outputShape: 7 }, ['q', 'v', 'k']],
      ['of several axes', { heads: 2, keyDim: 3, outputShape: [2, 3] }, ['q', 'v', 'k']],
      ['causal', { heads: 2, keyDim: 8, causal: true }, ['q', 'v', 'k']],
      ['with a mask', { heads: 2, keyDim: 8 }, ['q', 'v', 'k', 'mask'], mask(batch, queries, keys)],
      ['with a mask of keys', { heads: 2, keyDim: 8 }, ['q', 'v', 'k', 'mask'], mask(batch, 1, keys)],
      ['with a mask of heads', { heads: 2, keyDim: 8 }, ['q', 'v', 'k', 'mask'], mask(batch, 2, queries, keys)],
      ['with one mask', { heads: 2, keyDim: 8 }, ['q', 'v', 'k', 'mask'], mask(queries, keys)],
      ['causal with a mask', { heads: 2, keyDim: 8, causal: true }, ['q', 'v', 'k', 'mask'], mask(batch, 1, keys)],
    ] as const
  ).map(([name, attributes, from, given]) => {
    const {
      heads,
      keyDim,
      valueDim = keyDim,
      causal = false,
    } = attributes as {
      readonly heads: number;
      readonly keyDim: number;
      readonly valueDim?: number;
      readonly causal?: boolean;
    };
    const all = { ...sequences, ...(given && { mask: given }) };
    const inputs = Object.fromEntries(from.map((input) => [input, (all as Record<string, InputSource>)[input]!]));
    const biases = !('queryBias' in attributes);
    const expected = inHeads({ heads, groups: heads, keyDim, valueDim, causal, biases });
    return layerCase(name, 'multiHeadAttention', attributes, inputs, from, expected);
  }),
  layerCase(
    'of itself',
    'multiHeadAttention',
    { heads: 2, keyDim: 5 },
    { q: sequences.q },
    ['q', 'q'],
    ({ q }, variable) => inHeads({ heads: 2, groups: 2, keyDim: 5, valueDim: 5 })({ q: q!, v: q! }, variable),
  ),
  layerCase(
    'with masks of steps',
    'multiHeadAttention',
    { heads: 2, keyDim: 5, causal: true },
    {
      ...sequences,
      ...integerMasks,
      mask: mask(batch, 2, queries, keys),
      km: { shape: [batch, keys], values: [1, 1, 0, 1, 1, 0.5, 1, 1, 0, 1] },
    },
    ['q', 'v', 'k', 'mask', 'qm', 'vm', 'km'],
    ({ qm, vm, km, ...given }, variable) => {
      const counted = tf.mul(vm!, tf.cast(tf.notEqual(km!, 0), 'float32'));
      const steps = tf.mul(tf.reshape(qm!, [batch, 1, queries, 1]), tf.reshape(counted, [batch, 1, 1, keys]));
      const all = inHeads({ heads: 2, groups: 2, keyDim: 5, valueDim: 5, causal: true });
      return all({ ...given, mask: tf.mul(given['mask']!, steps) }, variable);
    },
  ),
];

const grouped: readonly LayerCase[] = (
  [
    ['of values', { queryHeads: 4, keyValueHeads: 2, headDim: 3 }, ['q', 'v']],
    ['of one head', { queryHeads: 3, keyValueHeads: 1, headDim: 4 }, ['q', 'v', 'k']],
    ['causal', { queryHeads: 6, keyValueHeads: 3, headDim: 2, causal: true }, ['q', 'v', 'k']],
    ['with a mask', { queryHeads: 4, keyValueHeads: 4, headDim: 2 }, ['q', 'v', 'k', 'mask']],
  ] as const
).map(([name, attributes, from]) => {
  const { queryHeads: heads, keyValueHeads: groups, headDim } = attributes;
  const all: Readonly<Record<string, InputSource>> = { ...sequences, mask: mask(batch, queries, keys) };
  const inputs = Object.fromEntries(from.map((input) => [input, all[input]!]));
  const causal = 'causal' in attributes;
  const expected = inHeads({ heads, groups, keyDim: headDim, valueDim: headDim, causal });
  return layerCase(name, 'groupedQueryAttention', attributes, inputs, from, expected);
});

interface Rotation {
  readonly maxWavelength?: number;
  readonly scalingFactor?: number;
  readonly sequenceAxis?: number;
  readonly featureAxis?: number;
}

/** Pairs turned by their angles, in float64. */
function rotated(x: Reference, options: Rotation): Reference {
  const { maxWavelength = 10000, scalingFactor = 1, sequenceAxis = 1, featureAxis = -1 } = options;
  const along = (axis: number): number => (axis < 0 ? axis + x.shape.length : axis);
  const [time, feature] = [along(sequenceAxis), along(featureAxis)];
  const half = x.shape[feature]! / 2;
  const stride = x.shape.slice(feature + 1).reduce((a, b) => a * b, 1);
  let position = -1;
  return generate(x.shape, (index) => {
    position++;
    const pair = index[feature]! % half;
    const angle = (index[time]! / scalingFactor) * maxWavelength ** (-pair / half);
    const isFirst = index[feature]! < half;
    const other = x.data[position + (isFirst ? half : -half) * stride]!;
    return x.data[position]! * Math.cos(angle) + (isFirst ? -other : other) * Math.sin(angle);
  });
}

const rotary: readonly LayerCase[] = (
  [
    ['of heads', [2, 7, 3, 8], {}],
    ['of features', [2, 30, 6], {}],
    ['of another wavelength', [2, 7, 4], { maxWavelength: 100, scalingFactor: 2.5 }],
    ['of heads before the sequence', [2, 3, 7, 4], { sequenceAxis: 2 }],
    ['of features first', [2, 6, 5], { sequenceAxis: -1, featureAxis: 1 }],
  ] as const
).map(([name, shape, attributes]) => ({
  name: `rotaryEmbedding ${name}`,
  layers: [{ name: 'layer', kind: 'rotaryEmbedding', from: 'x', ...attributes }],
  inputs: { x: { shape } },
  expected: ([x]) => rotated(x!, attributes),
}));

export const attentionCases: readonly LayerCase[] = [...scored, ...multiHead, ...grouped, ...rotary];
