import { projectionsOf } from '../attention.js';
import { transpose } from '../network.js';
import type { Edge } from './builder.js';
import type { Rule } from './rules.js';
import { FusedActivation } from './schema.js';

/** Products, softmax and products over [batch, heads, steps, size], with transpositions before and after. */
export const multiHeadAttention: Rule = (to, layer, x, values) => {
  const { builder } = to;
  const { heads } = layer;
  const projections = projectionsOf(to.network, layer);
  const project = (input: Edge, { weight, bias }: (typeof projections)['query']): Edge => {
    const matrix = builder.constant(transpose(weight, [1, 0]));
    return builder.fullyConnected(input, matrix, builder.constant(bias), FusedActivation.linear);
  };
  const swap = ({ tensor, shape }: Edge): Edge => {
    const [batch, first, second, size] = shape as [number, number, number, number];
    const order = builder.integers([0, 2, 1, 3]);
    return builder.operator('transpose', [{ tensor, shape }, order], [batch, second, first, size]);
  };
  const split = ({ tensor, shape: [batch, steps, width] }: Edge): Edge =>
    swap({ tensor, shape: [batch!, steps!, heads, width! / heads] });
  const query = split(project(x, projections.query));
  const key = split(project(values, projections.key));
  const value = split(project(values, projections.value));
  const [batch, , queries] = query.shape as [number, number, number, number];
  const keys = key.shape[2]!;
  const scores = builder.operator('batchMatmul', [query, key], [batch, heads, queries, keys], { transposeRight: true });
  const weights = builder.operator('softmax', [scores], scores.shape, { beta: 1 });
  const size = projections.value.weight.shape[1]! / heads;
  const attended = swap(builder.operator('batchMatmul', [weights, value], [batch, heads, queries, size]));
  return project({ tensor: attended.tensor, shape: [batch, queries, heads * size] }, projections.output);
};
