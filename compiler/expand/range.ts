import { larger } from '../bounds.js';
import { ceilDiv, mul, sub, type Dim } from '../dim.js';
import * as f from '../formula.js';
import type { Value } from '../ir.js';
import { fractionOf, type Fraction } from '../ops/fraction.js';
import type { ExpandContext } from './context.js';

/** The elements from `start` up to `limit`, `delta` apart. */
export function range(context: ExpandContext, inputs: readonly (Value | undefined)[]): Value {
  const [start, limit, delta] = [0, 1, 2].map((at) =>
    asScalar(context, context.input(inputs, at)),
  ) as unknown as Triple<Value>;
  const type = f.scalarOf(start.dtype);
  const element = f.add(f.load(0, []), f.mul(f.convert(type, f.axis(0)), f.load(1, [])));
  return context.build.compute(start.dtype, [lengthOf(context, [start, limit, delta])], element, start, delta);
}

type Triple<T> = readonly [start: T, limit: T, delta: T];

const asScalar = (context: ExpandContext, value: Value): Value =>
  value.shape.length === 0 ? value : context.build.reshape(value, []);

/** max(⌈(limit − start) / delta⌉, 0) */
function lengthOf(context: ExpandContext, values: Triple<Value>): Dim {
  const known = values.map((value) => context.constantOf(value));
  if (known.every((tensor) => tensor !== undefined)) {
    const [start, limit, delta] = known.map(({ data }) => Number(data[0])) as [number, number, number];
    return delta === 0 ? zeroDelta(context) : Math.max(Math.ceil((limit - start) / delta), 0);
  }
  const names = ['start', 'limit', 'delta'];
  const [start, limit, delta] = values.map((value, at) =>
    fractionOf(context.ratios(value, names[at]!)[0]!),
  ) as unknown as Triple<Fraction>;
  const span = sub(mul(limit.numerator, start.denominator), mul(start.numerator, limit.denominator));
  const numerator = mul(span, delta.denominator);
  const denominator = mul(mul(limit.denominator, start.denominator), delta.numerator);
  if (typeof denominator !== 'number') return context.unsupported('delta depends on sizes that only a call tells');
  if (denominator === 0) return zeroDelta(context);
  const count = denominator > 0 ? ceilDiv(numerator, denominator) : ceilDiv(mul(numerator, -1), -denominator);
  return larger(count, 0, context.build.limits);
}

const zeroDelta = (context: ExpandContext): never => context.unsupported('delta is 0');
