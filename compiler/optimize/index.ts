import type { TensorGraph } from '../ir.js';
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
const passes: readonly Pass[] = [dropDead, foldSlices, foldTransposes, layout, dropDead, foldBatchNorm, hoist, fuse, dropDead];

/** Runs every pass, and checks the graph after each. */
export function optimize(graph: TensorGraph): TensorGraph {
  verify(graph, 'lower');
  return passes.reduce((current, pass) => {
    const next = pass.run(current);
    verify(next, pass.name);
    return next;
  }, graph);
}
