import type { Dim } from '../dim.js';
import { InternalError } from '../errors.js';
import {
  forEachPart,
  scalarOf,
  typeFault,
  typeOf,
  type Comparison,
  type Formula,
  type FormulaBinary,
  type FormulaUnary,
  type ScalarType,
} from '../formula.js';
import { binaryFunctions, unaryFunctions } from '../functions.js';
import { allocate, stridesOf, volume, type DType, type Tensor } from '../tensor.js';
import type { Rule } from './rule.js';

type Scalar = number | bigint;
interface Frame {
  readonly index: readonly number[];
  readonly names: Map<string, Scalar>;
  /** What the output has before the element along an axis. */
  readonly previous: (axis: number) => Scalar;
}
type Evaluator = (frame: Frame) => Scalar;

const rounded = (type: ScalarType, value: Scalar): Scalar => {
  switch (type) {
    case 'f32':
      return Math.fround(value as number);
    case 'f64':
      return value;
    case 'i32':
      return (value as number) | 0;
    case 'i64':
      return BigInt.asIntN(64, value as bigint);
  }
};

const ownFunctions: Readonly<Partial<Record<FormulaUnary, (x: number) => number>>> = {
  truncate: Math.trunc,
  isNaN: (x) => (Number.isNaN(x) ? 1 : 0),
};

const wholeFunctions = {
  negate: (x: bigint) => -x,
  absolute: (x: bigint) => (x < 0n ? -x : x),
} as const;

function unaryOf(fn: FormulaUnary, type: ScalarType): (x: Scalar) => Scalar {
  if (type === 'i64') {
    const whole = wholeFunctions[fn as keyof typeof wholeFunctions] as ((x: bigint) => bigint) | undefined;
    if (whole) return (x) => rounded(type, whole(x as bigint));
  }
  const apply = ownFunctions[fn] ?? unaryFunctions[fn as keyof typeof unaryFunctions];
  return (x) => rounded(fn === 'isNaN' ? 'i32' : type, apply(x as number));
}

const wholeBinary: Readonly<Record<FormulaBinary, (a: bigint, b: bigint, bits: bigint) => bigint>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => (b === 0n ? 0n : a / b),
  minimum: (a, b) => (a < b ? a : b),
  maximum: (a, b) => (a > b ? a : b),
  remainder: (a, b) => (b === 0n ? a : a % b),
  power: wholePower,
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shiftLeft: (a, b, bits) => a << (b & (bits - 1n)),
  shiftRight: (a, b, bits) => BigInt.asUintN(Number(bits), a) >> (b & (bits - 1n)),
};

/** Modulo 2⁶⁴; a negative exponent gives what is left of the fraction. */
function wholePower(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) return base === 1n ? 1n : base === -1n ? (exponent % 2n === 0n ? 1n : -1n) : 0n;
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = BigInt.asIntN(64, result * square);
    square = BigInt.asIntN(64, square * square);
  }
  return result;
}

function binaryOf(fn: FormulaBinary, type: ScalarType): (a: Scalar, b: Scalar) => Scalar {
  if (type === 'f32' || type === 'f64') {
    if (!(fn in binaryFunctions)) throw new InternalError(`${fn} of ${type}`);
    const apply = binaryFunctions[fn as keyof typeof binaryFunctions];
    return (a, b) => rounded(type, apply(a as number, b as number));
  }
  const apply = wholeBinary[fn];
  if (type === 'i64') return (a, b) => rounded(type, apply(a as bigint, b as bigint, 64n));
  return (a, b) => Number(BigInt.asIntN(32, apply(BigInt(a), BigInt(b), 32n)));
}

const comparisons: Readonly<Record<Comparison, (a: Scalar, b: Scalar) => boolean>> = {
  equal: (a, b) => a === b,
  notEqual: (a, b) => a !== b,
  less: (a, b) => a < b,
  lessOrEqual: (a, b) => a <= b,
  greater: (a, b) => a > b,
  greaterOrEqual: (a, b) => a >= b,
};

function saturated(value: number, bits: number): bigint {
  if (Number.isNaN(value)) return 0n;
  const most = 2n ** BigInt(bits - 1);
  if (value >= Number(most)) return most - 1n;
  if (value < -Number(most)) return -most;
  return BigInt(Math.trunc(value));
}

function converted(to: ScalarType, from: ScalarType, value: Scalar): Scalar {
  const isReal = from === 'f32' || from === 'f64';
  switch (to) {
    case 'f32':
      return Math.fround(Number(value));
    case 'f64':
      return Number(value);
    case 'i32':
      return Number(isReal ? saturated(value as number, 32) : BigInt.asIntN(32, BigInt(value)));
    case 'i64':
      return isReal ? saturated(value as number, 64) : BigInt(value);
  }
}

const bits = new DataView(new ArrayBuffer(8));
function reinterpreted(to: ScalarType, from: ScalarType, value: Scalar): Scalar {
  if (from === 'f32') bits.setFloat32(0, value as number);
  else if (from === 'i32') bits.setInt32(0, value as number);
  else if (from === 'f64') bits.setFloat64(0, value as number);
  else bits.setBigInt64(0, value as bigint);
  if (to === 'f32') return bits.getFloat32(0);
  if (to === 'i32') return bits.getInt32(0);
  return to === 'f64' ? bits.getFloat64(0) : bits.getBigInt64(0);
}

