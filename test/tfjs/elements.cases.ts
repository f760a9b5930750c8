import * as tf from '@tensorflow/tfjs-core';
import { fed, integers, number, truths, values, weights, type Given, type OperatorCase } from './operators.js';

type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const unary = (op: string, expected: Unary, input: Given = fed([3, 4])): OperatorCase => ({
  op,
  inputs: [input],
  expected,
});

const wide: Given = values('float32', [9], [-1000, -20, -1e-6, -0.5, 0, 1e-7, 0.5, 20, 1000]);
const within = fed([3, 4], -0.9, 0.9);
const above = fed([3, 4], 1.1, 3);
const halves = values('float32', [8], [-2.5, -1.5, -0.5, 0, 0.5, 1.5, 2.5, 3.2]);

const functions: readonly OperatorCase[] = [
  unary('Abs', tf.abs), unary('Neg', tf.neg), unary('Sign', tf.sign), unary('Square', tf.square),
  unary('Floor', tf.floor), unary('Ceil', tf.ceil), unary('Round', tf.round, halves), unary('Rint', tf.round, halves),
  unary('Exp', tf.exp), unary('Expm1', tf.expm1), unary('Log', tf.log, above), unary('Log1p', tf.log1p, above),
  unary('Log1p', (x) => tf.tensor([-1, -0.5, 1e-8, 1e-3, 2].map(Math.log1p), x.shape), values('float32', [5], [-1, -0.5, 1e-8, 1e-3, 2])),
  unary('Sqrt', tf.sqrt, above), unary('Rsqrt', tf.rsqrt, above), unary('Reciprocal', tf.reciprocal, above), unary('Inv', tf.reciprocal, above),
  unary('Erf', tf.erf), unary('Sin', tf.sin), unary('Cos', tf.cos), unary('Tan', tf.tan, within),
  unary('Asin', tf.asin, within), unary('Acos', tf.acos, within), unary('Atan', tf.atan),
  unary('Sinh', tf.sinh), unary('Cosh', tf.cosh), unary('Asinh', tf.asinh), unary('Acosh', tf.acosh, above), unary('Atanh', tf.atanh, within),
  unary('Relu', tf.relu), unary('Relu6', tf.relu6, fed([20], -9, 9)), unary('Elu', tf.elu, wide), unary('Selu', tf.selu),
  unary('Sigmoid', tf.sigmoid, wide), unary('Tanh', tf.tanh, wide), unary('Softplus', tf.softplus, wide),
  unary('Softsign', (x) => tf.div(x, tf.add(tf.abs(x), 1))),
  { op: 'LeakyRelu', inputs: [fed([3, 4])], attributes: { alpha: { float: 0.3 } }, expected: (x) => tf.leakyRelu(x, 0.3) },
  { title: 'LeakyRelu by default', op: 'LeakyRelu', inputs: [fed([3, 4])], expected: (x) => tf.leakyRelu(x, 0.2) },
  { op: 'Prelu', inputs: [fed([2, 3, 4]), weights(4)], expected: (x, a) => tf.prelu(x, a) },
  {
    op: 'ClipByValue',
    inputs: [fed([3, 4])],
    attributes: { clip_value_min: { float: -0.5 }, clip_value_max: { float: 1 } },
    expected: (x) => tf.clipByValue(x, -0.5, 1),
  },
]; // prettier-ignore

/** On floats that are broadcast, and on integers. */
const both = (op: string, expected: Binary, a: Given = fed([2, 3, 4]), b: Given = fed([3, 1])): OperatorCase[] => [
  { op, inputs: [a, b], expected },
  { title: `${op} of integers`, op, inputs: [integers([2, 3]), integers([3])], expected },
];

const special = values('float32', [6], [0, 1, -1, 0, -2, 3]);
const divisors = values('float32', [6], [0, 0, 2, -3, -2, 0]);
const positive = values('int32', [2, 3], [7, -7, 0, 5, -9, 12]);
const steps = values('int32', [2, 3], [2, 3, 4, -2, 4, -5]);

