import type { Dim } from '../dim.js';
import type { Expression, Node, OpOf, Value } from '../ir.js';
import {
  algorithmOf,
  blockTiles,
  chooseWinograd,
  scratchBytes,
  transformedBytes,
  winogradError,
  type TileSize,
  type WinogradChoice,
} from './convolution-algorithm.js';
import { address, size, type Planner } from './planner.js';
import type { Argument } from './types.js';

type Convolution = Node<OpOf<'convolution'>>;

/** The sizes of a 3 × 3 kernel without groups, channels and filters of which are known; null for any other. */
function channelsOf({
  op,
  inputs: [, w],
}: Convolution): { readonly channels: number; readonly filters: number } | null {
  const isOutputsFirst = op.kernelLayout === 'oihw';
  const axes = isOutputsFirst ? [2, 3, 1, 0] : [0, 1, 2, 3];
  const [height, width, channels, filters] = axes.map((axis) => w!.shape[axis]!);
  if (op.groups !== 1 || height !== 3 || width !== 3) return null;
  return typeof channels === 'number' && typeof filters === 'number' ? { channels, filters } : null;
}

/** How a convolution of the graph is computed, for the sizes that it typically has. */
export function chooseFor(planner: Planner, node: Convolution): WinogradChoice {
  const { op, inputs, outputs } = node;
  const known = channelsOf(node);
  const isPlain = [...op.strides, ...op.dilation].every((step) => step === 1);
  if (!known || !isPlain || !planner.isSettled(inputs[1]!)) return { size: null, reason: 'direct' };
  const [batch, outHeight, outWidth] = outputs[0]!.shape.map((axis) => planner.typical(axis)) as [
    number,
    number,
    number,
  ];
  return chooseWinograd({ batch, outHeight, outWidth, ...known }, planner.errorBudget);
}

/** A convolution by transformed tiles, as `chooseFor` chose. @param end what `epilogueOf` tells of the node */
export function winograd(
  planner: Planner,
  node: Convolution,
  tile: TileSize,
  reason: string,
  end: { readonly args: readonly Argument[]; readonly epilogue: Expression | null },
): void {
  const { op, inputs, outputs } = node;
  const [x, w] = inputs as readonly [Value, Value];
  const { channels, filters } = channelsOf(node)!;
  const [batch, height, width] = x.shape as [Dim, Dim, Dim];
  const [, outHeight, outWidth] = outputs[0]!.shape as [Dim, Dim, Dim];
  const strides = op.kernelLayout === 'oihw' ? [9, 9 * channels, 1] : [filters, 1, channels * filters];
  const bytes = transformedBytes(tile, channels, filters);
  const weights = planner.prepared(w, `winogradWeights${tile}`, bytes, [channels, filters, ...strides]);
  const tiles = mostTiles(outputs[0]!.shape, tile, blockTiles(channels, filters));
  const scratch = planner.buffer(`${planner.origin} tiles`, scratchBytes(tile, tiles, channels, filters), 'arena');
  planner.convolutions.push({
    layer: planner.origin,
    algorithm: algorithmOf[tile],
    error: winogradError(tile, channels),
  });
  planner.call(
    `winograd${tile}`,
    [
      address(planner.read(x)),
      address(weights),
      address(planner.output(outputs[0]!)),
      ...end.args,
      address(scratch),
      ...[batch, height, width, channels, op.padding[0]![0], op.padding[1]![0]].map(size),
      ...[outHeight, outWidth, filters, tiles].map(size),
    ],
    { epilogue: end.epilogue, reason },
  );
}

/** The tiles of a map in one block, `most` where sizes are open. */
function mostTiles(shape: readonly Dim[], tile: TileSize, most: number): number {
  const [batch, height, width] = shape;
  if (typeof batch !== 'number' || typeof height !== 'number' || typeof width !== 'number') return most;
  return Math.max(1, Math.min(most, batch * Math.ceil(height / tile) * Math.ceil(width / tile)));
}
