import { equal } from '../../dim.js';
import type { Node, Value } from '../../ir.js';
import { keyOf } from './digits.js';
import type { Network } from './network.js';
import type { Axes, Execution } from './rule.js';
import { ruleOf } from './rules.js';
import { atomsOf, digitsOfAtoms, type Atom, type View } from './views.js';
import type { Form, Writer } from './writer.js';

const products: readonly string[] = ['matmul', 'convolution', 'depthwise'];

/**
 * An elementwise node on the axes that one of its inputs is stored with, a product's first, so that it can join the
 * loop that gives that input; undefined where its other inputs do not broadcast along these axes.
 */
export function inStoredShape(
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
