import type { Dim } from '../dim.js';
import type { Node, Op, OpKind, TensorType } from '../ir.js';
import type { Tensor } from '../tensor.js';
import { attention } from './attention.js';
import { compute } from './compute.js';
import { convolution, depthwise, pool } from './convolution.js';
import { elementwise } from './elementwise.js';
import { linearAttention } from './linear-attention.js';
import { matmul } from './matmul.js';
import { recurrent } from './recurrent.js';
import { normalize, reduce, softmax } from './reduce.js';
import { compress, nonZero, unique } from './counted.js';
import { nonMaxSuppression } from './suppression.js';
import type { Checks, EvaluateContext, JointRule, Rule } from './rule.js';
import { resample } from './resample.js';
import { scatter } from './scatter.js';
import { concat, gather, pad, reshape, slice, transpose } from './shape.js';
import { constant, initializer, stored } from './source.js';
import { topK } from './topK.js';

export type { Checks, EvaluateContext } from './rule.js';

const rules: { readonly [K in OpKind]: Rule<K> | JointRule<K> } = {
  elementwise,
  matmul,
  convolution,
  depthwise,
  pool,
  reduce,
  softmax,
  normalize,
  reshape,
  transpose,
  concat,
  pad,
  slice,
  compute,
  recurrent,
  gather,
  resample,
  linearAttention,
  attention,
  topK,
  scatter,
  nonMaxSuppression,
  nonZero,
  compress,
  unique,
  constant,
  stored,
  initializer,
};

const ruleOf = (op: Op): Rule<OpKind> | JointRule<OpKind> => rules[op.kind] as Rule<OpKind> | JointRule<OpKind>;

/** Ops that take values of any dtype; the others compute in float32. */
const movers: ReadonlySet<OpKind> = new Set([
  'reshape',
  'transpose',
  'concat',
  'pad',
  'slice',
  'compute',
  'recurrent',
  'gather',
  'resample',
  'topK',
  'scatter',
  'nonMaxSuppression',
  'nonZero',
  'compress',
  'unique',
  'constant',
]);

/** The types of an op's outputs. Sizes that can never fit are refused, others become constraints. */
export function inferShapes(op: Op, inputs: readonly TensorType[], checks: Checks): TensorType[] {
  const other = movers.has(op.kind) ? undefined : inputs.find(({ dtype }) => dtype !== 'float32');
  if (other) checks.fail(`computes in float32, got ${other.dtype}`);
  return ruleOf(op).infer(op, inputs, checks);
}

/**
 * The multiply-adds of a node: those of matrix products and convolutions, every tap of a kernel counted where padding
 * is under it too. Epilogues and everything else count 0.
 */
export const multiplyAdds = ({ op, inputs, outputs }: Node): Dim =>
  ruleOf(op).multiplyAdds?.(op, inputs, outputs[0]!) ?? 0;

/** What a node computes, the naive way. */
export function evaluateNode(node: Node, inputs: readonly Tensor[], context: EvaluateContext): Tensor[] {
  const rule = ruleOf(node.op);
  if ('evaluateAll' in rule) return [...rule.evaluateAll(node.op, inputs, context)];
  return node.outputs.map((output, index) => {
    const shape = output.shape.map(context.size);
    const result = rule.evaluate(node.op, inputs, shape, context, index);
    if (!('epilogue' in node.op)) return result;
    const op = { kind: 'elementwise', expression: node.op.epilogue } as const;
    return elementwise.evaluate(op, [result, ...inputs.slice(2)], shape, context, 0);
  });
}
