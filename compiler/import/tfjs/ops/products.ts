import { einsum } from '../../../expand/einsum.js';
import { multiply } from '../../../expand/multiply.js';
import type { Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';
import { fused } from '../fused.js';
import { requireRank } from '../window.js';

/** Swaps the last two axes. */
function transposed({ build }: NodeContext, x: Value, isTransposed: boolean): Value {
  if (!isTransposed) return x;
  const rank = x.shape.length;
  if (rank < 2) return build.fail(`a matrix has rank 2 and more, got ${rank}`);
  const permutation = [...Array.from({ length: rank - 2 }, (_, axis) => axis), rank - 1, rank - 2];
  return build.op({ kind: 'transpose', permutation }, [x]);
}

/** The product of matrices, either of which the attributes may transpose. */
const matmul: Expand = (context, inputs) => {
  const [a, b] = context.alike(inputs, [0, 1]) as [Value, Value];
  requireRank(context, 'a matrix', a, 2);
  requireRank(context, 'a matrix', b, 2);
  const isTransposed = context.flag('transpose_b');
  const right = context.weight(b, 'weight', isTransposed ? 'oi' : 'io');
  return multiply(
    context,
    transposed(context, a, context.flag('transpose_a')),
    transposed(context, right, isTransposed),
  );
};

const fusedMatmul: Expand = (context, inputs) => fused(context, matmul(context, inputs) as Value, inputs.slice(2));

/** The products of matrices [..., m, k] and [..., k, n], whose leading axes are broadcast. */
const batched: Expand = (context, inputs) => {
  const [a, b] = context.alike(inputs, [0, 1]) as [Value, Value];
  if (a.shape.length < 2 || b.shape.length < 2) return context.build.fail('takes matrices of rank 2 and more');
  return multiply(
    context,
    transposed(context, a, context.flag('adj_x')),
    transposed(context, b, context.flag('adj_y')),
  );
};

/** Products of matrices. */
export const products: Operators = {
  MatMul: matmul,
  _FusedMatMul: fusedMatmul,
  BatchMatMul: batched,
  BatchMatMulV2: batched,
  BatchMatMulV3: batched,
  Einsum: (context, inputs) => einsum(context, context.string('equation'), context.alike(inputs, [...inputs.keys()])),
};
