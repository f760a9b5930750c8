import { add, equal, mul, nonNegative, product, type Dim } from '../dim.js';
import * as f from '../formula.js';
import type { Formula } from '../formula.js';
import type { Value } from '../ir.js';
import { bytesPerElement } from '../tensor.js';
import { address, size, type Planner } from './planner.js';
import { collapse, stridesOf } from './strides.js';

/** A sum of multiples of axes. */
interface Affine {
  readonly offset: Dim;
  /** By axis; 0 where it is missing. */
  readonly factors: ReadonlyMap<number, Dim>;
}

const constant = (offset: Dim): Affine => ({ offset, factors: new Map() });

const scaled = ({ offset, factors }: Affine, by: Dim): Affine => ({
  offset: mul(offset, by),
  factors: new Map([...factors].map(([axis, factor]) => [axis, mul(factor, by)])),
});

function sum(left: Affine, right: Affine): Affine {
  const factors = new Map(left.factors);
  for (const [axis, factor] of right.factors) factors.set(axis, add(factors.get(axis) ?? 0, factor));
  return { offset: add(left.offset, right.offset), factors };
}

/** A formula of i32 as a sum of multiples of axes, where it is one. */
function affine(formula: Formula): Affine | undefined {
  switch (formula.kind) {
    case 'number':
      return constant(Number(formula.value));
    case 'size':
      return constant(formula.size);
    case 'axis':
      return { offset: 0, factors: new Map([[formula.axis, 1]]) };
    case 'binary': {
      const [left, right] = [affine(formula.left), affine(formula.right)];
      if (!left || !right) return undefined;
      if (formula.fn === 'add') return sum(left, right);
      if (formula.fn === 'subtract') return sum(left, scaled(right, -1));
      if (formula.fn !== 'multiply') return undefined;
      if (left.factors.size > 0 && right.factors.size > 0) return undefined;
      return right.factors.size > 0 ? scaled(right, left.offset) : scaled(left, right.offset);
    }
    default:
      return undefined;
  }
}

/** Elements that move as they are: where the first stands in the source, and how far apart they are along each axis. */
interface Move {
  readonly from: Value;
  readonly offset: Dim;
  readonly strides: readonly Dim[];
}

function moveOf(formula: Formula, output: Value, inputs: readonly Value[]): Move | undefined {
  const from = formula.kind === 'load' ? inputs[formula.input] : undefined;
  if (formula.kind !== 'load' || from?.dtype !== output.dtype) return undefined;
  const steps = stridesOf(from.shape);
  let position = constant(0);
  for (const [axis, index] of formula.indices.entries()) {
    const along = affine(index);
    if (!along) return undefined;
    position = sum(position, scaled(along, steps[axis]!));
  }
  const strides = output.shape.map((length, axis) => (length === 1 ? 0 : (position.factors.get(axis) ?? 0)));
  // Sizes that only a call tells are never negative.
  const isStored = [position.offset, ...strides].every((dim) => typeof dim === 'number' || nonNegative(dim));
  return isStored ? { from, offset: position.offset, strides } : undefined;
}

/** Plans a formula that only moves elements, as copies of runs or as a loop; false for any other. */
export function planMove(planner: Planner, formula: Formula, output: Value, inputs: readonly Value[]): boolean {
  const move = moveOf(formula, output, inputs);
  if (!move) return false;
  const { from, offset } = move;
  const { sizes, strides } = collapse(output.shape, [stridesOf(output.shape), move.strides]);
  const [steps, bytes] = [strides[1]!, bytesPerElement(output.dtype)];
  const isRun = steps.at(-1) === 1;
  if (sizes.includes(0)) {
    planner.output(output);
    return true;
  }
  const isWhole = isRun && sizes.length === 1 && offset === 0;
  if (isWhole && equal(product(output.shape), product(from.shape))) {
    planner.alias(output, from);
    return true;
  }
  if (isRun && sizes.length === 1 && planner.part(output, from, mul(offset, bytes))) return true;
  const source = planner.read(from);
  // A loop loads what stays along its last axis even where that is empty.
  const isSafe = sizes.length === 1 || steps.at(-1) !== 0 || sizes.every((length) => typeof length === 'number');
  const target = planner.output(output);
  if (isRun && sizes.length <= 2) {
    const run = mul(sizes.at(-1)!, bytes);
    const [rows, step] = sizes.length === 2 ? [sizes[0]!, mul(steps[0]!, bytes)] : [1, 0];
    planner.call('copyRows', [
      address(source, mul(offset, bytes)),
      address(target),
      ...[rows, run, step, run].map(size),
    ]);
  } else if (bytes === 4 && isSafe) {
    planner.loop({
      expression: { kind: 'input', index: 0 },
      sizes,
      output: target,
      operands: [{ buffer: source, offset, strides: steps }],
    });
  } else {
    const position = steps.reduce<Formula>(
      (at, step, axis) => f.add(at, f.mul(f.axis(axis), f.size(step))),
      f.size(offset),
    );
    const operands = [{ buffer: source, dtype: from.dtype, strides: [1] }];
    planner.compute({ formula: f.load(0, [position]), dtype: output.dtype, sizes, output: target, operands });
  }
  return true;
}
