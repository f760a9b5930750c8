import { add, mul, product, type Dim } from '../dim.js';
import {
  axis as indexAlong,
  and,
  inside,
  load,
  number,
  scalarOf,
  select,
  size as sizeOf,
  sub,
  type Formula,
} from '../formula.js';
import type { Node, OpOf, Value } from '../ir.js';
import { bytesPerElement } from '../tensor.js';
import { computeInto } from './compute.js';
import { address, float, size, type Planner } from './planner.js';

export function concat(planner: Planner, node: Node<OpOf<'concat'>>): void {
  const [output] = node.outputs as readonly [Value];
  const { axis } = node.op;
  const target = planner.output(output);
  const element = bytesPerElement(output.dtype);
  const run = (shape: readonly Dim[]): Dim => mul(product(shape.slice(axis)), element);
  const rows = product(output.shape.slice(0, axis));
  let offset: Dim = 0;
  for (const input of node.inputs) {
    const bytes = run(input.shape);
    const source = planner.read(input);
    if (rows === 1) planner.copyPart(source, target, offset, bytes);
    else {
      const sizes = [rows, bytes, bytes, run(output.shape)];
      planner.call('copyRows', [address(source), address(target, offset), ...sizes.map(size)]);
    }
    offset = add(offset, bytes);
  }
}

/** Pads elements that are no float32 one by one. */
function padElements(planner: Planner, { op, inputs, outputs }: Node<OpOf<'pad'>>): void {
  const [x] = inputs as readonly [Value];
  const indices = op.padding.map(([before], axis) => sub(indexAlong(axis), sizeOf(before)));
  const isInside = indices.reduce<Formula | undefined>((all, index, axis) => {
    const here = inside(index, sizeOf(x.shape[axis]!));
    return all ? and(all, here) : here;
  }, undefined);
  const element = load(0, indices);
  const formula = isInside ? select(isInside, element, number(scalarOf(x.dtype), op.value)) : element;
  computeInto(planner, formula, outputs[0]!, inputs);
}

/** Pads two neighbouring axes at a time, the last ones first; the first axis may be left to be padded alone. */
export function pad(planner: Planner, node: Node<OpOf<'pad'>>): void {
  const { padding, value } = node.op;
  const [output] = node.outputs as readonly [Value];
  if (output.dtype !== 'float32') {
    padElements(planner, node);
    return;
  }
  const shape = [...node.inputs[0]!.shape];
  const open = padding.map(([before, after]) => before !== 0 || after !== 0);
  const windows: (readonly [first: number, axes: number])[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (!open[axis]) continue;
    windows.push(axis === 0 ? [0, 1] : [axis - 1, 2]);
    axis--;
  }
  let from = planner.read(node.inputs[0]!);
  if (windows.length === 0) planner.alias(output, node.inputs[0]!);
  windows.forEach(([first, axes], index) => {
    const outer = product(shape.slice(0, first));
    const [height, width] = [shape[first]!, axes === 2 ? shape[first + 1]! : 1];
    const inner = product(shape.slice(first + axes));
    const [[top, bottom], [left, right]] = [padding[first]!, axes === 2 ? padding[first + 1]! : ([0, 0] as const)];
    shape[first] = add(add(height, top), bottom);
    if (axes === 2) shape[first + 1] = add(add(width, left), right);
    const done = index === windows.length - 1;
    const to = done ? planner.output(output) : planner.temporary(`${planner.origin} padded`, product(shape));
    planner.call('pad2d', [
      address(from),
      address(to),
      ...[outer, height, width, inner, top, bottom, left, right].map(size),
      float(value),
    ]);
    from = to;
  });
}

export function gather(planner: Planner, node: Node<OpOf<'gather'>>): void {
  const [x, indices] = node.inputs as readonly [Value, Value];
  const { axis, wrap } = node.op;
  const bytes = mul(product(x.shape.slice(axis + 1)), bytesPerElement(x.dtype));
  planner.call(
    'gatherRows',
    [
      address(planner.read(x)),
      address(planner.read(indices)),
      address(planner.output(node.outputs[0]!)),
      ...[product(x.shape.slice(0, axis)), product(indices.shape), x.shape[axis]!, bytes].map(size),
      ...[indices.dtype === 'int64', wrap].map((flag) => size(flag ? 1 : 0)),
    ],
    { failure: 'index' },
  );
}

export function resample(planner: Planner, node: Node<OpOf<'resample'>>): void {
  const [x, indices, weights] = node.inputs as readonly [Value, Value, Value];
  const [output] = node.outputs as readonly [Value];
  const { axis } = node.op;
  const [outer, inner] = [product(x.shape.slice(0, axis)), product(x.shape.slice(axis + 1))];
  planner.call('resample', [
    ...[x, indices, weights].map((value) => address(planner.read(value))),
    address(planner.output(output)),
    ...[outer, x.shape[axis]!, ...indices.shape, inner].map(size),
  ]);
}
