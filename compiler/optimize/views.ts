import { equal, mul, type Dim } from '../dim.js';
import type { Node, Value } from '../ir.js';
import type { Uses } from './rewrite.js';

/** An axis of a value, and how far apart its elements stand in the storage of another. */
export interface Axis {
  readonly size: Dim;
  readonly stride: Dim;
}

/** A value as a walk over the storage of the one it is a view of. */
interface View {
  readonly source: Value;
  readonly axes: readonly Axis[];
  /** What makes the value out of the source, the last first. */
  readonly nodes: readonly Node[];
}

/** The axes of a value in its own storage. */
export function contiguous(shape: readonly Dim[]): Axis[] {
  let stride: Dim = 1;
  return shape
    .toReversed()
    .map((size) => {
      const axis = { size, stride };
      stride = mul(stride, size);
      return axis;
    })
    .reverse();
}

/** Axes as a reshape makes them, where each is part of one axis before; undefined otherwise. */
function reshaped(axes: readonly Axis[], shape: readonly Dim[]): Axis[] | undefined {
  const left = axes.filter(({ size }) => size !== 1);
  const result: Axis[] = [];
  for (const size of shape.toReversed()) {
    if (size === 1) {
      result.unshift({ size, stride: 0 });
      continue;
    }
    const last = left.pop();
    if (!last) return undefined;
    if (!equal(last.size, size)) {
      if (typeof last.size !== 'number' || typeof size !== 'number' || last.size % size !== 0) return undefined;
      left.push({ size: last.size / size, stride: mul(last.stride, size) });
    }
    result.unshift({ size, stride: last.stride });
  }
  return left.length === 0 ? result : undefined;
}

/** Follows a value back through transposes and reshapes, as far as it is a view. */
export function viewOf(value: Value, uses: Uses): View {
  const node = uses.producer(value);
  const [input] = node?.inputs ?? [];
  if (node && input && (node.op.kind === 'transpose' || node.op.kind === 'reshape')) {
    const before = viewOf(input, uses);
    const axes =
      node.op.kind === 'transpose'
        ? node.op.permutation.map((axis) => before.axes[axis]!)
        : reshaped(before.axes, node.op.shape);
    if (axes) return { source: before.source, axes, nodes: [node, ...before.nodes] };
  }
  return { source: value, axes: contiguous(value.shape), nodes: [] };
}

/** Whether axes walk storage in the same steps; those of size 1 take none. */
export const walksAs = (axes: readonly Axis[], expected: readonly Axis[]): boolean =>
  axes.every(({ size, stride }, axis) => size === 1 || equal(stride, expected[axis]!.stride));

/** The nodes of a view, from its value on, that nothing but `reader` needs. */
export function neededOnlyBy(reader: Node, nodes: readonly Node[], uses: Uses): Node[] {
  const [node, ...before] = nodes;
  if (!node || uses.onlyFor(reader, node.outputs[0]!) !== node) return [];
  return [node, ...neededOnlyBy(node, before, uses)];
}
