import { product, type Dim } from '../../../dim.js';
import * as f from '../../../formula.js';
import type { OpOf, ScatterReduction, Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';

const topK =
  (kOf: (context: NodeContext, inputs: readonly (Value | undefined)[]) => Dim, isTold = false): Expand =>
  (context, inputs) => {
    const x = context.input(inputs, 0);
    const axis = context.axis(context.int('axis', -1), x.shape.length);
    const largest = !isTold || context.flag('largest', true);
    const sorted = !isTold || context.flag('sorted', true);
    return context.build.outputsOf({ kind: 'topK', axis, k: kOf(context, inputs), largest, sorted }, [x]);
  };

const kInput = (context: NodeContext, inputs: readonly (Value | undefined)[]): Dim => {
  const sizes = context.sizes(context.input(inputs, 1), 'k');
  return sizes.length === 1 ? sizes[0]! : context.unsupported(`k must be one number, got ${sizes.length}`);
};

const reductions = {
  none: 'none',
  add: 'add',
  mul: 'multiply',
  max: 'maximum',
  min: 'minimum',
} as const satisfies Record<string, ScatterReduction>;
type ReductionName = keyof typeof reductions;

/** @param known the reductions that the version has */
const scatter =
  (form: OpOf<'scatter'>['form'], known: readonly ReductionName[] = ['none']): Expand =>
  (context, inputs) => {
    const values = [0, 1, 2].map((at) => context.input(inputs, at));
    const axis = form === 'nd' ? 0 : context.axis(context.int('axis', 0), values[0]!.shape.length);
    const reduction = reductions[known.length === 1 ? 'none' : context.oneOf('reduction', known, 'none')];
    return context.build.op({ kind: 'scatter', form, axis, reduction }, values);
  };

const sums: readonly ReductionName[] = ['none', 'add', 'mul'];
const all: readonly ReductionName[] = [...sums, 'max', 'min'];
const scatterElements = scatter('elements');
const scatterNd = scatter('nd');

const nonMaxSuppression: Expand = (context, inputs) => {
  const [boxes, scores] = [context.input(inputs, 0), context.input(inputs, 1)];
  const [most, overlap, threshold] = inputs.slice(2);
  const known = context.constantOf(most);
  return context.build.nonMaxSuppression(boxes, scores, {
    centerPointBox: context.flag('center_point_box'),
    maxOutputBoxes: most && !known ? most : Math.max(0, context.number(most, 'the most boxes of a class', 0)),
    iouThreshold: overlap ?? 0,
    scoreThreshold: threshold ?? -Infinity,
  });
};

const compress: Expand = (context, inputs) => {
  const [x, condition] = [context.input(inputs, 0), context.input(inputs, 1)];
  const axis = context.has('axis') ? context.axis(context.int('axis'), x.shape.length) : null;
  const known = context.constantOf(condition);
  if (!known) return context.build.compress(x, condition, axis);
  const kept = [...known.data.keys()].filter((at) => known.data[at] !== 0);
  return select(context, x, axis, known.data.length, kept);
};

/** The slices along an axis, or elements, at positions that are known; a condition told of `count` of them. */
function select(
  { build }: NodeContext,
  whole: Value,
  along: number | null,
  count: number,
  positions: readonly number[],
): Value {
  const x = along === null ? build.reshape(whole, [product(whole.shape)]) : whole;
  const axis = along ?? 0;
  build.require('atLeast', x.shape[axis]!, count, 'a condition of {expected} is longer than the {got} it selects from');
  const indices = build.constant({ dtype: 'int32', shape: [positions.length], data: Int32Array.from(positions) });
  const shape = x.shape.map((size, at) => (at === axis ? positions.length : size));
  const element = shape.map((_, at) => (at === axis ? f.load(1, [f.axis(at)]) : f.axis(at)));
  return build.compute(x.dtype, shape, f.load(0, element), x, indices);
}

const unique: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const axis = context.has('axis') ? context.axis(context.int('axis'), x.shape.length) : null;
  return context.build.unique(x, axis, context.flag('sorted', true));
};

const nonZero: Expand = (context, inputs) => context.build.nonZero(context.input(inputs, 0));

/** Operators that choose or place elements by data. */
export const selection: Operators = {
  TopK: { 1: topK((context) => context.int('k')), 10: topK(kInput), 11: topK(kInput, true) },
  Scatter: { 9: scatterElements },
  ScatterElements: { 11: scatterElements, 16: scatter('elements', sums), 18: scatter('elements', all) },
  ScatterND: { 11: scatterNd, 16: scatter('nd', sums), 18: scatter('nd', all) },
  NonMaxSuppression: { 10: nonMaxSuppression },
  NonZero: { 9: nonZero },
  Compress: { 9: compress },
  Unique: { 11: unique },
};
