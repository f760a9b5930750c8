import { product, type Dim } from '../dim.js';
import type { Node, OpOf } from '../ir.js';
import type { KernelName } from './kernels.js';
import { address, float, size, type Planner } from './planner.js';
import type { BufferId } from './types.js';

const reducers = {
  mean: 'reduceMean',
  sum: 'reduceSum',
  maximum: 'reduceMax',
  minimum: 'reduceMin',
} as const satisfies Record<OpOf<'reduce'>['fn'], KernelName>;

/** Axes in runs of neighbours, the last run first. */
function runsOf(axes: readonly number[]): (readonly [first: number, last: number])[] {
  const runs: [number, number][] = [];
  for (const axis of axes) {
    const run = runs.at(-1);
    if (run?.[1] === axis - 1) run[1] = axis;
    else runs.push([axis, axis]);
  }
  return runs.reverse();
}

export function reduce(planner: Planner, node: Node<OpOf<'reduce'>>): void {
  let shape: readonly Dim[] = node.inputs[0]!.shape;
  let from: BufferId = planner.read(node.inputs[0]!);
  const runs = runsOf(node.op.axes);
  runs.forEach(([first, last], index) => {
    const parts = [shape.slice(0, first), shape.slice(first, last + 1), shape.slice(last + 1)].map(product);
    shape = [...shape.slice(0, first), ...shape.slice(last + 1)];
    const done = index === runs.length - 1;
    const to = done ? planner.output(node.outputs[0]!) : planner.temporary(`${planner.origin} partial`, product(shape));
    planner.call(reducers[node.op.fn], [address(from), address(to), ...parts.map(size)]);
    from = to;
  });
}

export function softmax(planner: Planner, node: Node<OpOf<'softmax'>>): void {
  const { axis, log } = node.op;
  const { shape } = node.inputs[0]!;
  planner.call(log ? 'logSoftmax' : 'softmax', [
    address(planner.read(node.inputs[0]!)),
    address(planner.output(node.outputs[0]!)),
    ...[product(shape.slice(0, axis)), shape[axis]!, product(shape.slice(axis + 1))].map(size),
  ]);
}

export function normalize(planner: Planner, node: Node<OpOf<'normalize'>>): void {
  const { shape } = node.inputs[0]!;
  const first = shape.length - node.op.axes;
  planner.call('normalizeRows', [
    address(planner.read(node.inputs[0]!)),
    address(planner.output(node.outputs[0]!)),
    size(product(shape.slice(0, first))),
    size(product(shape.slice(first))),
    float(node.op.epsilon),
  ]);
}
