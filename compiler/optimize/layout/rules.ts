import type { Node, Op, OpKind, OpOf } from '../../ir.js';
import { concat, elementwise, normalize, pad, slice, softmax } from './aligned.js';
import { gather, resample } from './along.js';
import { compute } from './compute.js';
import { matmul, reduce } from './folding.js';
import type { Rule } from './rule.js';

/** An op without a rule takes and gives row-major order only. */
const rules: { readonly [K in OpKind]?: Rule<OpOf<K>> } = {
  elementwise,
  concat,
  pad,
  slice,
  softmax,
  normalize,
  reduce,
  matmul,
  compute,
  gather,
  resample,
};

export const ruleOf = (node: Node): Rule<Op> | undefined =>
  node.outputs.length === 1 ? rules[node.op.kind] : undefined;
