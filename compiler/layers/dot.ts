import { alternatives, integer, Refusal, type Attribute } from '../attributes.js';
import type { Build } from '../build.js';
import { printShape, product } from '../dim.js';
import type { Value } from '../ir.js';
import { axisOf } from './axis.js';
import { boolean, defineLayer, optional } from './define.js';
import { scaleToUnit } from './unit-length.js';

type AxisPair = readonly [left: number, right: number];

/** One axis for both inputs, or one for each; resolved to the pair. */
function axisPair(): Attribute<number | AxisPair, AxisPair, true> {
  const one = integer(-Infinity);
  return {
    required: true,
    schema: { anyOf: [one.schema, { type: 'array', items: one.schema, minItems: 2, maxItems: 2 }] },
    expects: alternatives(['an integer', 'a list of 2 integers']),
    read(value) {
      const pair: readonly unknown[] = Array.isArray(value) ? value : [value, value];
      const fits = pair.length === 2 && pair.every((item) => !(one.read(item) instanceof Refusal));
      return fits ? (Object.freeze([...pair]) as unknown as AxisPair) : new Refusal();
    },
  };
}

/** The least sum of squares that a vector is divided by. */
const LEAST_SQUARES = 1e-12;

/** An axis that is not the batch, counted from the start. */
function innerAxis(build: Build, given: number, x: Value): number {
  if (x.shape.length < 2) build.fail(`expects (batch, …), got ${printShape(x.shape)}`);
  const found = axisOf(build, given, x);
  if (found === 0) build.fail('axis 0 is the batch, over which no product is summed');
  return found;
}

/** x with an axis last. */
function withLast(build: Build, x: Value, last: number): Value {
  if (last === x.shape.length - 1) return x;
  const others = [...x.shape.keys()].filter((other) => other !== last);
  return build.op({ kind: 'transpose', permutation: [...others, last] }, [x]);
}

/** x [batch, …, n] as matrices [batch, rows, n]. */
const rowsOf = (build: Build, x: Value): Value =>
  build.reshape(x, [x.shape[0]!, product(x.shape.slice(1, -1)), x.shape.at(-1)!]);

/**
 * The sum, example by example, of products along one axis of each input: [batch, …, n, …] and [batch, …, n, …] → the other
 * axes of the left, then those of the right; [batch, 1] where there are none. With `normalize` both are first divided by
 * their lengths along the axes, so that vectors give their cosines.
 */
export const dot = defineLayer('dot', {
  inputs: ['left', 'right'],
  attributes: { axes: axisPair(), normalize: optional(boolean(), false) },
  parameters: {},
  lower(build, { axes, normalize }, _parameters, [left, right]) {
    const [leftAxis, rightAxis] = [innerAxis(build, axes[0], left), innerAxis(build, axes[1], right)];
    const shapes = `${printShape(left.shape)} and ${printShape(right.shape)}`;
    build.require('equal', right.shape[0]!, left.shape[0]!, `inputs ${shapes} differ in the batch`);
    build.require(
      'equal',
      right.shape[rightAxis]!,
      left.shape[leftAxis]!,
      `axes ${leftAxis} and ${rightAxis} of inputs ${shapes} differ: {expected} and {got}`,
    );
    const unit = (x: Value, along: number): Value => (normalize ? scaleToUnit(build, x, [along], LEAST_SQUARES) : x);
    const rows = rowsOf(build, withLast(build, unit(left, leftAxis), leftAxis));
    const stands = rightAxis === 1 && right.shape.length === 3;
    const columns = stands ? unit(right, 1) : rowsOf(build, withLast(build, unit(right, rightAxis), rightAxis));
    const products = build.op({ kind: 'matmul', transposeRight: !stands }, [rows, columns]);
    const others = (x: Value, along: number) => x.shape.filter((_, other) => other !== 0 && other !== along);
    const shape = [...others(left, leftAxis), ...others(right, rightAxis)];
    return build.reshape(products, [left.shape[0]!, ...(shape.length > 0 ? shape : [1])]);
  },
});
