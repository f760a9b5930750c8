import type { Node, Op, Value } from '../../ir.js';
import { coalesce, keyOf } from './digits.js';
import type { Atom } from './views.js';

/** The axes of an operand as a node runs on it, each made of atoms of the value's own axes; an atom of size 1 is none. */
export type Axes = readonly (readonly Atom[])[];

/** A node on operands whose axes are in another order than its own. */
export interface Execution {
  readonly op: Op;
  readonly inputs: readonly Axes[];
  readonly output: Axes;
}

/** The order in which an input of a node is at hand. */
export type InputOrders = (index: number) => readonly Atom[] | undefined;

/** How an op runs in other orders than row-major. Orders of atoms leave out axes of size 1. */
export interface Rule<O extends Op> {
  /** With an input in the order given. */
  fromInput(node: Node<O>, index: number, atoms: readonly Atom[]): Execution | undefined;
  /** With its output in the order given; what that leaves free is taken from the orders at hand. */
  fromOutput(node: Node<O>, atoms: readonly Atom[], atHand: InputOrders): Execution | undefined;
}

export const outputOf = (node: Node): Value => node.outputs[0]!;
export const rankOf = (node: Node): number => outputOf(node).shape.length;

/** Atoms of one axis that follow one another, as one. */
export const joinAtoms = (atoms: readonly Atom[]): Atom[] => coalesce(atoms, (a, b) => a.axis === b.axis);

export function sameOrder(a: readonly Atom[], b: readonly Atom[]): boolean {
  const [left, right] = [joinAtoms(a), joinAtoms(b)];
  return (
    left.length === right.length &&
    left.every((atom, i) => atom.axis === right[i]!.axis && keyOf([atom]) === keyOf([right[i]!]))
  );
}
