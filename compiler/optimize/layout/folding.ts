import { equal } from '../../dim.js';
import type { Node, OpOf, Value } from '../../ir.js';
import { joinAtoms, outputOf, rankOf, sameOrder, type Axes, type Execution, type Rule } from './rule.js';
import type { Atom } from './views.js';

const asAxes = (atoms: readonly Atom[]): Atom[][] => atoms.map((atom) => [atom]);
const wholeAxis = (value: Value, axis: number): Atom => ({ axis, size: value.shape[axis]!, stride: 1 });

function runReduce(node: Node<OpOf<'reduce'>>, atoms: readonly Atom[]): Execution {
  const { axes } = node.op;
  const isReduced = ({ axis }: Atom): boolean => axes.includes(axis);
  // A reduction over axes of size 1 still takes one.
  const input = atoms.some(isReduced) ? atoms : [...atoms, { axis: axes[0]!, size: 1, stride: 1 }];
  const output = input
    .filter((atom) => !isReduced(atom))
    .map((atom) => ({ ...atom, axis: atom.axis - axes.filter((axis) => axis < atom.axis).length }));
  const places = [...input.keys()].filter((index) => isReduced(input[index]!));
  return { op: { ...node.op, axes: places }, inputs: [asAxes(input)], output: asAxes(output) };
}

export const reduce: Rule<OpOf<'reduce'>> = {
  fromInput: (node, _index, atoms) => (node.op.axes.length === 0 ? undefined : runReduce(node, joinAtoms(atoms))),
  fromOutput(node, atoms, atHand) {
    const { axes } = node.op;
    if (axes.length === 0) return undefined;
    const x = node.inputs[0]!;
    const given = atHand(0);
    const found = given && runReduce(node, joinAtoms(given));
    if (found && sameOrder(found.output.flat(), atoms)) return found;
    const kept = [...x.shape.keys()].filter((axis) => !axes.includes(axis));
    const input = [
      ...atoms.map((atom) => ({ ...atom, axis: kept[atom.axis]! })),
      ...axes.map((axis) => wholeAxis(x, axis)),
    ];
    return runReduce(node, joinAtoms(input));
  },
};

/** Rows of x may be in any order, and its columns in any that the rows of the weight are put in too. */
function runMatmul(node: Node<OpOf<'matmul'>>, atoms: readonly Atom[]): Execution | undefined {
  const [x, weight, ...more] = node.inputs as readonly [Value, Value, ...Value[]];
  const last = x.shape.length - 1;
  const [innerAxis, outerAxis] = node.op.transposeRight ? [1, 0] : [0, 1];
  const rows = atoms.filter(({ axis }) => axis !== last);
  const areLast = atoms.slice(rows.length).every(({ axis }) => axis === last);
  const fits = weight.shape.length === 2 && equal(x.shape[last]!, weight.shape[innerAxis]!);
  if (!areLast || !fits || more.length > 0) return undefined;
  const inner = atoms.slice(rows.length);
  const columns = wholeAxis(weight, outerAxis);
  const followed: Axes = [inner.map((atom) => ({ ...atom, axis: innerAxis })), [columns]];
  return {
    op: node.op,
    inputs: [[...asAxes(rows), inner], node.op.transposeRight ? [...followed].reverse() : followed],
    output: asAxes([...rows, { ...columns, axis: last }]),
  };
}

export const matmul: Rule<OpOf<'matmul'>> = {
  fromInput: (node, index, atoms) => (index === 0 ? runMatmul(node, joinAtoms(atoms)) : undefined),
  fromOutput(node, atoms, atHand) {
    const last = rankOf(node) - 1;
    const isRow = ({ axis }: Atom): boolean => axis !== last;
    const rows = atoms.filter(isRow);
    if (!sameOrder(atoms, [...rows, wholeAxis(outputOf(node), last)])) return undefined;
    const given = joinAtoms(atHand(0) ?? []);
    const found = sameOrder(given.filter(isRow), rows) ? runMatmul(node, given) : undefined;
    return found ?? runMatmul(node, joinAtoms([...rows, wholeAxis(node.inputs[0]!, last)]));
  },
};
