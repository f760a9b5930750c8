import { symbol, type Dim } from '../../compiler/dim.js';
import type { LayerError } from './lowering.js';

const batch = symbol('batch');

/** A layer over inputs of these shapes, in their order, that is refused. */
const refused = (
  kind: string,
  attributes: Readonly<Record<string, unknown>>,
  shapes: readonly (readonly Dim[])[],
  message: string,
): LayerError => {
  const inputs = shapes.map((shape, i) => [`x${i}`, { shape }] as const);
  const layer = { name: 'layer', kind, from: inputs.map(([name]) => name), ...attributes };
  return [layer, Object.fromEntries(inputs), `layer: ${message}`];
};

const query = [batch, 3, 4];
const value = [batch, 5, 6];
const key = [batch, 5, 4];
const heads = { heads: 2, keyDim: 3 };
const grouped = { queryHeads: 4, keyValueHeads: 3, headDim: 2 };
const rotary = 'rotaryEmbedding';

export const attentionErrors: readonly LayerError[] = [
  refused('attention', {}, [query, value], 'queries have 4 features, keys 6'),
  refused('attention', {}, [query, value, [batch, 6, 4]], 'there are 6 keys and 5 values'),
  refused('attention', {}, [[2, 3, 4], [3, 5, 4]], 'inputs have batches of 3 and 2'),
  refused('attention', {}, [query, [batch, 4]], 'expects (batch, time, features), got (batch, 4)'),
  refused('attention', {}, [query, value, key, [batch, 5]], 'the mask of the queries has size 5 on axis 1, expected 3'),
  refused('attention', {}, [query, value, key, [batch, 3], [batch, 1, 5]], 'expects a mask (batch, time) of the values, got (batch, 1, 5)'),
  refused('additiveAttention', {}, [query, value], 'queries have 4 features, keys 6'),
  refused('multiHeadAttention', heads, [query, value, [batch, 6, 4]], 'there are 6 keys and 5 values'),
  refused('multiHeadAttention', heads, [query, value, key, [batch, 3, 4]], 'the mask has 4 keys, expected 5'),
  refused('multiHeadAttention', heads, [query, value, key, [batch, 3, 3, 5]], 'the mask has 3 heads, expected 2'),
  refused('multiHeadAttention', heads, [query, value, key, [5]], 'expects a mask (batch, queries, keys), got (5)'),
  refused('groupedQueryAttention', grouped, [query, value], '4 heads of queries do not divide into 3 of keys'),
  refused(rotary, {}, [[batch, 3, 5]], 'turns pairs of features, got 5 features'),
  refused(rotary, { featureAxis: 1 }, [query], 'the axes of the sequence and of the features are both 1'),
  refused(rotary, { sequenceAxis: 3 }, [query], 'axis 3 is outside an input of rank 3'),
]; // prettier-ignore
