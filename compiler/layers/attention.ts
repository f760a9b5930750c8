import { binary, element, unary, type Build } from '../build.js';
import type { Dim } from '../dim.js';
import { ones } from '../initializers/constant.js';
import { glorotUniform } from '../initializers/variance-scaling.js';
import type { Value } from '../ir.js';
import { biasOf, expectStepMask, scaled, sightOf, zeroed, type Hiding } from './attention-mask.js';
import { boolean, defineLayer, oneOf, optional, parameter } from './define.js';
import { expectAxes } from './rank.js';

/** What is added to the scores of keys that are hidden, as in Keras. */
const HIDDEN = -1e9;

const inputs = ['query', 'value', 'key?', 'queryMask?', 'valueMask?'] as const;

interface Operands {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  readonly hiding: Hiding;
}

/** The operands of a layer, their sizes checked; keys are the values where there are none. */
function operandsOf(
  build: Build,
  [query, value, given, queryMask, valueMask]: readonly [Value, Value, ...(Value | undefined)[]],
  causal: boolean,
): Operands {
  const key = given ?? value;
  for (const input of [query, value, key]) expectAxes(build, input, ['batch', 'time', 'features']);
  const [batch, queries, features] = query.shape as [Dim, Dim, Dim];
  const keys = key.shape[1]!;
  for (const input of [value, key]) {
    build.require('equal', input.shape[0]!, batch, 'inputs have batches of {got} and {expected}');
  }
  build.require('equal', value.shape[1]!, keys, 'there are {expected} keys and {got} values');
  build.require('equal', key.shape[2]!, features, 'queries have {expected} features, keys {got}');
  if (queryMask) expectStepMask(build, queryMask, batch, queries, 'queries');
  if (valueMask) expectStepMask(build, valueMask, batch, keys, 'values');
  const mask = valueMask && build.reshape(valueMask, [batch, 1, 1, keys]);
  return { query, key, value, hiding: { mask, causal, queries, keys, hidden: HIDDEN } };
}

/** softmax(scores) · value, with scores [batch, queries, keys] of which some are hidden. */
function weigh(build: Build, scores: Value, value: Value, hiding: Hiding): Value {
  const bias = biasOf(build, hiding);
  const flat = bias && build.reshape(bias, [bias.shape[0]!, bias.shape[2]!, bias.shape[3]!]);
  const biased = flat ? build.binary('add', scores, flat) : scores;
  const weights = build.op({ kind: 'softmax', axis: 2, log: false }, [biased]);
  return build.op({ kind: 'matmul', transposeRight: false }, [weights, value]);
}

/** Σ over features of tanh((query + key) · inner) · outer for every query and key, both factors being optional. */
function additiveScores(
  build: Build,
  { query, key }: Operands,
  { inner, outer }: { readonly inner?: Value | undefined; readonly outer?: Value | undefined },
): Value {
  const [batch, queries, features] = query.shape as [Dim, Dim, Dim];
  const rows = build.reshape(query, [batch, queries, 1, features]);
  const columns = build.reshape(key, [batch, 1, key.shape[1]!, features]);
  const sum = binary('add', element(0), element(1));
  const bent = unary('tanh', inner ? binary('multiply', sum, element(2)) : sum);
  const term = outer ? binary('multiply', bent, element(inner ? 3 : 2)) : bent;
  const factors = [inner, outer].filter((factor) => factor !== undefined);
  const terms = build.elementwise(term, rows, columns, ...factors);
  return build.op({ kind: 'reduce', fn: 'sum', axes: [3] }, [terms]);
}

/**
 * Weighs values [batch, keys, size] by softmax of how queries [batch, queries, features] score with keys [batch, keys, features],
 * which are the values where there are none: by their product, or with `scoreMode` 'concat' by concatScoreWeight · Σ tanh(query +
 * key). With `useScale` the product, or the sum within tanh, is multiplied by a scalar. Masks [batch, time] have 0 for values
 * that are hidden and queries that give 0; with `causal` a query sees no later values. As Luong et al. 2015.
 */
export const attention = defineLayer('attention', {
  inputs,
  attributes: {
    useScale: optional(boolean(), false),
    scoreMode: optional(oneOf('dot', 'concat'), 'dot'),
    causal: optional(boolean(), false),
  },
  parameters: { scale: parameter(ones()), concatScoreWeight: parameter(ones()) },
  lower(build, { useScale, scoreMode, causal }, { scale, concatScoreWeight }, given) {
    const operands = operandsOf(build, given, causal);
    const { query, key, value, hiding } = operands;
    const attended = (): Value => {
      const factor = useScale ? scale([]) : undefined;
      if (scoreMode === 'concat') {
        const scores = additiveScores(build, operands, { inner: factor });
        return weigh(build, scaled(build, scores, concatScoreWeight([])), value, hiding);
      }
      const { bias, past } = sightOf(build, hiding);
      const op = { kind: 'attention', heads: 1, groups: 1, scale: 1, softcap: null, past } as const;
      return build.op(op, [factor ? scaled(build, query, factor) : query, key, value, ...(bias ? [bias] : [])]);
    };
    const y = attended();
    return given[3] ? zeroed(build, y, given[3]) : y;
  },
});

/**
 * `attention` with the scores Σ scale · tanh(query + key), where `scale` [features] weighs the features if `useScale`. As
 * Bahdanau et al. 2015.
 */
export const additiveAttention = defineLayer('additiveAttention', {
  inputs,
  attributes: { useScale: optional(boolean(), true), causal: optional(boolean(), false) },
  parameters: { scale: parameter(glorotUniform()) },
  lower(build, { useScale, causal }, { scale }, given) {
    const operands = operandsOf(build, given, causal);
    const { query, value, hiding } = operands;
    const scores = additiveScores(build, operands, { outer: useScale ? scale([query.shape[2]!]) : undefined });
    const y = weigh(build, scores, value, hiding);
    return given[3] ? zeroed(build, y, given[3]) : y;
  },
});
