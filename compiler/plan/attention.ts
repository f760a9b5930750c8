import { alignUp, add, min, mul, type Dim } from '../dim.js';
import { headStrides, inHeads } from '../heads.js';
import type { Node, OpOf, Value } from '../ir.js';
import { broadcastStrides } from './loops.js';
import { address, float, size, type Planner } from './planner.js';

/** Queries of a block, as in assembly/attention.ts. */
const BLOCK = 48;

export function attention(planner: Planner, { op, inputs, outputs }: Node<OpOf<'attention'>>): void {
  const { heads, groups, scale, softcap, past } = op;
  const [query, key, value, bias] = inputs as readonly [Value, Value, Value, Value | undefined];
  const [batch, , queries, keySize] = inHeads(query.shape, heads);
  const [, , keys] = inHeads(key.shape, groups);
  const [, , , valueSize] = inHeads(value.shape, groups);
  const output = outputs[0]!;
  const strides = [
    headStrides(query.shape, heads),
    headStrides(key.shape, groups),
    headStrides(value.shape, groups),
    headStrides(output.shape, heads),
  ].flatMap(({ batch, head, row }) => [batch, head, row]);
  const scratch = (name: string, elements: Dim) => address(planner.temporary(`${planner.origin} ${name}`, elements));
  const width = alignUp(keys, 8);
  const block = min(queries, BLOCK);
  planner.call('attention', [
    ...[query, key, value].map((input) => address(planner.read(input))),
    bias ? address(planner.read(bias)) : size(0),
    address(planner.output(output)),
    scratch('keys', mul(width, keySize)),
    scratch('values', mul(keys, alignUp(valueSize, 8))),
    scratch('scores', mul(block, width)),
    scratch('sums', block),
    ...[batch, heads, groups, queries, keys, keySize, valueSize, ...strides].map(size),
    ...(bias ? broadcastStrides(bias.shape, 4) : [0, 0, 0, 0]).map(size),
    ...(past === null ? [keys, 0] : [add(past, 1), 1]).map(size),
    float(scale),
    float(softcap ?? 0),
  ]);
}
