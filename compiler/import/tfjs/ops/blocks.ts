import { add, floorDiv, mul, sub, type Dim } from '../../../dim.js';
import { sliced, wholeAxis } from '../../../expand/slicing.js';
import { padded } from '../../../expand/spread.js';
import type { Value } from '../../../ir.js';
import type { NodeContext } from '../context.js';
import type { Expand, Operators } from '../define.js';
import { onMap, requireRank } from '../window.js';
import { pairsOf } from '../pairs.js';

const MOST_BLOCK = 65536;

const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);

/** Requires that a size divides into blocks: how many. */
function divided({ build }: NodeContext, size: Dim, block: number): Dim {
  const count = floorDiv(size, block);
  build.require('equal', mul(count, block), size, `{expected} does not divide into blocks of ${block}`);
  return count;
}

/** The block of an attribute. */
function blockOf(context: NodeContext): number {
  const block = context.int('block_size');
  return block >= 1 && block <= MOST_BLOCK ? block : context.build.fail(`block_size must be at least 1, got ${block}`);
}

/** The blocks that an input tells for the axes after the batch. */
function blocksOf(context: NodeContext, x: Value, list: Value): readonly number[] {
  const blocks = context.numbers(list, 'the block shape');
  if (blocks.length >= x.shape.length) context.build.fail(`has ${blocks.length} blocks for rank ${x.shape.length}`);
  const wrong = blocks.find((block) => block < 1 || block > MOST_BLOCK);
  return wrong === undefined ? blocks : context.build.fail(`blocks must be at least 1, got ${wrong}`);
}

/** Moves depth to blocks of space; the channel of a block comes last. */
const depthToSpace: Expand = (context, inputs) => {
  const block = blockOf(context);
  return onMap(context, context.input(inputs, 0), (map) => {
    requireRank(context, 'the input', map, 4);
    const { build } = context;
    const [batch, height, width, depth] = map.shape as [Dim, Dim, Dim, Dim];
    const channels = divided(context, depth, block * block);
    const split = build.reshape(map, [batch, height, width, block, block, channels]);
    const moved = build.op({ kind: 'transpose', permutation: [0, 1, 3, 2, 4, 5] }, [split]);
    return build.reshape(moved, [batch, mul(height, block), mul(width, block), channels]);
  });
};

/** Moves blocks of space to depth. */
const spaceToDepth: Expand = (context, inputs) => {
  const block = blockOf(context);
  return onMap(context, context.input(inputs, 0), (map) => {
    requireRank(context, 'the input', map, 4);
    const { build } = context;
    const [batch, height, width, depth] = map.shape as [Dim, Dim, Dim, Dim];
    const [rows, columns] = [divided(context, height, block), divided(context, width, block)];
    const split = build.reshape(map, [batch, rows, block, columns, block, depth]);
    const moved = build.op({ kind: 'transpose', permutation: [0, 1, 3, 2, 4, 5] }, [split]);
    return build.reshape(moved, [batch, rows, columns, mul(depth, block * block)]);
  });
};

/** Every block-th element of padded axes becomes an image of the batch of its own. */
const spaceToBatch: Expand = (context, inputs) => {
  const { build } = context;
  const given = context.input(inputs, 0);
  const blocks = blocksOf(context, given, context.input(inputs, 1));
  const count = blocks.length;
  const padding = pairsOf(context, context.input(inputs, 2), count, 'padding');
  const rest = given.shape.slice(count + 1).map(() => [0, 0] as const);
  const x = padded(context, given, [[0, 0], ...padding, ...rest], 'constant');
  const [batch, ...space] = x.shape as [Dim, ...Dim[]];
  const counts = blocks.map((block, axis) => divided(context, space[axis]!, block));
  const inner = space.slice(count);
  const split = build.reshape(x, [batch, ...counts.flatMap((each, axis) => [each, blocks[axis]!]), ...inner]);
  const within = blocks.map((_, axis) => 2 * axis + 2);
  const apart = blocks.map((_, axis) => 2 * axis + 1);
  const last = inner.map((_, axis) => 2 * count + 1 + axis);
  const moved = build.op({ kind: 'transpose', permutation: [...within, 0, ...apart, ...last] }, [split]);
  return build.reshape(moved, [mul(batch, product(blocks)), ...counts, ...inner]);
};

/** Images of the batch become every block-th element of axes, from which the ends are cropped. */
const batchToSpace: Expand = (context, inputs) => {
  const { build } = context;
  const x = context.input(inputs, 0);
  const blocks = blocksOf(context, x, context.input(inputs, 1));
  const count = blocks.length;
  const crops = pairsOf(context, context.input(inputs, 2), count, 'crops');
  const [all, ...space] = x.shape as [Dim, ...Dim[]];
  const batch = divided(context, all, product(blocks));
  const [outer, inner] = [space.slice(0, count), space.slice(count)];
  const split = build.reshape(x, [...blocks, batch, ...space]);
  const woven = blocks.flatMap((_, axis) => [count + 1 + axis, axis]);
  const last = inner.map((_, axis) => 2 * count + 1 + axis);
  const moved = build.op({ kind: 'transpose', permutation: [count, ...woven, ...last] }, [split]);
  const sizes = outer.map((size, axis) => mul(size, blocks[axis]!));
  const whole = build.reshape(moved, [batch, ...sizes, ...inner]);
  const parts = whole.shape.map((size, axis) => {
    const sides = crops[axis - 1];
    return sides ? { start: sides[0], step: 1, size: sub(size, add(sides[0], sides[1])) } : wholeAxis(size);
  });
  return sliced(context, whole, parts);
};

/** Operators that exchange space with depth or with the batch. */
export const blocks: Operators = {
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  SpaceToBatchND: spaceToBatch,
  BatchToSpaceND: batchToSpace,
};
