import { product, valueOf, type Dim } from '../../dim.js';
import { valuesFound, valuesLeft, type Node, type TensorGraph, type Value } from '../../ir.js';
import { bytesPerElement } from '../../tensor.js';
import { keyOf, type Digit } from './digits.js';
import type { Execution } from './rule.js';
import { digitsOfAtoms, reshaped, rootView, transposed, type Root, type View } from './views.js';

/** A root that a node, an output or the next state of the graph reads in a certain order. */
export interface Need {
  readonly root: Root;
  readonly index: number;
  readonly order: readonly Digit[];
  readonly key: string;
}

/** One way to run a node: what it reads and what it gives. Without an execution it runs as it stands. */
export interface Placement {
  readonly execution: Execution | undefined;
  /** Of the inputs that are live. */
  readonly needs: readonly Need[];
  readonly order: readonly Digit[];
  readonly key: string;
  /** What it costs besides the transposes of live values, in bytes. */
  readonly extra: number;
}

/** Where a value is read; without a node, as an output of the graph. */
export interface Reader {
  readonly node: Node | undefined;
  readonly index: number;
  readonly view: View;
}

/**
 * A second copy of a prepared value is as dear as moving 1/256 of it in each call: a product of n columns multiplies
 * for each element of x n times, so that with more of them moving x is less than about one hundredth of it.
 */
const PREPARED_COPY = 1 / 256;

/** `forward` as nodes that compute and roots that they read through views. */
export class Network {
  /** Nodes that depend on an input of the graph, without those that only are views. */
  readonly nodes: Node[] = [];
  readonly readers = new Map<Root, Reader[]>();
  private readonly views = new Map<number, View>();
  private readonly keys = new Map<Root, string>();
  private readonly preparedKeys = new Map<Root, Set<string>>();
  private readonly typicals: ReadonlyMap<string, number>;

  constructor(readonly graph: TensorGraph) {
    this.typicals = new Map(graph.symbols.map(({ name, typical }) => [name, typical]));
    const settled = [...graph.variables.map(({ value }) => value), ...graph.prepare.flatMap(({ outputs }) => outputs)];
    for (const value of settled) this.addRoot(value, undefined, false);
    for (const value of valuesFound(graph)) this.addRoot(value, undefined, true);
    for (const node of graph.forward) this.add(node);
    for (const [index, value] of valuesLeft(graph).entries()) this.read(undefined, index, this.view(value));
  }

  private addRoot(value: Value, producer: Node | undefined, live: boolean): void {
    const elements = product(value.shape);
    const bytes = this.typical(elements) * bytesPerElement(value.dtype);
    const view = rootView({ value, producer, live, bytes });
    this.views.set(value.id, view);
    this.readers.set(view.root, []);
    const key = keyOf(view.axes.flat());
    this.keys.set(view.root, key);
    this.preparedKeys.set(view.root, new Set([key]));
  }

  private add(node: Node): void {
    const view = this.viewOf(node);
    const live = node.inputs.some((input) => this.isLive(input));
    if (view) {
      this.views.set(node.outputs[0]!.id, view);
      if (!live) this.preparedKeys.get(view.root)!.add(keyOf(view.axes.flat()));
      return;
    }
    for (const output of node.outputs) this.addRoot(output, node, live);
    if (!live) return;
    this.nodes.push(node);
    node.inputs.forEach((input, index) => {
      this.read(node, index, this.view(input));
    });
  }

  /** What a node's output is of a root's, if it moves elements only. */
  viewOf({ op, inputs }: Node): View | undefined {
    if (op.kind === 'transpose') return transposed(this.view(inputs[0]!), op.permutation);
    return op.kind === 'reshape' ? reshaped(this.view(inputs[0]!), op.shape) : undefined;
  }

  private read(node: Node | undefined, index: number, view: View): void {
    this.readers.get(view.root)!.push({ node, index, view });
  }

  private typical(dim: Dim): number {
    return valueOf(dim, this.typicals) ?? 1;
  }

  view(value: Value): View {
    return this.views.get(value.id)!;
  }

  isLive(value: Value): boolean {
    return this.view(value).root.live;
  }

  /** Whether a node could be part of the loop that gives what it reads, if that is not transposed. */
  fuses(root: Root, reader: Node | undefined): boolean {
    return reader?.op.kind === 'elementwise' && this.readers.get(root)!.length === 1;
  }

  /** The key of a root's own row-major order. */
  key(root: Root): string {
    return this.keys.get(root)!;
  }

  /** A value as it is declared. */
  need(value: Value, index: number): Need {
    const { root, axes } = this.view(value);
    const order = axes.flat();
    return { root, index, order, key: keyOf(order) };
  }

  /** A node run in the way given; undefined if sizes that are open do not tell which elements it would read. */
  place(node: Node, execution: Execution | undefined): Placement | undefined {
    const needs: Need[] = [];
    let extra = 0;
    for (const [index, input] of node.inputs.entries()) {
      const view = this.view(input);
      const digits = execution ? digitsOfAtoms(view, execution.inputs[index]!.flat()) : view.axes;
      if (!digits) return undefined;
      const order = digits.flat();
      const key = keyOf(order);
      if (view.root.live) needs.push({ root: view.root, index, order, key });
      else if (!this.preparedKeys.get(view.root)!.has(key)) extra += view.root.bytes * PREPARED_COPY;
    }
    const output = this.view(node.outputs[0]!);
    const digits = execution ? digitsOfAtoms(output, execution.output.flat()) : output.axes;
    if (!digits) return undefined;
    const order = digits.flat();
    return { execution, needs, order, key: keyOf(order), extra };
  }
}
