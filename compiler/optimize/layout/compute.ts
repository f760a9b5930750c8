import { equal, type Dim } from '../../dim.js';
import { add, axis as indexAlong, binary, i32, mapParts, mul, size, type Formula } from '../../formula.js';
import type { OpOf } from '../../ir.js';
import { joinAtoms, outputOf, type Axes, type Rule } from './rule.js';
import type { Atom } from './views.js';

/** A formula of the index along other axes: the axis that was `axis` is `places[axis]`, and none if it has one position. */
function reindexed(formula: Formula, places: ReadonlyMap<number, number>): Formula {
  if (formula.kind !== 'axis') return mapParts(formula, (part) => reindexed(part, places));
  const place = places.get(formula.axis);
  return place === undefined ? i32(0) : indexAlong(place);
}

/** The output may have its axes in any order. Inputs are read in the order they are stored in, see `loadedFrom`. */
export const compute: Rule<OpOf<'compute'>> = {
  fromInput: () => undefined,
  fromOutput(node, atoms) {
    const output = joinAtoms(atoms);
    const { shape } = outputOf(node);
    if (!output.every((atom) => equal(atom.size, shape[atom.axis]!))) return undefined;
    const places = new Map(output.map((atom, place) => [atom.axis, place]));
    return {
      op: {
        ...node.op,
        shape: output.map((atom) => atom.size),
        formula: reindexed(node.op.formula, places),
      },
      inputs: node.inputs.map((input) => input.shape.map((own, axis) => [{ axis, size: own, stride: 1 }])),
      output: output.map((atom) => [atom]),
    };
  },
};

/** A formula that loads an input with other axes: each is made of atoms of the input's own. */
export function loadedFrom(formula: Formula, input: number, axes: Axes, shape: readonly Dim[]): Formula {
  const inside = (part: Formula): Formula => loadedFrom(part, input, axes, shape);
  const moved = mapParts(formula, inside);
  if (moved.kind !== 'load' || moved.input !== input) return moved;
  const along = (atom: Atom): Formula => {
    const index = moved.indices[atom.axis]!;
    if (equal(atom.size, shape[atom.axis]!)) return index;
    const outer = atom.stride === 1 ? index : binary('divide', index, size(atom.stride));
    return binary('remainder', outer, size(atom.size));
  };
  const indices = axes.map((atoms) =>
    atoms.reduce<Formula>((index, atom) => add(mul(index, size(atom.size)), along(atom)), i32(0)),
  );
  return { ...moved, indices };
}
