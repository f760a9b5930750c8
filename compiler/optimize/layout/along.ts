import type { Node, OpOf, Value } from '../../ir.js';
import { joinAtoms, outputOf, sameOrder, type Axes, type Execution, type Rule } from './rule.js';
import type { Atom } from './views.js';

const asAxes = (atoms: readonly Atom[]): Axes => atoms.map((atom) => [atom]);
const wholeAxis = (value: Value, axis: number): Atom => ({ axis, size: value.shape[axis]!, stride: 1 });
const inRowMajor = (value: Value): Axes => asAxes([...value.shape.keys()].map((axis) => wholeAxis(value, axis)));

/** An op that makes one axis of its first input another one, by tables that stay as they are. */
type Along = OpOf<'gather'> | OpOf<'resample'>;

/** With the first input on axes that are these atoms of it. */
function runAlong<O extends Along>(node: Node<O>, given: readonly Atom[]): Execution | undefined {
  const { axis } = node.op;
  const [x, ...tables] = node.inputs as readonly [Value, ...Value[]];
  if (outputOf(node).shape.length !== x.shape.length) return undefined;
  const own = given.filter((atom) => atom.axis === axis);
  if (own.length > 1) return undefined;
  // An axis of one element stands nowhere, and is made a longer one all the same.
  const atoms = own.length === 1 ? given : [...given, wholeAxis(x, axis)];
  return {
    op: { ...node.op, axis: atoms.findIndex((atom) => atom.axis === axis) },
    inputs: [asAxes(atoms), ...tables.map(inRowMajor)],
    output: asAxes(atoms.map((atom) => (atom.axis === axis ? wholeAxis(outputOf(node), axis) : atom))),
  };
}

function alongRule<O extends Along>(): Rule<O> {
  return {
    fromInput: (node, index, atoms) => (index === 0 ? runAlong(node, joinAtoms(atoms)) : undefined),
    fromOutput(node, atoms, atHand) {
      const { axis } = node.op;
      const given = atHand(0);
      const found = given && runAlong(node, joinAtoms(given));
      if (found && sameOrder(found.output.flat(), atoms)) return found;
      const source = wholeAxis(node.inputs[0]!, axis);
      const input = joinAtoms(atoms).map((atom) => (atom.axis === axis ? source : atom));
      const isSplit = input.filter((atom) => atom.axis === axis).length > 1;
      return isSplit ? undefined : runAlong(node, input);
    },
  };
}

export const gather = alongRule<OpOf<'gather'>>();
export const resample = alongRule<OpOf<'resample'>>();
