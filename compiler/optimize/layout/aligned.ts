import { equal } from '../../dim.js';
import type { Node, Op, OpOf } from '../../ir.js';
import { joinAtoms, outputOf, rankOf, type Execution, type Rule } from './rule.js';
import type { Atom } from './views.js';

/** An op whose output has the axes of its inputs, aligned at the right. */
interface Aligned<O extends Op> {
  /** Axes along which positions differ in kind, so that they stay in one piece. */
  whole(node: Node<O>): readonly number[];
  /** The op on axes that are these atoms of the output. */
  run(node: Node<O>, atoms: readonly Atom[]): Op | undefined;
}

function inputAtoms(node: Node, index: number, atoms: readonly Atom[], whole: readonly number[]): Atom[] | undefined {
  const { shape } = node.inputs[index]!;
  const ahead = rankOf(node) - shape.length;
  const found: Atom[] = [];
  for (const atom of atoms) {
    const axis = atom.axis - ahead;
    const size = shape[axis] ?? 1;
    if (size === 1) found.push({ axis, size, stride: 1 });
    else if (whole.includes(atom.axis)) found.push({ axis, size, stride: 1 });
    else if (equal(size, outputOf(node).shape[atom.axis]!)) found.push({ ...atom, axis });
    else return undefined;
  }
  const isCovered = shape.every((size, axis) => size === 1 || found.some((atom) => atom.axis === axis));
  return isCovered ? found : undefined;
}

function runAligned<O extends Op>(aligned: Aligned<O>, node: Node<O>, atoms: readonly Atom[]): Execution | undefined {
  const whole = aligned.whole(node);
  const { shape } = outputOf(node);
  const isSplit = whole.some((axis) => atoms.filter((atom) => atom.axis === axis).length > 1);
  const isCovered = shape.every((size, axis) => size === 1 || atoms.some((atom) => atom.axis === axis));
  const op = isSplit || !isCovered ? undefined : aligned.run(node, atoms);
  if (!op) return undefined;
  const inputs: Atom[][] = [];
  for (const index of node.inputs.keys()) {
    const input = inputAtoms(node, index, atoms, whole);
    if (!input) return undefined;
    inputs.push(input);
  }
  const asAxes = (list: readonly Atom[]): Atom[][] => list.map((atom) => [atom]);
  return { op, inputs: inputs.map(asAxes), output: asAxes(atoms) };
}

/** The rule of an aligned op. Where atoms stay as they are, every axis of an operand remains one. */
function alignedRule<O extends Op>(aligned: Aligned<O>, join: typeof joinAtoms): Rule<O> {
  return {
    fromOutput: (node, atoms) => runAligned(aligned, node, join(atoms)),
    fromInput(node, index, atoms) {
      const whole = aligned.whole(node);
      const { shape } = outputOf(node);
      const ahead = shape.length - node.inputs[index]!.shape.length;
      const output = join(atoms).map((atom): Atom => {
        const axis = atom.axis + ahead;
        return { ...atom, axis, size: whole.includes(axis) ? shape[axis]! : atom.size };
      });
      return runAligned(aligned, node, output);
    },
  };
}

export const elementwise = alignedRule<OpOf<'elementwise'>>({ whole: () => [], run: ({ op }) => op }, (atoms) => [
  ...atoms,
]);

export const concat = alignedRule<OpOf<'concat'>>(
  {
    whole: ({ op }) => [op.axis],
    run({ op }, atoms) {
      const axis = atoms.findIndex((atom) => atom.axis === op.axis);
      return axis < 0 ? undefined : { ...op, axis };
    },
  },
  joinAtoms,
);

export const pad = alignedRule<OpOf<'pad'>>(
  {
    whole: ({ op }) => [...op.padding.keys()].filter((axis) => op.padding[axis]!.some((side) => side !== 0)),
    run: ({ op }, atoms) => ({ ...op, padding: atoms.map(({ axis }) => op.padding[axis]!) }),
  },
  joinAtoms,
);

export const slice = alignedRule<OpOf<'slice'>>(
  {
    whole: (node) => {
      const { starts, steps, sizes } = node.op;
      const { shape } = node.inputs[0]!;
      return [...shape.keys()].filter(
        (axis) => starts[axis] !== 0 || steps[axis] !== 1 || !equal(sizes[axis]!, shape[axis]!),
      );
    },
    run(node, atoms) {
      const whole = this.whole(node);
      const isWhole = ({ axis }: Atom): boolean => whole.includes(axis);
      return {
        ...node.op,
        starts: atoms.map((atom) => (isWhole(atom) ? node.op.starts[atom.axis]! : 0)),
        steps: atoms.map((atom) => (isWhole(atom) ? node.op.steps[atom.axis]! : 1)),
        sizes: atoms.map((atom) => atom.size),
      };
    },
  },
  joinAtoms,
);

export const softmax = alignedRule<OpOf<'softmax'>>(
  {
    whole: ({ op }) => [op.axis],
    run({ op }, atoms) {
      const axis = atoms.findIndex((atom) => atom.axis === op.axis);
      return axis < 0 ? undefined : { ...op, axis };
    },
  },
  joinAtoms,
);

export const normalize = alignedRule<OpOf<'normalize'>>(
  {
    whole: () => [],
    run(node, atoms) {
      const first = rankOf(node) - node.op.axes;
      const axes = atoms.filter(({ axis }) => axis >= first).length;
      const areLast = atoms.slice(atoms.length - axes).every(({ axis }) => axis >= first);
      return axes > 0 && areLast ? { ...node.op, axes } : undefined;
    },
  },
  joinAtoms,
);
