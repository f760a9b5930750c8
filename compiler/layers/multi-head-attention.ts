import { Refusal, type Attribute } from '../attributes.js';
import type { Build } from '../build.js';
import { mul, printShape, product, type Dim } from '../dim.js';
import { zeros } from '../initializers/constant.js';
import { glorotUniform } from '../initializers/variance-scaling.js';
import type { Value } from '../ir.js';
import { expectStepMask, jointMask, NEARLY_LOWEST, sightOf } from './attention-mask.js';
import {
  boolean,
  defineLayer,
  integer,
  integers,
  optional,
  optionalParameter,
  parameter,
  type Slot,
} from './define.js';
import { expectAxes, lastDim } from './rank.js';

const inputs = ['query', 'value', 'key?', 'mask?', 'queryMask?', 'valueMask?', 'keyMask?'] as const;

const parameters = {
  queryWeight: parameter(glorotUniform()),
  queryBias: optionalParameter(zeros()),
  keyWeight: parameter(glorotUniform()),
  keyBias: optionalParameter(zeros()),
  valueWeight: parameter(glorotUniform()),
  valueBias: optionalParameter(zeros()),
  outputWeight: parameter(glorotUniform()),
  outputBias: optionalParameter(zeros()),
};

/** Sizes of axes: one, or a list. */
function sizes(): Attribute<number | readonly number[], readonly number[], true> {
  const [one, list] = [integer(), integers({ min: 1 })];
  return {
    required: true,
    schema: { anyOf: [one.schema, list.schema] },
    expects: `${one.expects} or a list of them`,
    read(value) {
      const read = list.read(Array.isArray(value) ? value : [value]);
      return read instanceof Refusal || read.length === 0 ? new Refusal() : read;
    },
  };
}

/** x [batch, time, in] · weight [in, heads, size] + bias [heads, size] → [batch, time, heads · size] */
function project(build: Build, x: Value, weight: Slot, bias: Slot | undefined, heads: number, size: number): Value {
  const width = heads * size;
  const w = build.reshape(weight([lastDim(x), heads, size]), [lastDim(x), width]);
  const y = build.op({ kind: 'matmul', transposeRight: false }, [x, w]);
  return bias ? build.binary('add', y, build.reshape(bias([heads, size]), [width])) : y;
}

/** A mask with the axes of the scores [batch, heads, queries, keys]. */
function maskOfScores(build: Build, mask: Value, [batch, heads, queries, keys]: readonly [Dim, Dim, Dim, Dim]): Value {
  const { shape } = mask;
  if (shape.length < 2 || shape.length > 4) {
    build.fail(`expects a mask (batch, queries, keys), got ${printShape(shape)}`);
  }
  const whole = [
    ...(shape.length > 2 ? [shape[0]!] : [1]),
    ...(shape.length > 3 ? [shape[1]!] : [1]),
    ...shape.slice(-2),
  ];
  const axes = [['batches', batch], ['heads', heads], ['queries', queries], ['keys', keys]] as const; // prettier-ignore
  axes.forEach(([name, expected], axis) => {
    if (whole[axis] === 1) return;
    build.require('equal', whole[axis]!, expected, `the mask has {got} ${name}, expected {expected}`);
  });
  return shape.length === 4 ? mask : build.reshape(mask, whole);
}

interface Heads {
  readonly queryHeads: number;
  readonly keyValueHeads: number;
  readonly keyDim: number;
  readonly valueDim: number;
  readonly outputShape: readonly Dim[] | undefined;
  readonly causal: boolean;
}

type SlotsOfHeads = { readonly [K in keyof typeof parameters]: K extends `${string}Bias` ? Slot | undefined : Slot };

