import { equal } from '../dim.js';
import { substitute, type Expression, type Node, type OpOf, type Value } from '../ir.js';

/** A list of operands without repeats, and the index of each value in it. */
export class Operands {
  readonly list: Value[] = [];

  constructor(private readonly first: number) {}

  input(value: Value): Expression {
    let index = this.list.findIndex(({ id }) => id === value.id);
    if (index < 0) index = this.list.push(value) - 1;
    return { kind: 'input', index: this.first + index };
  }
}

/** Puts the expressions of a list in the places of an expression's inputs. */
export const replaceInputs = (expression: Expression, inputs: readonly Expression[]): Expression =>
  substitute(expression, (index) => inputs[index]!);

export const sameShape = (a: Value, b: Value): boolean =>
  a.shape.length === b.shape.length && a.shape.every((size, axis) => equal(size, b.shape[axis]!));

export const isElementwise = (node: Node | undefined): node is Node<OpOf<'elementwise'>> =>
  node?.op.kind === 'elementwise';

export type Product = OpOf<'matmul'> | OpOf<'convolution'> | OpOf<'depthwise'>;
export const isProduct = (node: Node | undefined): node is Node<Product> =>
  node?.op.kind === 'matmul' || node?.op.kind === 'convolution' || node?.op.kind === 'depthwise';