const operations: readonly OperatorCase[] = [
  ...both('Add', tf.add), ...both('AddV2', tf.add), ...both('Sub', tf.sub), ...both('Mul', tf.mul),
  ...both('Maximum', tf.maximum), ...both('Minimum', tf.minimum), ...both('SquaredDifference', tf.squaredDifference),
  { op: 'Div', inputs: [fed([3, 4]), above], expected: tf.div },
  { op: 'RealDiv', inputs: [fed([3, 4]), above], expected: tf.div },
  { title: 'Div of integers', op: 'Div', inputs: [positive, steps], expected: tf.floorDiv },
  { op: 'FloorDiv', inputs: [fed([3, 4], -9, 9), above], expected: (a, b) => tf.floor(tf.div(a, b)) },
  { title: 'FloorDiv of integers', op: 'FloorDiv', inputs: [positive, steps], expected: tf.floorDiv },
  { op: 'DivNoNan', inputs: [special, divisors], expected: tf.divNoNan },
  { op: 'FloorMod', inputs: [fed([3, 4], -9, 9), above], expected: tf.mod },
  { title: 'FloorMod of integers', op: 'FloorMod', inputs: [positive, steps], expected: tf.mod },
  { op: 'Mod', inputs: [fed([3, 4], -9, 9), above], expected: tf.mod },
  { op: 'Pow', inputs: [above, fed([3, 4])], expected: tf.pow },
  ...[1, 2, 3, 0.5, -1].map((exponent): OperatorCase => ({
    title: `Pow of ${exponent}`, op: 'Pow', inputs: [above, number(exponent, 'float32')], expected: tf.pow,
  })),
  { title: 'Pow of integers', op: 'Pow', inputs: [integers([2, 3]), number(3)], expected: tf.pow },
  { op: 'Atan2', inputs: [values('float32', [9], [1, 1, -1, -1, 0, 0, 2, -2, 0]), values('float32', [9], [2, -2, 2, -2, 1, -1, 0, 0, 0])], expected: tf.atan2 },
  { op: 'AddN', inputs: [fed([2, 3]), fed([2, 3]), fed([2, 3])], expected: (a, b, c) => tf.addN([a, b, c]) },
  { title: 'a float and an integer', op: 'Mul', inputs: [fed([2, 3]), integers([3])], expected: tf.mul },
  { title: 'Abs of integers', op: 'Abs', inputs: [integers([7])], expected: tf.abs },
  { title: 'Relu of integers', op: 'Relu', inputs: [integers([7])], expected: tf.relu },
  { title: 'Sign of integers', op: 'Sign', inputs: [integers([7], -1, 1)], expected: tf.sign },
  { title: 'Square of integers', op: 'Square', inputs: [integers([7])], expected: tf.square },
  { title: 'Sqrt of integers', op: 'Sqrt', inputs: [integers([7], 0, 9)], expected: (x) => tf.sqrt(tf.cast(x, "float32")) },
]; // prettier-ignore

const compare = (op: string, expected: Binary): OperatorCase[] => [
  { op, inputs: [values('float32', [4], [1, 2, 3, 3]), values('float32', [2, 1], [2, 3])], expected },
  { title: `${op} of integers`, op, inputs: [integers([3, 4], 0, 2), integers([4], 0, 2)], expected },
];

const odd = values('float32', [5], [NaN, Infinity, -Infinity, 0, -3]);

const logic: readonly OperatorCase[] = [
  ...compare('Equal', tf.equal), ...compare('NotEqual', tf.notEqual), ...compare('Less', tf.less), ...compare('LessEqual', tf.lessEqual),
  ...compare('Greater', tf.greater), ...compare('GreaterEqual', tf.greaterEqual),
  { op: 'LogicalAnd', inputs: [truths([3, 4]), truths([4])], expected: tf.logicalAnd },
  { op: 'LogicalOr', inputs: [truths([3, 4]), truths([4])], expected: tf.logicalOr },
  { op: 'LogicalXor', inputs: [truths([3, 4]), truths([3, 4])], expected: tf.logicalXor },
  { op: 'LogicalNot', inputs: [truths([3, 4])], expected: tf.logicalNot },
  unary('IsNan', tf.isNaN, odd), unary('IsInf', tf.isInf, odd), unary('IsFinite', tf.isFinite, odd),
  { op: 'SelectV2', inputs: [truths([4]), fed([3, 4]), fed([3, 1])], expected: (c, a, b) => tf.where(c, a, b) },
  { op: 'Select', inputs: [truths([3]), fed([3, 4]), fed([3, 4])], expected: (c, a, b) => tf.where(tf.reshape(c, [3, 1]), a, b) },
  { title: 'Select of integers', op: 'Select', inputs: [truths([6]), integers([6]), integers([6])], expected: (c, a, b) => tf.where(c, a, b) },
  ...(['float32', 'int32', 'bool'] as const).flatMap((to): OperatorCase[] =>
    [fed([2, 5], -3, 3), integers([2, 5], -1, 1), truths([2, 5])].map((x) => ({
      title: `Cast of ${x.tensor.dtype} to ${to}`,
      op: 'Cast',
      inputs: [x],
      attributes: { DstT: { type: { float32: 'DT_FLOAT', int32: 'DT_INT64', bool: 'DT_BOOL' }[to] } },
      expected: (y) => tf.cast(y, to),
    })),
  ),
]; // prettier-ignore

/** Functions of elements, arithmetic, comparisons and choices. */
export const elements: readonly OperatorCase[] = [...functions, ...operations, ...logic];
