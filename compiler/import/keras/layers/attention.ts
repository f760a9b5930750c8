import { Unsupported } from '../config.js';
import type { LayerContext, Value } from '../context.js';
import type { Classes, Convert } from '../define.js';
import { masked } from '../masks.js';
import { requireField } from './common.js';

/** Whether a query sees no later values: an option of the layer, or an argument of the call. */
function isCausal(layer: LayerContext): boolean {
  const given = layer.constant('use_causal_mask') ?? false;
  return given === true || layer.config.boolean('causal', false);
}

function refuseScores(layer: LayerContext): void {
  if ((layer.constant('return_attention_scores') ?? false) !== false) {
    throw new Unsupported('attention scores are no outputs');
  }
}

/** Query, value and, if there is one, key: in this order, or by name. */
function operands(layer: LayerContext, inputs: readonly Value[]): readonly Value[] {
  const named = [...layer.argument('value'), ...layer.argument('key')];
  const all = [...inputs, ...layer.argument('query'), ...named];
  if (all.length === 2 || all.length === 3) return all;
  throw new Unsupported(`takes a query, a value and perhaps a key, got ${all.length} inputs`);
}

const attention =
  (kind: 'attention' | 'additiveAttention'): Convert =>
  (layer, inputs) => {
    refuseScores(layer);
    const scoreMode = kind === 'attention' ? layer.config.text('score_mode', 'dot') : 'dot';
    const useScale = layer.config.boolean('use_scale', kind === 'additiveAttention');
    const [scale, concatScoreWeight] = layer.weights(
      useScale && ['scale', kind === 'attention' ? [] : [null]],
      scoreMode === 'concat' && ['concat_score_weight', []],
    );
    const options = {
      useScale,
      ...(kind === 'attention' && { scoreMode }),
      causal: isCausal(layer),
      ...(scale !== false && { scale }),
      ...(concatScoreWeight !== false && { concatScoreWeight }),
    };
    const [query, value, key = null] = operands(layer, inputs);
    if (layer.argument('mask').length === 1) throw new Unsupported('one mask of two inputs is not read');
    const masks = [layer.maskOf(query, 'mask', 0), layer.maskOf(value, 'mask', 1)];
    return masked(layer.add(kind, options, used([query!, value!, key, ...masks])), query!.mask);
  };

/** Inputs without those at the end that are not given. */
const used = (inputs: readonly (Value | null)[]): readonly (Value | null)[] =>
  inputs.slice(0, inputs.findLastIndex((input) => input !== null) + 1);

/** The projections of heads, in the order in which Keras makes them. */
function projections(
  layer: LayerContext,
  sizes: { readonly query: readonly number[]; readonly key: readonly number[]; readonly value: readonly number[] },
  outputs: number,
) {
  const hasBias = layer.config.boolean('use_bias', true);
  const open = new Array<null>(outputs).fill(null);
  const part = (name: 'query' | 'key' | 'value') =>
    [[`${name}/kernel`, [null, ...sizes[name]]] as const, hasBias && ([`${name}/bias`, sizes[name]] as const)] as const;
  const [queryWeight, queryBias, keyWeight, keyBias, valueWeight, valueBias, outputWeight, outputBias] = layer.weights(
    ...part('query'),
    ...part('key'),
    ...part('value'),
    ['attention_output/kernel', [sizes.query[0]!, sizes.value[1]!, ...open]],
    hasBias && ['attention_output/bias', open],
  );
  return { queryWeight, queryBias, keyWeight, keyBias, valueWeight, valueBias, outputWeight, outputBias };
}

/** Inputs by position, and the mask. */
function withMask(layer: LayerContext, inputs: readonly Value[]): readonly (Value | null)[] {
  const [query, value, key = null] = operands(layer, inputs);
  const mask = layer.maskOf(undefined, 'attention_mask');
  for (const input of [query!, value!, ...(key ? [key] : [])]) {
    if (input.rank !== undefined && input.rank !== 3)
      throw new Unsupported(`an input of ${input.rank} axes is not read`);
  }
  const masks = [
    layer.maskOf(query, 'query_mask'),
    layer.maskOf(value, 'value_mask'),
    layer.maskOf(key ?? undefined, 'key_mask'),
  ];
  return used([query!, value!, key, mask, ...masks]);
}

/** A layer of heads, whose output is masked as its queries are. */
function attended(
  layer: LayerContext,
  kind: string,
  options: Readonly<Record<string, unknown>>,
  inputs: readonly Value[],
) {
  const all = withMask(layer, inputs);
  return masked(layer.add(kind, options, all), all[0]!.mask);
}

const multiHead: Convert = (layer, inputs) => {
  refuseScores(layer);
  const axes = layer.config.get('attention_axes');
  if (axes !== undefined && JSON.stringify(axes) !== '[1]' && axes !== 1) {
    throw new Unsupported(`attention_axes ${JSON.stringify(axes)} is not read`);
  }
  const [heads, keyDim] = [layer.config.integer('num_heads'), layer.config.integer('key_dim')];
  const valueDim = layer.config.integer('value_dim', keyDim);
  const outputShape = layer.config.has('output_shape') ? layer.config.sizes('output_shape') : undefined;
  const parameters = projections(
    layer,
    { query: [heads, keyDim], key: [heads, keyDim], value: [heads, valueDim] },
    typeof outputShape === 'object' ? outputShape.length : 1,
  );
  const options = { heads, keyDim, valueDim, ...(outputShape !== undefined && { outputShape }) };
  return attended(layer, 'multiHeadAttention', { ...options, causal: isCausal(layer), ...parameters }, inputs);
};

const groupedQuery: Convert = (layer, inputs) => {
  refuseScores(layer);
  requireField(layer, 'use_gate', false);
  const [queryHeads, keyValueHeads] = [
    layer.config.integer('num_query_heads'),
    layer.config.integer('num_key_value_heads'),
  ];
  const headDim = layer.config.integer('head_dim');
  const shared = [keyValueHeads, headDim];
  const parameters = projections(layer, { query: [queryHeads, headDim], key: shared, value: shared }, 1);
  const options = { queryHeads, keyValueHeads, headDim, causal: isCausal(layer), ...parameters };
  return attended(layer, 'groupedQueryAttention', options, inputs);
};

export const attentions: Classes = {
  AdditiveAttention: attention('additiveAttention'),
  Attention: attention('attention'),
  GroupedQueryAttention: groupedQuery,
  GroupQueryAttention: groupedQuery,
  MultiHeadAttention: multiHead,
};