/** Projects queries, keys and values, attends in each head, and projects what the heads give. */
function attendInHeads(
  build: Build,
  { queryHeads, keyValueHeads, keyDim, valueDim, outputShape, causal }: Heads,
  slots: SlotsOfHeads,
  [query, value, given, mask, queryMask, valueMask, keyMask]: readonly [Value, Value, ...(Value | undefined)[]],
): Value {
  const key = given ?? value;
  for (const input of [query, value, key]) expectAxes(build, input, ['batch', 'time', 'features']);
  const [batch, queries, features] = query.shape as [Dim, Dim, Dim];
  const keys = key.shape[1]!;
  for (const input of [value, key]) {
    build.require('equal', input.shape[0]!, batch, 'inputs have batches of {got} and {expected}');
  }
  build.require('equal', value.shape[1]!, keys, 'there are {expected} keys and {got} values');
  const q = project(build, query, slots.queryWeight, slots.queryBias, queryHeads, keyDim);
  const k = project(build, key, slots.keyWeight, slots.keyBias, keyValueHeads, keyDim);
  const v = project(build, value, slots.valueWeight, slots.valueBias, keyValueHeads, valueDim);
  const scores = [batch, queryHeads, queries, keys] as const;
  if (queryMask) expectStepMask(build, queryMask, batch, queries, 'queries');
  if (valueMask) expectStepMask(build, valueMask, batch, keys, 'values');
  if (keyMask) expectStepMask(build, keyMask, batch, keys, 'keys');
  const own = jointMask(build, [
    ...(mask ? [maskOfScores(build, mask, scores)] : []),
    ...(queryMask ? [build.reshape(queryMask, [batch, 1, queries, 1])] : []),
    ...[valueMask, keyMask].flatMap((steps) => (steps ? [build.reshape(steps, [batch, 1, 1, keys])] : [])),
  ]);
  const { bias, past } = sightOf(build, { mask: own, causal, queries, keys, hidden: NEARLY_LOWEST });
  const heads = { heads: queryHeads, groups: keyValueHeads, scale: 1 / Math.sqrt(keyDim), softcap: null, past };
  const attended = build.op({ kind: 'attention', ...heads }, [q, k, v, ...(bias ? [bias] : [])]);
  const shape = outputShape ?? [features];
  const width = product(shape);
  const weight = slots.outputWeight([queryHeads, valueDim, ...shape]);
  const w = build.reshape(weight, [mul(queryHeads, valueDim), width]);
  const y = build.op({ kind: 'matmul', transposeRight: false }, [attended, w]);
  const sum = slots.outputBias ? build.binary('add', y, flat(build, slots.outputBias(shape), width)) : y;
  return shape.length === 1 ? sum : build.reshape(sum, [batch, queries, ...shape]);
}

const flat = (build: Build, bias: Value, width: Dim): Value =>
  bias.shape.length === 1 ? bias : build.reshape(bias, [width]);

/**
 * Attention in `heads` heads: query [batch, queries, in], value [batch, keys, in'] and key [batch, keys, in''], which is the
 * value where there is none, are projected to heads of `keyDim` and `valueDim` features, softmax(query · keyᵀ / √keyDim) · value
 * is computed in each, and the heads together are projected to [batch, queries, ...outputShape], by default as many features
 * as the queries have. A mask [batch, queries, keys], [queries, keys] or [batch, heads, queries, keys] has 0 where a query
 * does not see a key; with `causal` it sees no later keys either. Masks [batch, time] of
 * queries, values and keys have 0 for queries that see none, and for values and keys that none sees. A query that sees none weighs all equally. As Vaswani et
 * al. 2017.
 */
export const multiHeadAttention = defineLayer('multiHeadAttention', {
  inputs,
  attributes: {
    heads: integer(),
    keyDim: integer(),
    valueDim: optional(integer()),
    outputShape: optional(sizes()),
    causal: optional(boolean(), false),
  },
  parameters,
  lower(build, { heads, keyDim, valueDim = keyDim, outputShape, causal }, slots, given) {
    const all = { queryHeads: heads, keyValueHeads: heads, keyDim, valueDim, outputShape, causal };
    return attendInHeads(build, all, slots, given);
  },
});

/**
 * `multiHeadAttention` in which each `queryHeads / keyValueHeads` neighbouring heads of queries share one of keys and values. As
 * Ainslie et al. 2023.
 */
export const groupedQueryAttention = defineLayer('groupedQueryAttention', {
  inputs,
  attributes: {
    queryHeads: integer(),
    keyValueHeads: integer(),
    headDim: integer(),
    causal: optional(boolean(), false),
  },
  parameters,
  lower(build, { queryHeads, keyValueHeads, headDim, causal }, slots, given) {
    if (queryHeads % keyValueHeads !== 0) {
      build.fail(`${queryHeads} heads of queries do not divide into ${keyValueHeads} of keys`);
    }
    const dims = { keyDim: headDim, valueDim: headDim, outputShape: undefined };
    return attendInHeads(build, { queryHeads, keyValueHeads, causal, ...dims }, slots, given);
  },
});
