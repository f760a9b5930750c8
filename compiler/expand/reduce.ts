import { binary, scalar, select, unary } from '../build.js';
import { product } from '../dim.js';
import * as f from '../formula.js';
import type { Formula, ScalarType } from '../formula.js';
import type { Expression, OpOf, Value } from '../ir.js';
import type { DType } from '../tensor.js';
import type { ExpandContext } from './context.js';
import { limitsOf, map } from './maps.js';

type WholeType = Exclude<DType, 'float32'>;

/** What is known where an element of the result is computed from all elements behind it. */
interface Folding {
  /** Computed in this type. */
  readonly type: ScalarType;
  readonly dtype: DType;
  readonly count: Formula;
  readonly fold: (initial: Formula, type: ScalarType, next: (state: Formula, element: Formula) => Formula) => Formula;
}

interface Reduction {
  /** Over axes, which are dropped. */
  readonly real: (context: ExpandContext, x: Value, axes: readonly number[]) => Value;
  readonly whole: (folding: Folding) => Formula;
}

const square = (x: Expression): Expression => binary('multiply', x, x);

/** The op over some axes; over none every element is its own result. */
const reduceOp = (fn: OpOf<'reduce'>['fn'], { build }: ExpandContext, x: Value, axes: readonly number[]): Value =>
  axes.length === 0 ? x : build.op({ kind: 'reduce', fn, axes }, [x]);

/** A reduction of mapped elements whose result is mapped too. */
const mapped =
  (
    fn: OpOf<'reduce'>['fn'],
    before?: (x: Expression) => Expression,
    after?: (x: Expression) => Expression,
  ): Reduction['real'] =>
  (context, x, axes) => {
    const elements = before ? map(context, [x], ([a]) => before(a!)) : x;
    const reduced = reduceOp(fn, context, elements, axes);
    return after ? map(context, [reduced], ([a]) => after(a!)) : reduced;
  };

/** ln Σ eˣ by way of the largest element, unless that is infinite. */
const logSumExp: Reduction['real'] = (context, x, axes) => {
  const { build } = context;
  const peak = map(context, [reduceOp('maximum', context, x, axes)], ([a]) =>
    select('less', unary('absolute', a!), scalar(Infinity), a!, scalar(0)),
  );
  const kept = build.reshape(
    peak,
    x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
  );
  const powers = map(context, [x, kept], ([a, b]) => unary('exp', binary('subtract', a!, b!)));
  const sum = reduceOp('sum', context, powers, axes);
  return map(context, [sum, peak], ([a, b]) => binary('add', unary('log', a!), b!));
};

/** The product, in the order of the elements. */
const realProduct: Reduction['real'] = (context, x, axes) =>
  folded(context, x, axes, ({ fold }) =>
    f.convert(
      'f32',
      fold(f.f64(1), 'f64', (state, element) => f.mul(state, f.convert('f64', element))),
    ),
  );

/** A fold over the axes for each element of what remains. */
function folded(
  { build }: ExpandContext,
  x: Value,
  axes: readonly number[],
  formula: (folding: Folding) => Formula,
): Value {
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const sizes = axes.map((axis) => f.size(x.shape[axis]!));
  const type = f.scalarOf(x.dtype);
  const load = (indices: readonly Formula[]): Formula =>
    f.load(
      0,
      x.shape.map((_, axis) => (axes.includes(axis) ? indices[axes.indexOf(axis)]! : f.axis(kept.indexOf(axis)))),
    );
  const folding: Folding = {
    type,
    dtype: x.dtype,
    count: f.size(product(axes.map((axis) => x.shape[axis]!))),
    fold: (initial, state, next) =>
      f.accumulate(initial, state, sizes, (before, indices) => next(before, load(indices))),
  };
  return build.compute(
    x.dtype,
    kept.map((axis) => x.shape[axis]!),
    formula(folding),
    x,
  );
}

const sumOf = ({ type, fold }: Folding, term: (x: Formula) => Formula = (x) => x): Formula =>
  fold(f.number(type, 0), type, (state, element) => f.add(state, term(element)));

const squareOf = (type: ScalarType, x: Formula): Formula => f.bind(x, type, (value) => f.mul(value, value));

const extremeOf =
  (fn: 'minimum' | 'maximum') =>
  ({ type, dtype, fold }: Folding): Formula => {
    const [low, high] = limitsOf(dtype as WholeType);
    const start = f.number(type, fn === 'maximum' ? low : high);
    return fold(start, type, (state, element) => f.binary(fn, state, element));
  };

/** ln of a sum, or ln Σ eˣ, cut to an integer. */
const wholeLog = ({ type, fold }: Folding, exponential: boolean): Formula => {
  const term = (x: Formula): Formula => (exponential ? f.unary('exp', f.convert('f32', x)) : f.convert('f32', x));
  const sum = fold(f.f32(0), 'f32', (state, element) => f.add(state, term(element)));
  return f.convert(type, f.unary('log', sum));
};

const reductions = {
  sum: { real: mapped('sum'), whole: (folding) => sumOf(folding) },
  mean: {
    real: mapped('mean'),
    whole: (folding) => f.div(sumOf(folding), folding.type === 'i64' ? f.convert('i64', folding.count) : folding.count),
  },
  maximum: { real: mapped('maximum'), whole: extremeOf('maximum') },
  minimum: { real: mapped('minimum'), whole: extremeOf('minimum') },
  product: {
    real: realProduct,
    whole: ({ type, fold }) => fold(f.number(type, 1), type, (state, element) => f.mul(state, element)),
  },
  l1: {
    real: mapped('sum', (x) => unary('absolute', x)),
    whole: (folding) => sumOf(folding, (x) => f.unary('absolute', x)),
  },
  l2: {
    real: mapped('sum', square, (x) => unary('squareRoot', x)),
    whole: (folding) => {
      const sum = sumOf(folding, (x) => squareOf(folding.type, x));
      return f.convert(folding.type, f.unary('squareRoot', f.convert('f64', sum)));
    },
  },
  sumOfSquares: {
    real: mapped('sum', square),
    whole: (folding) => sumOf(folding, (x) => squareOf(folding.type, x)),
  },
  logSum: {
    real: mapped('sum', undefined, (x) => unary('log', x)),
    whole: (folding) => wholeLog(folding, false),
  },
  logSumExp: { real: logSumExp, whole: (folding) => wholeLog(folding, true) },
} as const satisfies Readonly<Record<string, Reduction>>;

export type ReductionName = keyof typeof reductions;

/** A reduction over axes, which are dropped or stay with size 1; over none every element is its own result. */
export function reduceAxes(
  context: ExpandContext,
  name: ReductionName,
  x: Value,
  given: readonly number[],
  keepsAxes: boolean,
): Value {
  const axes = [...new Set(given)].sort((a, b) => a - b);
  const { real, whole }: Reduction = reductions[name];
  const result = x.dtype === 'float32' ? real(context, x, axes) : folded(context, x, axes, whole);
  if (!keepsAxes || axes.length === 0) return result;
  return context.build.reshape(
    result,
    x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
  );
}
