import { equal, mul, type Dim } from '../../dim.js';
import { valuesFound, type Node, type Op, type TensorGraph, type TensorType, type Value } from '../../ir.js';
import { commonSizes, cut, inRowMajor, keyOf, type Digit } from './digits.js';
import type { Root } from './views.js';

/** A root's elements as a value that a node gives: for each of its axes the root's digits. */
export interface Form {
  readonly value: Value;
  readonly axes: readonly (readonly Digit[])[];
  readonly key: string;
}

const sizeOfAxis = (digits: readonly Digit[]): Dim => digits.reduce<Dim>((size, digit) => mul(size, digit.size), 1);

const sameShape = (a: readonly Dim[], b: readonly Dim[]): boolean =>
  a.length === b.length && a.every((size, axis) => equal(size, b[axis]!));

/** Appends nodes, and gives roots in the orders and shapes in which they are needed. */
export class Writer {
  readonly nodes: Node[] = [];
  private readonly forms = new Map<Root, Form[]>();
  private next: number;

  constructor(graph: TensorGraph) {
    const values = [
      ...graph.variables.map(({ value }) => value),
      ...valuesFound(graph),
      ...[...graph.prepare, ...graph.forward].flatMap(({ outputs }) => outputs),
    ];
    this.next = values.reduce((most, { id }) => Math.max(most, id), 0) + 1;
  }

  value(of: TensorType & { readonly name: string }, shape: readonly Dim[]): Value {
    return Object.freeze({ id: this.next++, name: of.name, dtype: of.dtype, shape });
  }

  /** Notes a value that holds a root's elements. */
  define(root: Root, value: Value, axes: Form['axes']): void {
    const forms = this.forms.get(root) ?? [];
    forms.push({ value, axes, key: keyOf(axes.flat()) });
    this.forms.set(root, forms);
  }

  /** How a root was stored. */
  stored(root: Root): Form {
    return this.forms.get(root)![0]!;
  }

  /** Whether a value holds a root's elements with the axes given. */
  has(root: Root, axes: Form['axes']): boolean {
    return this.found(root, keyOf(axes.flat()), axes.map(sizeOfAxis)) !== undefined;
  }

  private found(root: Root, key: string, shape: readonly Dim[]): Value | undefined {
    return this.forms.get(root)!.find((form) => form.key === key && sameShape(form.value.shape, shape))?.value;
  }

  /**
   * A root's elements with the axes given, moved only if no value has them in that order.
   * @param as the value to define, where it must be made
   */
  read(root: Root, axes: Form['axes'], origin: string, as?: Value): Value {
    const shape = as?.shape ?? axes.map(sizeOfAxis);
    const key = keyOf(axes.flat());
    const found = this.found(root, key, shape);
    if (found) return found;
    const output = as ?? this.value(root.value, shape);
    const form = this.forms.get(root)!.find((candidate) => candidate.key === key);
    if (form) this.append({ kind: 'reshape', shape }, form.value, output, origin);
    else this.transpose(this.stored(root), { value: output, axes }, origin);
    this.define(root, output, axes);
    return output;
  }

  private append(op: Op, input: Value, output: Value, origin: string): void {
    this.nodes.push({ op, inputs: [input], outputs: [output], origin });
  }

  private transpose(from: Form, to: Pick<Form, 'value' | 'axes'>, origin: string): void {
    const direct = permutationOf(from.axes, to.axes);
    if (direct) {
      this.append({ kind: 'transpose', permutation: direct }, from.value, to.value, origin);
      return;
    }
    const { before, permutation } = blocksOf(from.axes.flat(), to.axes.flat());
    const sizes = before.map(sizeOfAxis);
    const source = sameShape(sizes, from.value.shape) ? from.value : this.value(from.value, sizes);
    if (source !== from.value) this.append({ kind: 'reshape', shape: sizes }, from.value, source, origin);
    const moved = permutation.map((block) => sizes[block]!);
    const target = sameShape(moved, to.value.shape) ? to.value : this.value(to.value, moved);
    this.append({ kind: 'transpose', permutation }, source, target, origin);
    if (target !== to.value) this.append({ kind: 'reshape', shape: to.value.shape }, target, to.value, origin);
  }
}

/** Where each axis of one list of axes stands in the other, if both have the same axes. */
function permutationOf(from: Form['axes'], to: Form['axes']): number[] | undefined {
  const left = from.map((digits, index) => ({ key: keyOf(digits), index }));
  const permutation = to.map((digits) => {
    const key = keyOf(digits);
    const at = left.findIndex((axis) => axis.key === key);
    return at < 0 ? -1 : left.splice(at, 1)[0]!.index;
  });
  return left.length === 0 && !permutation.includes(-1) ? permutation : undefined;
}

/** The longest runs of digits that stay together from one order to another: as axes of the first, and where they go. */
function blocksOf(from: readonly Digit[], to: readonly Digit[]): { before: Digit[][]; permutation: number[] } {
  const sizes = commonSizes(
    ...([from, to].map((order) => inRowMajor(order)!.map(({ size }) => size)) as [Dim[], Dim[]]),
  )!;
  const [source, target] = [from, to].map((order) => {
    const sorted = inRowMajor(order)!;
    const parts = cut(sorted, sizes);
    return order.flatMap((digit) => parts[sorted.indexOf(digit)]!);
  }) as [Digit[], Digit[]];
  const places = source.map((digit) => target.findIndex(({ stride }) => equal(stride, digit.stride)));
  const before: { digits: Digit[]; place: number }[] = [];
  source.forEach((digit, index) => {
    const follows = index > 0 && places[index] === places[index - 1]! + 1;
    if (follows) before.at(-1)!.digits.push(digit);
    else before.push({ digits: [digit], place: places[index]! });
  });
  const order = [...before.keys()].sort((a, b) => before[a]!.place - before[b]!.place);
  return { before: before.map(({ digits }) => digits), permutation: order };
}
