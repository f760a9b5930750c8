import { binary, element, scalar } from '../../../build.js';
import { ImportError } from '../../../errors.js';
import * as f from '../../../formula.js';
import type { Expression, Layout, Value } from '../../../ir.js';
import { broadcast } from '../../../expand/broadcast.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';
import { each } from '../../../expand/integers.js';
import { multiply } from '../../../expand/multiply.js';

const matmul: Expand = (context, inputs) => {
  const a = context.input(inputs, 0);
  const b = context.input(inputs, 1);
  return multiply(context, a, b.shape.length === 2 ? context.weight(b, 'weight', 'io') : b);
};

const transposed = (context: NodeContext, matrix: Value, isTransposed: boolean): Value =>
  isTransposed ? context.build.op({ kind: 'transpose', permutation: [1, 0] }, [matrix]) : matrix;

const scaled = (factor: number, x: Expression): Expression =>
  factor === 1 ? x : binary('multiply', scalar(factor), x);

/** alpha · A′ · B′ + beta · C, where C is broadcast */
const gemm: Expand = (context, inputs) => {
  const { build } = context;
  const [a, given, c] = [context.input(inputs, 0), context.input(inputs, 1), inputs[2]];
  for (const matrix of [a, given]) {
    if (matrix.shape.length === 2) continue;
    throw new ImportError('shape', build.subject, `Gemm takes matrices, got rank ${matrix.shape.length}`);
  }
  const [alpha, beta] = [context.float('alpha', 1), context.float('beta', 1)];
  const isTransposed = context.flag('transB');
  const layout: Layout = isTransposed ? 'oi' : 'io';
  const b = transposed(context, context.weight(given, 'weight', layout), isTransposed);
  const product = multiply(context, transposed(context, a, context.flag('transA')), b);
  const bias = c && beta !== 0 ? context.weight(c, 'bias') : undefined;
  if (bias) broadcast(context, [product.shape, bias.shape]);
  if (product.dtype !== 'float32') return integerSum(context, product, alpha, bias, beta);
  const sum = scaled(alpha, element(0));
  if (!bias) return alpha === 1 ? product : build.elementwise(sum, product);
  return build.elementwise(binary('add', sum, scaled(beta, element(1))), product, bias);
};

/** Factors of integers that are no integers are applied as float64, and what comes out is cut. */
function integerSum(context: NodeContext, product: Value, alpha: number, c: Value | undefined, beta: number): Value {
  const type = f.scalarOf(product.dtype);
  const times = (factor: number, x: f.Formula): f.Formula =>
    Number.isInteger(factor)
      ? f.mul(f.number(type, factor), x)
      : f.convert(type, f.mul(f.f64(factor), f.convert('f64', x)));
  const values = c ? [product, c] : [product];
  return each(context, product.dtype, values, ([x, bias]) =>
    bias ? f.add(times(alpha, x!), times(beta, bias)) : times(alpha, x!),
  );
}

/** Products of matrices. */
export const products: Operators = {
  MatMul: { 1: matmul },
  Gemm: { 1: gemm },
};
