import { equal, mul, type Dim } from '../../dim.js';
import type { Node, Port, TensorGraph, Value } from '../../ir.js';
import type { Assignment } from './assignment.js';
import { keyOf, type Digit } from './digits.js';
import type { Network } from './network.js';
import type { Axes, Execution } from './rule.js';
import { ruleOf } from './rules.js';
import { atomsOf, digitsOfAtoms, type Atom, type View } from './views.js';
import { Writer, type Form } from './writer.js';

/** The graph with every node run as it is assigned, and views where their elements are needed in that order. */
export function apply(network: Network, assignment: Assignment): TensorGraph {
  const { graph } = network;
  const writer = new Writer(graph);
  const define = (value: Value): void => {
    const view = network.view(value);
    writer.define(view.root, value, view.axes);
  };
  const asDeclared = (value: Value, origin: string): Value => {
    const { root, axes } = network.view(value);
    return writer.read(root, axes, origin, value);
  };
  for (const { value } of [...graph.variables, ...graph.inputs]) define(value);
  for (const { outputs } of graph.prepare) outputs.forEach(define);
  for (const node of graph.forward) {
    const [output] = node.outputs as readonly [Value];
    if (!network.isLive(output)) {
      writer.nodes.push(node);
      node.outputs.forEach(define);
      continue;
    }
    if (network.view(output).root.value !== output) continue;
    const { execution } = assignment.placement(node);
    const chosen = inStoredShape(node, execution, network, writer) ?? execution;
    if (chosen) {
      run(node, chosen, network, writer);
    } else {
      const inputs = node.inputs.map((input) => asDeclared(input, node.origin));
      writer.nodes.push(inputs.every((input, index) => input === node.inputs[index]) ? node : { ...node, inputs });
      node.outputs.forEach(define);
    }
  }
  const outputs = graph.outputs.map((port): Port => ({ ...port, value: asDeclared(port.value, port.name) }));
  return { ...graph, outputs, forward: writer.nodes };
}

/** The root's digits of each axis that a node runs on. */
function axesIn(view: View, axes: Axes): Digit[][] {
  const digits = digitsOfAtoms(view, axes.flat())!;
  return axes.map((atoms) => atoms.flatMap(() => digits.shift()!));
}

/** Axes of size 1 ahead of all others broadcast without being there, as long as some operand has every axis. */
function trimmed(operands: readonly Digit[][][], output: readonly Digit[][]): readonly Digit[][][] {
  const isWhole = (axes: readonly Digit[][]): boolean =>
    axes.every((digits, i) => digits.length > 0 || output[i]!.length === 0);
  if (!operands.some(isWhole)) return operands;
  return operands.map((axes) => {
    const first = axes.findIndex((digits) => digits.length > 0);
    return isWhole(axes) ? axes : axes.slice(first < 0 ? axes.length - 1 : first);
  });
}

function run(node: Node, { op, inputs, output: outputAxes }: Execution, network: Network, writer: Writer): void {
  const [output] = node.outputs as readonly [Value];
  const { root } = network.view(output);
  const axes = axesIn(network.view(output), outputAxes);
  const shape = outputAxes.map(sizeOfAxis);
  const digits = node.inputs.map((input, index) => axesIn(network.view(input), inputs[index]!));
  const operands = op.kind === 'elementwise' ? trimmed(digits, axes) : digits;
  const values = operands.map((own, index) => writer.read(network.view(node.inputs[index]!).root, own, node.origin));
  const isDeclared =
    keyOf(axes.flat()) === network.key(root) &&
    shape.length === output.shape.length &&
    shape.every((size, axis) => equal(size, output.shape[axis]!));
  const value = isDeclared ? output : writer.value(output, shape);
  writer.nodes.push({ ...node, op, inputs: values, outputs: [value] });
  writer.define(root, value, axes);
}

const sizeOfAxis = (atoms: readonly Atom[]): Dim => atoms.reduce<Dim>((size, atom) => mul(size, atom.size), 1);

const products: readonly string[] = ['matmul', 'convolution', 'depthwise'];

/**
 * An elementwise node on the axes that one of its inputs is stored with, a product's first, so that it can join the
 * loop that gives that input; undefined where its other inputs do not broadcast along these axes.
 */
function inStoredShape(
  node: Node,
  execution: Execution | undefined,
  network: Network,
  writer: Writer,
): Execution | undefined {
  if (node.op.kind !== 'elementwise') return undefined;
  const [output] = node.outputs as readonly [Value];
  const candidates = node.inputs.flatMap((input, index): { form: Form; index: number; view: View }[] => {
    const view = network.view(input);
    return view.root.live ? [{ form: writer.stored(view.root), index, view }] : [];
  });
  const isProduct = ({ view: { root } }: { readonly view: View }): boolean =>
    root.producer !== undefined && products.includes(root.producer.op.kind);
  for (const { form, index, view } of [...candidates].sort((a, b) => Number(isProduct(b)) - Number(isProduct(a)))) {
    const needed = execution ? digitsOfAtoms(view, execution.inputs[index]!.flat())!.flat() : view.axes.flat();
    if (form.key !== keyOf(needed)) continue;
    const runs = atomsOf(view, form.axes.flat());
    const run = runs && ruleOf(node)?.fromInput(node, index, runs.flat());
    if (!run) continue;
    const counts = form.axes.map((digits) => digits.reduce((count) => count + runs.shift()!.length, 0));
    const grouped = group(run, counts);
    if (grouped && sameAsOutput(grouped, execution, network.view(output))) return grouped;
  }
  return undefined;
}

/** Joins atoms in runs of the lengths given, if every operand has all of a run's atoms or none. */
function group({ op, inputs, output }: Execution, counts: readonly number[]): Execution | undefined {
  const join = (axes: Axes): Atom[][] => {
    const atoms = axes.flat();
    return counts.map((count) => atoms.splice(0, count));
  };
  const joined = join(output);
  const operands = inputs.map(join);
  const isWhole = (atoms: readonly Atom[], axis: number): boolean =>
    atoms.every(({ size }) => size === 1) || atoms.every(({ size }, i) => equal(size, joined[axis]![i]!.size));
  return operands.every((axes) => axes.every(isWhole)) ? { op, inputs: operands, output: joined } : undefined;
}

function sameAsOutput(found: Execution, execution: Execution | undefined, view: View): boolean {
  const order = execution ? digitsOfAtoms(view, execution.output.flat())!.flat() : view.axes.flat();
  return keyOf(digitsOfAtoms(view, found.output.flat())!.flat()) === keyOf(order);
}
