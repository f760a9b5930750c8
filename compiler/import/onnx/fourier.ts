import { add, floorDiv, max, mul, sub, type Dim } from '../../dim.js';
import * as f from '../../formula.js';
import type { Formula } from '../../formula.js';
import type { Value } from '../../ir.js';
import type { NodeContext } from './context.js';
import { padAxes, sliceAxis } from '../../expand/axes.js';

/** Lengths that are matrix products in float32; the sums of shorter transforms, and of longer ones, are float64. */
const MULTIPLIED = { from: 65, to: 2048 };

/** A discrete Fourier transform along an axis of numbers that are complex, or real, where the last axis has size 2 or 1. */
export interface Transform {
  readonly axis: number;
  readonly length: Dim;
  readonly inverse: boolean;
  /** The half of the spectrum that tells all of a real signal: what comes out, or what the inverse makes a signal of. */
  readonly onesided: boolean;
}

/** A transform with the sizes that follow. */
interface Plan extends Transform {
  /** Elements that are read, and those that come out. */
  readonly taken: Dim;
  readonly given: Dim;
  /** Whether the input is complex, and the output. */
  readonly complex: readonly [input: boolean, output: boolean];
}

const TURN = 2 * Math.PI;
const real = (value: Formula): Formula => f.convert('f64', value);

function planOf(context: NodeContext, x: Value, transform: Transform): Plan {
  const { length, inverse, onesided } = transform;
  const parts = x.shape.at(-1);
  if (parts !== 1 && parts !== 2)
    return context.unsupported('the last axis must have size 1 or 2, known when compiling');
  const half = add(floorDiv(length, 2), 1);
  const isSignal = inverse && onesided;
  return {
    ...transform,
    taken: isSignal ? half : length,
    given: onesided && !inverse ? half : length,
    complex: [parts === 2, !isSignal],
  };
}

/**
 * What one element adds to another, before the inverse divides by the length.
 *
 * @param n the place of the element that is read, of which `re` and `im` are the parts
 * @param isReal whether the real part of the output is asked for, 1 or 0
 */
function term(
  { inverse, length, complex }: Plan,
  n: Formula,
  [re, im]: readonly [Formula, Formula | undefined],
  [cosine, sine]: readonly [Formula, Formula],
  isReal: Formula,
): Formula {
  const zero = f.f64(0);
  const [across, along] = [im ? f.mul(im, sine) : zero, im ? f.mul(im, cosine) : zero];
  const straight = f.mul(re, cosine);
  const turned = f.mul(re, sine);
  const own = f.binary(inverse ? 'subtract' : 'add', straight, across);
  if (complex[1]) return f.select(isReal, own, f.binary(inverse ? 'add' : 'subtract', along, turned));
  // All but the ends of the half stand for their mirror images too.
  const isEnd = f.or(f.equal(n, f.i32(0)), f.equal(f.mul(n, f.i32(2)), f.size(length)));
  return f.select(isEnd, own, f.add(own, own));
}

/** The discrete Fourier transform of float32 x [..., 1 or 2] → [..., 2], or [..., 1] where the inverse is onesided. */
export function fourier(context: NodeContext, x: Value, transform: Transform): Value {
  const plan = planOf(context, x, transform);
  const { length } = plan;
  const isMultiplied = typeof length === 'number' && length >= MULTIPLIED.from && length <= MULTIPLIED.to;
  return isMultiplied ? multiplied(context, x, plan, length) : summed(context, x, plan);
}

/** Cosines and sines of all parts of a turn as sums of two float32, which together have the precision of float64. */
function table(context: NodeContext, length: number): Value {
  const data = new Float32Array(4 * length);
  for (let step = 0; step < length; step++) {
    const angle = (TURN * step) / length;
    [Math.cos(angle), Math.sin(angle)].forEach((value, at) => {
      data[4 * step + 2 * at] = value;
      data[4 * step + 2 * at + 1] = value - Math.fround(value);
    });
  }
  return context.build.constant({ dtype: 'float32', shape: [length, 4], data });
}

