import { setFlagsFromString } from 'node:v8';
import test from 'ava';
import { sub, symbol } from '../../compiler/dim.js';
import type { OpOf, TensorGraph } from '../../compiler/ir.js';
import { multiplyAdds } from '../../compiler/ops/index.js';
import type { Tensor } from '../../compiler/tensor.js';
import { referenceOf } from '../layers/evaluation.js';
import { difference } from '../layers/values.js';
import { compileGraph, graphOf, runNaive, tensorOf } from './run.js';

// Node 20 has relaxed SIMD behind a flag.
if (process.version.startsWith('v20.')) setFlagsFromString('--experimental-wasm-relaxed-simd');

interface Row {
  readonly batch?: number;
  readonly heads: number;
  readonly groups?: number;
  readonly queries: number;
  readonly keys: number;
  readonly size: number;
  readonly valueSize?: number;
  /** Axes of the query, of the key and of the value: three or four. */
  readonly ranks?: readonly [number, number, number];
  readonly bias?: readonly number[];
  /** What every third element of the bias is, and all of its first row. */
  readonly hidden?: number;
  readonly softcap?: number;
  readonly past?: number;
}

const rows: readonly Row[] = [
  { heads: 1, queries: 1, keys: 1, size: 1 },
  { heads: 2, queries: 5, keys: 7, size: 4, batch: 2 },
  { heads: 3, queries: 13, keys: 17, size: 5, valueSize: 11 },
  { heads: 2, queries: 49, keys: 16, size: 8, valueSize: 3 },
  { heads: 1, queries: 100, keys: 33, size: 16, valueSize: 16 },
  { heads: 4, groups: 2, queries: 6, keys: 9, size: 8, batch: 2 },
  { heads: 6, groups: 1, queries: 3, keys: 10, size: 7, ranks: [4, 4, 4] },
  { heads: 4, groups: 2, queries: 3, keys: 10, size: 7, batch: 2, ranks: [3, 4, 4] },
  { heads: 2, queries: 5, keys: 6, size: 3, valueSize: 9, batch: 2, ranks: [4, 3, 4] },
  { heads: 2, queries: 5, keys: 7, size: 4, batch: 2, bias: [2, 2, 5, 7] },
  { heads: 2, queries: 5, keys: 7, size: 4, batch: 2, bias: [7], hidden: -1e9 },
  { heads: 2, queries: 50, keys: 7, size: 4, batch: 2, bias: [2, 1, 50, 7], hidden: -1e9 },
  { heads: 2, queries: 50, keys: 9, size: 4, batch: 2, bias: [2, 50, 9], hidden: -Infinity },
  { heads: 2, queries: 5, keys: 9, size: 4, batch: 2, bias: [2, 1, 1, 9], hidden: -Infinity },
  { heads: 2, queries: 5, keys: 9, size: 4, batch: 2, bias: [1, 2, 5, 1], hidden: -Infinity },
  { heads: 2, queries: 5, keys: 9, size: 4, batch: 2, bias: [] },
  { heads: 2, queries: 7, keys: 9, size: 4, softcap: 0.5 },
  { heads: 2, queries: 7, keys: 9, size: 4, softcap: 0.5, bias: [7, 9] },
  { heads: 2, queries: 9, keys: 9, size: 4, past: 0 },
  { heads: 2, queries: 61, keys: 61, size: 4, past: 0, bias: [61, 61] },
  { heads: 2, queries: 60, keys: 103, size: 4, past: 43, batch: 2 },
  { heads: 2, queries: 30, keys: 4, size: 4, past: 0 },
  { heads: 2, queries: 4, keys: 30, size: 4, past: 1 },
  { heads: 2, queries: 3, keys: 0, size: 4, valueSize: 9 },
  { heads: 2, queries: 0, keys: 3, size: 4 },
];

const nameOf = (row: Row): string => JSON.stringify(row).replaceAll('"', '');

/** A tensor of one form or the other, and its sizes by name where they are open. */
const form = (rank: number, batch: number | string, heads: number, time: number | string, size: number) =>
  rank === 4 ? [batch, heads, time, size] : [batch, time, heads * size];

function shapesOf(row: Row, isOpen: boolean): (number | string)[][] {
  const { batch = 1, heads, groups = heads, size, valueSize = size, ranks = [3, 3, 3], bias } = row;
  const [queries, keys] = isOpen ? ['queries', 'keys'] : [row.queries, row.keys];
  const sequences = isOpen ? 'batch' : batch;
  const named = bias?.map((own, at) => {
    if (!isOpen || own === 1) return own;
    return [sequences, heads, queries, keys].at(at - bias.length)!;
  });
  return [
    form(ranks[0], sequences, heads, queries, size),
    form(ranks[1], sequences, groups, keys, size),
    form(ranks[2], sequences, groups, keys, valueSize),
    ...(named ? [named] : []),
  ];
}

const opOf = ({ heads, groups = heads, softcap, past }: Row): OpOf<'attention'> => ({
  kind: 'attention',
  heads,
  groups,
  scale: 0.4,
  softcap: softcap ?? null,
  past: past ?? null,
});

/** One module of all rows. Open sizes are named apart; a past is what keys there are before the queries, if it is that. */
function graphOfAll(isOpen: boolean): TensorGraph {
  const name = (size: number | string, i: number) => (typeof size === 'string' ? `${size} of ${i}` : size);
  const shapes = rows.map((row, i) => shapesOf(row, isOpen).map((shape) => shape.map((size) => name(size, i))));
  const graph = graphOf(
    shapes.flat().map((shape) => ({ shape })),
    (build, values) => {
      let at = 0;
      return rows.map((row, i) => {
        const own = values.slice(at, (at += shapes[i]!.length));
        const isBefore = isOpen && row.past === row.keys - row.queries;
        const before = sub(symbol(`keys of ${i}`), symbol(`queries of ${i}`));
        return build.op(isBefore ? { ...opOf(row), past: before } : opOf(row), own);
      });
    },
  );
  return { ...graph, symbols: graph.symbols.map((symbol) => ({ ...symbol, min: 0 })) };
}

