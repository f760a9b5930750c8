import { equal, mul, product, type Dim } from '../dim.js';
import { axis as indexAlong } from '../formula.js';
import type { Node, OpOf, Value } from '../ir.js';
import { bytesPerElement } from '../tensor.js';
import { move } from './compute.js';
import { address, size, type Planner } from './planner.js';
import { collapse, stridesOf } from './strides.js';
import type { BufferId } from './types.js';

/** The strides with which a value of `shape` is read for an output of `rank` axes; 0 where it is broadcast. */
export function broadcastStrides(shape: readonly Dim[], rank: number): Dim[] {
  const strides = stridesOf(shape);
  return Array.from({ length: rank }, (_, axis) => {
    const own = axis - rank + shape.length;
    return own < 0 || shape[own] === 1 ? 0 : strides[own]!;
  });
}

export function elementwise(planner: Planner, node: Node<OpOf<'elementwise'>>): void {
  const [output] = node.outputs as readonly [Value];
  const rank = output.shape.length;
  const all = [stridesOf(output.shape), ...node.inputs.map((input) => broadcastStrides(input.shape, rank))];
  const { sizes, strides } = collapse(output.shape, all);
  planner.loop({
    expression: node.op.expression,
    sizes,
    output: planner.output(output),
    operands: node.inputs.map((input, i) => ({ buffer: planner.read(input), strides: strides[i + 1]! })),
  });
}

/** Copies a value as it is. */
export function copy(planner: Planner, from: BufferId, to: BufferId, value: Value): void {
  const bytes = mul(product(value.shape), bytesPerElement(value.dtype));
  planner.call('copyRows', [address(from), address(to), ...[1, bytes, 0, 0].map(size)]);
}

/**
 * A swap of two neighbouring groups of axes takes a kernel. Where axes after them stay, `swapAxes` beats the generated
 * loop: 196 × 12 runs of up to 7 elements take 50 to 65 % of its time, of 8 to 31 some 80 to 100 %, longer ones the same.
 */
export function transpose(planner: Planner, node: Node<OpOf<'transpose'>>): void {
  const [x] = node.inputs as readonly [Value];
  const [output] = node.outputs as readonly [Value];
  if (bytesPerElement(x.dtype) !== 4) {
    const { permutation } = node.op;
    move(planner, output, x, (source) => indexAlong(permutation.indexOf(source)));
    return;
  }
  const source = stridesOf(x.shape);
  const all = [stridesOf(output.shape), node.op.permutation.map((axis) => source[axis]!)];
  const { sizes, strides } = collapse(output.shape, all);
  const from = strides[1]!;
  const inRuns = from.at(-1) === 1;
  const inner = inRuns ? sizes.at(-1)! : 1;
  const outer = sizes.slice(0, inRuns ? -1 : undefined);
  const [columns, rows] = outer.slice(-2);
  const [acrossColumns, acrossRows] = from.slice(0, outer.length).slice(-2);
  if (outer.length === 0) {
    planner.alias(output, x);
  } else if (
    outer.length <= 3 &&
    rows !== undefined &&
    equal(acrossColumns!, inner) &&
    equal(acrossRows!, mul(columns!, inner))
  ) {
    const batch = outer.length === 3 ? outer[0]! : 1;
    planner.call(inRuns ? 'swapAxes' : 'transpose2d', [
      address(planner.read(x)),
      address(planner.output(output)),
      ...[batch, rows, columns!, ...(inRuns ? [inner] : [])].map(size),
    ]);
  } else {
    planner.loop({
      expression: { kind: 'input', index: 0 },
      sizes,
      output: planner.output(output),
      operands: [{ buffer: planner.read(x), strides: from }],
    });
  }
}
