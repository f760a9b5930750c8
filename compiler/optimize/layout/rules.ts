import type { Node, Op, OpKind, OpOf } from '../../ir.js';
import { concat, elementwise, normalize, pad, softmax } from './aligned.js';
import { matmul, reduce } from './folding.js';
import type { Rule } from './rule.js';

/** An op without a rule takes and gives row-major order only. */
const rules: { readonly [K in OpKind]?: Rule<OpOf<K>> } = {
  elementwise,
  concat,
  pad,
  softmax,
  normalize,
  reduce,
  matmul,
};

export const ruleOf = (node: Node): Rule<Op> | undefined =>
  node.outputs.length === 1 ? rules[node.op.kind] : undefined;