/** Every element of the output by a sum of its own. */
function summed(context: NodeContext, x: Value, plan: Plan): Value {
  const { axis, length, inverse, taken, given, complex } = plan;
  const last = x.shape.length - 1;
  const known = typeof length === 'number' ? table(context, length) : undefined;
  const angle = (step: Formula): readonly [Formula, Formula] => {
    if (known) {
      const entry = (at: number): Formula => real(f.load(1, [step, f.i32(at)]));
      return [f.add(entry(0), entry(1)), f.add(entry(2), entry(3))];
    }
    const turn = f.convert('f32', f.div(f.mul(f.f64(TURN), real(step)), real(f.size(length))));
    return [real(f.unary('cos', turn)), real(f.unary('sin', turn))];
  };
  const at = (n: Formula, part: number): Formula => {
    const place = x.shape.map((_, own) => (own === axis ? n : own === last ? f.i32(part) : f.axis(own)));
    return real(f.load(0, place));
  };
  const isReal = f.equal(f.axis(last), f.i32(0));
  const size = x.shape[axis]!;
  const count =
    typeof taken === 'number' && typeof size === 'number'
      ? f.i32(Math.min(taken, size))
      : f.min(f.size(taken), f.size(size));
  const sum = f.fold(
    count,
    [
      { type: 'f64', initial: f.f64(0) },
      { type: 'i32', initial: f.i32(0) },
    ],
    (n, [total, step]) => {
      const parts = [at(n, 0), complex[0] ? at(n, 1) : undefined] as const;
      const next = f.add(step!, f.axis(axis));
      const wrapped = f.select(f.less(next, f.size(length)), next, f.sub(next, f.size(length)));
      return [f.add(total!, term(plan, n, parts, angle(step!), isReal)), wrapped];
    },
    ([total]) => (inverse ? f.div(total!, real(f.size(length))) : total!),
  );
  const shape = x.shape.map((own, at) => (at === axis ? given : at === last ? (complex[1] ? 2 : 1) : own));
  return context.build.compute('float32', shape, f.convert('f32', sum), ...(known ? [x, known] : [x]));
}

/** The product with a matrix of cosines and sines, whose rows and columns are real and imaginary parts in turn. */
function multiplied({ build }: NodeContext, x: Value, plan: Plan, length: number): Value {
  const { axis, inverse, complex } = plan;
  const [taken, given] = [plan.taken as number, plan.given as number];
  const [from, to] = complex.map((isComplex) => (isComplex ? 2 : 1)) as [number, number];
  const last = x.shape.length - 1;
  const others = x.shape.map((_, own) => own).filter((own) => own !== axis && own !== last);
  const moved = build.op({ kind: 'transpose', permutation: [...others, axis, last] }, [x]);
  const missing = max(0, sub(taken, x.shape[axis]!));
  const padding = moved.shape.map((_, own): readonly [Dim, Dim] => [0, own === last - 1 ? missing : 0]);
  const whole = sliceAxis(build, padAxes(build, moved, padding), last - 1, 0, taken);
  const outer = others.map((own) => x.shape[own]!);
  const [row, column] = [f.axis(0), f.axis(1)];
  const over = (index: Formula, size: number): Formula => (size === 1 ? index : f.div(index, f.i32(size)));
  const [n, k] = [over(row, from), over(column, to)];
  const isReal = (index: Formula, size: number): Formula =>
    size === 1 ? f.i32(1) : f.equal(f.binary('and', index, f.i32(1)), f.i32(0));
  const step = f.binary('remainder', f.mul(n, k), f.i32(length));
  const turn = f.convert('f32', f.mul(f.f64(TURN / length), real(step)));
  const angle = [real(f.unary('cos', turn)), real(f.unary('sin', turn))] as const;
  const isRe = isReal(row, from);
  const parts = [
    f.select(isRe, f.f64(1), f.f64(0)),
    from === 2 ? f.select(isRe, f.f64(0), f.f64(1)) : undefined,
  ] as const;
  const entry = f.mul(term(plan, n, parts, angle, isReal(column, to)), f.f64(inverse ? 1 / length : 1));
  const matrix = build.compute('float32', [taken * from, given * to], f.convert('f32', entry));
  const rows = build.reshape(whole, [...outer, mul(taken, from)]);
  const y = build.op({ kind: 'matmul', transposeRight: false }, [rows, matrix]);
  const order = x.shape.map((_, own) => (own === axis ? last - 1 : own === last ? last : others.indexOf(own)));
  return build.op({ kind: 'transpose', permutation: order }, [build.reshape(y, [...outer, given, to])]);
}
