import { equal, mul, type Dim } from '../../dim.js';
import { valuesFound, type Node, type OpOf, type Port, type State, type TensorGraph, type Value } from '../../ir.js';
import type { Assignment } from './assignment.js';
import { loadedFrom } from './compute.js';
import { keyOf, type Digit } from './digits.js';
import type { Network } from './network.js';
import type { Axes, Execution } from './rule.js';
import { inStoredShape } from './stored-shape.js';
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
  for (const { value } of graph.variables) define(value);
  valuesFound(graph).forEach(define);
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
    if (node.op.kind === 'compute') {
      runCompute(node as Node<OpOf<'compute'>>, execution, network, writer);
    } else if (chosen) {
      run(node, chosen, network, writer);
    } else {
      const inputs = node.inputs.map((input) => asDeclared(input, node.origin));
      writer.nodes.push(inputs.every((input, index) => input === node.inputs[index]) ? node : { ...node, inputs });
      node.outputs.forEach(define);
    }
  }
  const outputs = graph.outputs.map((port): Port => ({ ...port, value: asDeclared(port.value, port.name) }));
  const states = graph.states?.map((state): State => ({ ...state, next: asDeclared(state.next, state.name) }));
  return { ...graph, outputs, ...(states && { states }), forward: writer.nodes };
}

/** The root's digits of each axis that a node runs on. */
function axesIn(view: View, axes: Axes): Digit[][] {
  const digits = digitsOfAtoms(view, axes.flat())!;
  return axes.map((atoms) => atoms.flatMap(() => digits.shift()!));
}

/** The operands of an elementwise node: one has every axis, the others may lack those of size 1 ahead of all others. */
function operandsOf(node: Node, axes: readonly Form['axes'][], output: Form['axes'], network: Network, writer: Writer) {
  const roots = node.inputs.map((input) => network.view(input).root);
  const isWhole = (own: Form['axes']): boolean =>
    own.every((digits, i) => digits.length > 0 || output[i]!.length === 0);
  const whole = [...axes.keys()].filter((index) => isWhole(axes[index]!));
  const full = whole.find((index) => writer.has(roots[index]!, axes[index]!)) ?? whole[0];
  return axes.map((own, index) => {
    const isShort = full !== undefined && index !== full && !writer.has(roots[index]!, own);
    const first = own.findIndex((digits) => digits.length > 0);
    const short = own.slice(first < 0 ? own.length - 1 : first);
    const taken = isShort && (!isWhole(own) || writer.has(roots[index]!, short)) ? short : own;
    return writer.read(roots[index]!, taken, node.origin);
  });
}

function run(node: Node, { op, inputs, output: outputAxes }: Execution, network: Network, writer: Writer): void {
  const [output] = node.outputs as readonly [Value];
  const axes = axesIn(network.view(output), outputAxes);
  const digits = node.inputs.map((input, index) => axesIn(network.view(input), inputs[index]!));
  const values =
    op.kind === 'elementwise'
      ? operandsOf(node, digits, axes, network, writer)
      : digits.map((own, index) => writer.read(network.view(node.inputs[index]!).root, own, node.origin));
  append({ ...node, op, inputs: values }, outputAxes, network, writer);
}

/** A node that loads elements by their index reads inputs as they are stored. */
function runCompute(
  node: Node<OpOf<'compute'>>,
  execution: Execution | undefined,
  network: Network,
  writer: Writer,
): void {
  const [output] = node.outputs as readonly [Value];
  let op = (execution?.op ?? node.op) as OpOf<'compute'>;
  const inputs = node.inputs.map((input, index) => {
    const view = network.view(input);
    const stored = writer.stored(view.root);
    const runs = writer.has(view.root, view.axes) ? undefined : atomsOf(view, stored.axes.flat());
    if (!runs) return writer.read(view.root, view.axes, node.origin, input);
    const axes = stored.axes.map((digits) => digits.flatMap(() => runs.shift()!));
    op = { ...op, formula: loadedFrom(op.formula, index, axes, input.shape) };
    return stored.value;
  });
  const declared = output.shape.map((size, axis): Atom[] => [{ axis, size, stride: 1 }]);
  append({ ...node, op, inputs }, execution?.output ?? declared, network, writer);
}

/** Appends a node whose output has the axes given: as it is declared, if these are its own. */
function append(node: Node, outputAxes: Axes, network: Network, writer: Writer): void {
  const [output] = node.outputs as readonly [Value];
  const view = network.view(output);
  const axes = axesIn(view, outputAxes);
  const shape = outputAxes.map(sizeOfAxis);
  const isDeclared =
    keyOf(axes.flat()) === network.key(view.root) &&
    shape.length === output.shape.length &&
    shape.every((size, axis) => equal(size, output.shape[axis]!));
  const value = isDeclared ? output : writer.value(output, shape);
  writer.nodes.push({ ...node, outputs: [value] });
  writer.define(view.root, value, axes);
}

const sizeOfAxis = (atoms: readonly Atom[]): Dim => atoms.reduce<Dim>((size, atom) => mul(size, atom.size), 1);
