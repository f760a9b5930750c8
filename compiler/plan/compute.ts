import type { Dim } from '../dim.js';
import { axis, canonical, load, mapParts, add, mul, size, type Formula } from '../formula.js';
import type { Node, OpOf, Value } from '../ir.js';
import { planMove } from './moves.js';
import type { Planner } from './planner.js';
import { stridesOf } from './strides.js';

export function compute(planner: Planner, node: Node<OpOf<'compute'>>): void {
  computeInto(planner, canonical(node.op.formula), node.outputs[0]!, node.inputs);
}

/** Computes an output element by element; the formula is in canonical form. */
export function computeInto(planner: Planner, formula: Formula, output: Value, inputs: readonly Value[]): void {
  if (planMove(planner, formula, output, inputs)) return;
  planner.compute({
    formula,
    dtype: output.dtype,
    sizes: output.shape,
    output: planner.output(output),
    operands: inputs.map((input) => ({
      buffer: planner.read(input),
      dtype: input.dtype,
      strides: stridesOf(input.shape),
    })),
  });
}

/** Slices of any dtype. */
export function slice(planner: Planner, node: Node<OpOf<'slice'>>): void {
  const { starts, steps } = node.op;
  const indices = starts.map((start, at) => add(size(start), mul(axis(at), size(steps[at]!))));
  computeInto(planner, load(0, indices), node.outputs[0]!, node.inputs);
}

/** Moves of elements that no loop over four bytes makes. */
export function move(planner: Planner, output: Value, input: Value, from: (axis: number) => Formula): void {
  const indices = input.shape.map((_, at) => from(at));
  computeInto(planner, load(0, indices), output, [input]);
}

/** The sizes in a formula, settled. */
export const settleFormula = (formula: Formula, settle: (dim: Dim) => Dim): Formula => {
  if (formula.kind === 'size') return { kind: 'size', size: settle(formula.size) };
  return mapParts(formula, (part) => settleFormula(part, settle));
};