function operands(row: Row): Tensor[] {
  const tensors = shapesOf(row, false).map((shape, i) => tensorOf('float32', shape as number[], i + 1));
  for (const { data } of tensors) {
    for (let i = 0; i < data.length; i++) data[i] = Number(data[i]) / 7 - 1;
  }
  const { hidden } = row;
  if (hidden !== undefined) {
    const { data, shape } = tensors[3]!;
    const first = shape.at(-1)!;
    for (let i = 0; i < data.length; i++) if (i < first || i % 3 === 0) data[i] = hidden;
  }
  return tensors;
}

for (const target of ['baseline', 'relaxed'] as const) {
  for (const isOpen of [false, true]) {
    test(`attention on ${target}, sizes ${isOpen ? 'open' : 'known'}`, async (t) => {
      const graph = graphOfAll(isOpen);
      const inputs = rows.flatMap(operands);
      const got = (await compileGraph(graph, target))(inputs);
      const naive = runNaive(graph, inputs);
      rows.forEach((row, i) => {
        const [actual, expected] = [got, naive].map((outputs) => referenceOf(outputs[`y${i}`] as Tensor));
        t.is(difference(actual!, expected!, 4e-6), undefined, nameOf(row));
      });
    });
  }
}

/** The rows of a tensor [1, time, width] from `first` to `last`. */
const slice = ({ dtype, shape, data }: Tensor, first: number, last: number): Tensor => {
  const width = shape[2]!;
  return { dtype, shape: [1, last - first, width], data: (data as Float32Array).slice(first * width, last * width) };
};

test('a query gives the same bits alone and among others, and whatever keys it does not see', async (t) => {
  const row = { heads: 3, queries: 59, keys: 59, size: 7, valueSize: 10 };
  const op = { ...opOf(row), past: sub(symbol('keys'), symbol('queries')) };
  const shapes = shapesOf(row, true).map((shape) => ({ shape }));
  for (const isCausal of [false, true]) {
    const run = await compileGraph(
      graphOf(shapes, (build, values) => [build.op(isCausal ? op : { ...op, past: null }, values)]),
    );
    const [query, key, value] = operands(row) as [Tensor, Tensor, Tensor];
    const whole = run([query, key, value])['y0'] as Tensor;
    const same = (first: number, last: number, keys: number): void => {
      const inputs = [slice(query, first, last), slice(key, 0, keys), slice(value, 0, keys)];
      t.deepEqual((run(inputs)['y0'] as Tensor).data, slice(whole, first, last).data, `${first} to ${last}`);
    };
    for (const first of [0, 7, 58]) {
      if (isCausal) same(first, first + 1, first + 1);
      else same(first, first + 1, row.keys);
    }
    if (isCausal) same(0, 50, 50);
    else same(3, 52, row.keys);
  }
});

test('products of attention are counted', (t) => {
  const row = { batch: 2, heads: 6, groups: 3, queries: 5, keys: 7, size: 4, valueSize: 8 };
  const shapes = shapesOf(row, false).map((shape) => ({ shape }));
  const { forward } = graphOf(shapes, (build, values) => [build.op(opOf(row), values)]);
  t.is(multiplyAdds(forward[0]!), 2 * 6 * 5 * 7 * (4 + 8));
});

test('shapes that make no attention are refused', (t) => {
  const op = { kind: 'attention', heads: 4, groups: 2, scale: 1, softcap: null, past: null } as const;
  const faults: readonly (readonly [shapes: readonly (readonly number[])[], message: string, heads?: number])[] = [
    [[[2, 8], [2, 3, 4], [2, 3, 4]], 'takes (batch, time, features) or (batch, heads, time, features), got (2, 8)'],
    [[[2, 3, 9], [2, 3, 4], [2, 3, 4]], 'queries of 9 features do not divide into 4 heads'],
    [[[2, 3, 8], [2, 3, 6], [2, 3, 4]], 'heads have 2 features in queries and 3 in keys'],
    [[[2, 3, 8], [2, 3, 4], [2, 5, 4]], 'there are 3 keys and 5 values'],
    [[[2, 3, 8], [1, 3, 4], [2, 3, 4]], 'inputs have batches of 1 and 2'],
    [[[2, 3, 3, 8], [2, 3, 4], [2, 3, 4]], 'queries have 3 heads, expected 4'],
    [[[2, 3, 8], [2, 5, 4], [2, 5, 4], [3, 4]], 'inputs do not broadcast: axis 3 has sizes 5 and 4'],
    [[[2, 1, 8], [2, 5, 4], [2, 5, 4], [3, 5]], 'a bias (3, 5) does not broadcast to (2, 4, 1, 5)'],
    [[[2, 3, 8], [2, 3, 4], [2, 3, 4]], '3 heads of queries do not divide into 2 of keys', 3],
  ]; // prettier-ignore
  for (const [shapes, message, heads = 4] of faults) {
    const declared = shapes.map((shape) => ({ shape }));
    const make = (): TensorGraph => graphOf(declared, (build, values) => [build.op({ ...op, heads }, values)]);
    t.throws(make, { message: `graph: ${message}` });
  }
});
