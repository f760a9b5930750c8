import type { TensorGraph } from '../ir.js';
import { fuseAttention } from './attention.js';
import { foldBatchNorm } from './batch-norm.js';
import { dropDead } from './dead.js';
import { foldTransposes } from './transposes.js';
import { fuse } from './fuse.js';
import { hoist } from './hoist.js';
import { layout } from './layout/index.js';
import { foldSlices } from './slices.js';
import type { Pass } from './rewrite.js';
import { verify } from './verify.js';

/** In the order in which they run. */
const passes: readonly Pass[] = [
  dropDead,
  foldSlices,
  fuseAttention,
  foldTransposes,
  layout,
  dropDead,
  foldBatchNorm,
  hoist,
  fuse,
  dropDead,
];

/** Each once. */
export const passNames: readonly string[] = [...new Set(passes.map(({ name }) => name))];

/**
 * Runs every pass, and checks the graph after each.
 *
 * @param without passes to leave out, by name
 */
export function optimize(graph: TensorGraph, without: readonly string[] = []): TensorGraph {
  verify(graph, 'lower');
  return passes
    .filter(({ name }) => !without.includes(name))
    .reduce((current, pass) => {
      const next = pass.run(current);
      verify(next, pass.name);
      return next;
    }, graph);
}