/** A formula as a function of the index, over these inputs. */
function evaluatorOf(root: Formula, inputs: readonly Tensor[], size: (dim: Dim) => number): Evaluator {
  const dtypes = inputs.map(({ dtype }) => dtype);
  const typed = (part: Formula): ScalarType => typeOf(part, dtypes);
  const build = (part: Formula): Evaluator => {
    switch (part.kind) {
      case 'number': {
        const value = rounded(part.type, part.value);
        return () => value;
      }
      case 'axis':
        return ({ index }) => index[part.axis]!;
      case 'size': {
        const value = size(part.size) | 0;
        return () => value;
      }
      case 'load': {
        const { data, shape } = inputs[part.input]!;
        const strides = stridesOf(shape);
        const indices = part.indices.map(build);
        return (frame) => {
          let at = 0;
          indices.forEach((index, axis) => {
            at += Number(index(frame)) * strides[axis]!;
          });
          const value = data[at];
          if (value === undefined) throw new InternalError(`a formula loads element ${at} of ${data.length}`);
          return value;
        };
      }
      case 'previous':
        return ({ previous }) => previous(part.axis);
      case 'unary': {
        const [x, apply] = [build(part.x), unaryOf(part.fn, typed(part.x))];
        return (frame) => apply(x(frame));
      }
      case 'binary': {
        const [left, right] = [build(part.left), build(part.right)];
        const apply = binaryOf(part.fn, typed(part.left));
        return (frame) => apply(left(frame), right(frame));
      }
      case 'compare': {
        const [left, right, holds] = [build(part.left), build(part.right), comparisons[part.fn]];
        return (frame) => (holds(left(frame), right(frame)) ? 1 : 0);
      }
      case 'select': {
        const [condition, yes, no] = [build(part.condition), build(part.yes), build(part.no)];
        return (frame) => (condition(frame) === 0 ? no(frame) : yes(frame));
      }
      case 'convert': {
        const [x, from] = [build(part.x), typed(part.x)];
        return (frame) => converted(part.to, from, x(frame));
      }
      case 'reinterpret': {
        const [x, from] = [build(part.x), typed(part.x)];
        return (frame) => reinterpreted(part.to, from, x(frame));
      }
      case 'name':
        return ({ names }) => names.get(part.name)!;
      case 'let': {
        const [value, body] = [build(part.value), build(part.body)];
        return (frame) => {
          frame.names.set(part.name, value(frame));
          return body(frame);
        };
      }
      case 'check': {
        const [condition, position, body] = [build(part.condition), build(part.position), build(part.body)];
        return (frame) => {
          if (condition(frame) === 0) throw new RangeError(`the index at position ${position(frame)} is out of range`);
          return body(frame);
        };
      }
      case 'fold': {
        const count = build(part.count);
        const states = part.states.map(({ name, initial, next }) => ({
          name,
          initial: build(initial),
          next: build(next),
        }));
        const result = build(part.result);
        return (frame) => {
          const { names } = frame;
          const initials = states.map(({ initial }) => initial(frame));
          const set = (values: readonly Scalar[]): void => {
            states.forEach(({ name }, at) => names.set(name, values[at]!));
          };
          set(initials);
          const end = count(frame);
          for (let index = 0; index < end; index++) {
            names.set(part.index, index);
            set(
              states.map(({ next }) => {
                names.set(part.index, index);
                return next(frame);
              }),
            );
          }
          return result(frame);
        };
      }
    }
  };
  return build(root);
}

/** What a scalar is as a stored element: bool keeps whether it is 0. */
const stored = (dtype: DType, value: Scalar): Scalar => (dtype === 'bool' ? (Number(value) === 0 ? 0 : 1) : value);

export const compute: Rule<'compute'> = {
  infer({ shape, dtype, formula }, inputs, checks) {
    forEachPart(formula, (part) => {
      if (part.kind !== 'load') return;
      const rank = inputs[part.input]?.shape.length;
      if (rank !== part.indices.length) {
        checks.fail(`loads from input ${part.input} by ${part.indices.length} indices; it has ${rank} axes`);
      }
    });
    const dtypes = inputs.map((input) => input.dtype);
    const fault = typeFault(formula, dtypes);
    if (fault !== undefined) checks.fail(`does not take these dtypes (${dtypes.join(', ')}): ${fault}`);
    const [type, needed] = [typeOf(formula, dtypes), scalarOf(dtype)];
    if (type !== needed) checks.fail(`computes ${type} for elements of ${dtype}`);
    return [{ dtype, shape }];
  },
  evaluate({ dtype, formula }, inputs, shape, { size }) {
    const element = evaluatorOf(formula, inputs, size);
    const data = allocate(dtype, volume(shape));
    const index = shape.map(() => 0);
    const strides = stridesOf(shape);
    let at = 0;
    const previous = (axis: number): Scalar => data[at - strides[axis]!]!;
    const frame: Frame = { index, names: new Map(), previous };
    for (; at < data.length; at++) {
      data[at] = stored(dtype, element(frame));
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        if (++index[axis]! < shape[axis]!) break;
        index[axis] = 0;
      }
    }
    return { dtype, shape, data };
  },
};
