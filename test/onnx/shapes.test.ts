import test from 'ava';
import { compile } from '../../compiler/index.js';
import { evaluate } from '../../compiler/evaluate.js';
import { importOnnx } from '../../compiler/import/onnx/index.js';
import { arrayOf, volume, type DType, type Tensor } from '../../compiler/tensor.js';
import { instantiateSync } from '../../runtime/index.js';
import { tensorOf } from '../ops/run.js';
import { onnxModel, type WrittenGraph, type WrittenNode, type WrittenPort } from './write.js';

const values = (dtype: DType, shape: readonly number[], list: readonly number[]): Tensor => ({
  dtype,
  shape,
  data: arrayOf(dtype, list),
});
const int64 = (...list: number[]): Tensor => values('int64', [list.length], list);
const float = (...list: number[]): Tensor => values('float32', [list.length], list);
const scalar = (dtype: DType, value: number): Tensor => values(dtype, [], [value]);

let names = 0;
/** A node with one output; its name. */
class Chain {
  readonly nodes: WrittenNode[] = [];
  readonly initializers: Record<string, Tensor> = {};

  constant(tensor: Tensor): string {
    const name = `c${names++}`;
    this.initializers[name] = tensor;
    return name;
  }

  add(op: string, inputs: readonly (string | Tensor)[], attributes: WrittenNode['attributes'] = {}): string {
    const name = `v${names++}`;
    const given = inputs.map((input) => (typeof input === 'string' ? input : this.constant(input)));
    this.nodes.push({ op, inputs: given, outputs: [name], attributes });
    return name;
  }

  /** The graph of all nodes. */
  graph(inputs: readonly WrittenPort[], output: string): WrittenGraph {
    return { nodes: this.nodes, initializers: this.initializers, inputs, outputs: [{ name: output }] };
  }

  /** One size of a value, as exporters take it. */
  size(value: string, axis: number): string {
    return this.add('Gather', [this.add('Shape', [value]), scalar('int64', axis)], { axis: { int: 0 } });
  }

  /** Scalars as one list. */
  list(...scalars: (string | Tensor)[]): string {
    const rows = scalars.map((each) => (typeof each === 'string' ? this.add('Unsqueeze', [each, int64(0)]) : each));
    return this.add('Concat', rows, { axis: { int: 0 } });
  }
}

type Sizes = Readonly<Record<string, number>>;

interface Case {
  readonly title: string;
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  /** Appends nodes; gives the output. */
  readonly body: (chain: Chain) => string;
  /** The output's sizes for sizes of the inputs. */
  readonly shape: (sizes: Sizes) => readonly number[];
  readonly sizes: readonly Sizes[];
  readonly opset?: number;
}

const cast = (to: number) => ({ to: { int: to } });
const [FLOAT, INT64] = [1, 7];

/** Sizes scaled through floats, as exporters of interpolations write them. */
function scaledSizes(chain: Chain, scale: number, rounding: 'Floor' | 'Ceil' = 'Floor'): string {
  const sizes = chain.add('Slice', [chain.add('Shape', ['x']), int64(2), int64(4), int64(0)]);
  const product = chain.add('Mul', [chain.add('Cast', [sizes], cast(FLOAT)), float(scale, scale)]);
  return chain.add('Cast', [chain.add(rounding, [product])], cast(INT64));
}

const resized = (chain: Chain, sizes: string, mode: string): string => {
  const kept = chain.add('Slice', [chain.add('Shape', ['x']), int64(0), int64(2), int64(0)]);
  return chain.add('Resize', ['x', '', '', chain.add('Concat', [kept, sizes], { axis: { int: 0 } })], {
    mode: { string: mode },
    coordinate_transformation_mode: { string: mode === 'nearest' ? 'asymmetric' : 'pytorch_half_pixel' },
    nearest_mode: { string: 'floor' },
  });
};

const cases: readonly Case[] = [
  {
    title: 'a reshape by sizes of its input',
    inputs: { x: ['n', 'm', 12] },
    body: (c) => c.add('Reshape', ['x', c.list(c.size('x', 0), int64(-1), int64(3), int64(4))]),
    shape: ({ n, m }) => [n!, m!, 3, 4],
    sizes: [
      { n: 1, m: 5 },
      { n: 3, m: 2 },
    ],
  },
  {
    title: 'heads split and joined by products of sizes',
    inputs: { x: ['n', 'm', 6] },
    body: (c) => {
      const count = c.add('Mul', [c.size('x', 0), c.size('x', 1)]);
      const rows = c.add('Reshape', ['x', c.list(count, int64(6))]);
      return c.add('Reshape', [rows, c.list(c.size('x', 0), c.add('Div', [count, c.size('x', 0)]), int64(-1))]);
    },
    shape: ({ n, m }) => [n!, m!, 6],
    sizes: [{ n: 2, m: 3 }],
  },
  ...(['nearest', 'linear', 'cubic'] as const).map((mode): Case => ({
    title: `${mode} interpolation to sizes scaled by 2`,
    inputs: { x: [1, 2, 'h', 'w'] },
    body: (c) => resized(c, scaledSizes(c, 2), mode),
    shape: ({ h, w }) => [1, 2, 2 * h!, 2 * w!],
    sizes: [
      { h: 3, w: 5 },
      { h: 1, w: 4 },
    ],
  })),
  {
    title: 'interpolation to sizes scaled by 1.5 and rounded down',
    inputs: { x: [1, 2, 'h', 'w'] },
    body: (c) => resized(c, scaledSizes(c, 1.5), 'linear'),
    shape: ({ h, w }) => [1, 2, Math.floor(1.5 * h!), Math.floor(1.5 * w!)],
    sizes: [
      { h: 3, w: 4 },
      { h: 7, w: 2 },
    ],
  },
  {
    title: 'interpolation to sizes halved and rounded up',
    inputs: { x: [1, 2, 'h', 'w'] },
    body: (c) => resized(c, scaledSizes(c, 0.5, 'Ceil'), 'linear'),
    shape: ({ h, w }) => [1, 2, Math.ceil(h! / 2), Math.ceil(w! / 2)],
    sizes: [
      { h: 3, w: 4 },
      { h: 7, w: 1 },
    ],
  },
  {
    title: 'interpolation to the sizes of another map, as scales of floats',
    inputs: { x: [1, 2, 'h', 'w'], y: [1, 2, 'p', 'q'] },
    body: (c) => {
      const real = (value: string, axis: number) => c.add('Cast', [c.size(value, axis)], cast(FLOAT));
      const scales = [2, 3].map((axis) => c.add('Div', [real('y', axis), real('x', axis)]));
      const list = c.list(float(1, 1), ...scales);
      return c.add('Resize', ['x', '', list], { mode: { string: 'linear' } });
    },
    shape: ({ p, q }) => [1, 2, p!, q!],
    sizes: [
      { h: 3, w: 4, p: 7, q: 5 },
      { h: 6, w: 2, p: 3, q: 2 },
    ],
  },
  {
    title: 'interpolation by scales that are numbers',
    inputs: { x: [1, 'c', 'h', 4] },
    body: (c) =>
      c.add('Resize', ['x', '', float(1, 1, 2.5, 0.5)], { mode: { string: 'linear' }, antialias: { int: 1 } }),
    shape: ({ c, h }) => [1, c!, Math.floor(2.5 * h!), 2],
    sizes: [{ c: 2, h: 3 }],
    opset: 18,
  },
  {
    title: 'an expansion by sizes of which some are −1 first',
    inputs: { x: [1, 'm'], y: ['n', 1] },
    body: (c) => {
      const wanted = c.list(c.size('y', 0), int64(-1));
      const ones = c.add('ConstantOfShape', [int64(2)], { value: { tensor: int64(1) } });
      const open = c.add('Equal', [wanted, c.add('Mul', [ones, int64(-1)])]);
      return c.add('Expand', ['x', c.add('Where', [open, ones, wanted])]);
    },
    shape: ({ n, m }) => [n!, m!],
    sizes: [{ n: 3, m: 5 }],
  },
  {
    title: 'positions from a range, and constants of a shape',
    inputs: { x: ['n', 'm'] },
    body: (c) => {
      const range = c.add('Range', [scalar('int64', 0), c.size('x', 1), scalar('int64', 1)]);
      const rows = c.add('Unsqueeze', [c.add('Cast', [range], cast(FLOAT)), int64(0)]);
      const zeros = c.add('ConstantOfShape', [c.add('Shape', ['x'])], { value: { tensor: float(0.5) } });
      return c.add('Add', [c.add('Add', ['x', rows]), zeros]);
    },
    shape: ({ n, m }) => [n!, m!],
    sizes: [{ n: 2, m: 7 }],
  },
  {
    title: 'halves of an axis, swapped',
    inputs: { x: ['n', 'm'] },
    body: (c) => {
      const middle = c.add('Unsqueeze', [c.add('Div', [c.size('x', 1), scalar('int64', 2)]), int64(0)]);
      const first = c.add('Slice', ['x', int64(0), middle, int64(1)]);
      const second = c.add('Slice', ['x', middle, int64(2 ** 40), int64(1)]);
      return c.add('Concat', [c.add('Neg', [second]), first], { axis: { int: 1 } });
    },
    shape: ({ n, m }) => [n!, m!],
    sizes: [
      { n: 2, m: 6 },
      { n: 1, m: 7 },
      { n: 3, m: 1 },
    ],
  },
  {
    title: 'slices that reach beyond axes, from their ends, and backwards',
    inputs: { x: ['n', 'm'] },
    body: (c) => {
      const last = c.add('Slice', ['x', int64(-3), int64(9), int64(1)]);
      return c.add('Slice', [last, int64(-1), int64(-100), int64(0), int64(-2)]);
    },
    shape: ({ n, m }) => [Math.ceil(n! / 2), Math.min(m!, 3)],
    sizes: [
      { n: 4, m: 6 },
      { n: 5, m: 2 },
      { n: 1, m: 9 },
    ],
  },
  {
    title: 'slices to ends beyond every number that is exact, forwards and backwards',
    inputs: { x: ['n', 'm'] },
    body: (c) => {
      const most = 2 ** 63 - 1024;
      const rest = c.add('Slice', ['x', int64(1, -(2 ** 63)), int64(most, most), int64(1, 0)]);
      return c.add('Slice', [rest, int64(-1), int64(-(2 ** 63)), int64(1), int64(-1)]);
    },
    shape: ({ n, m }) => [n!, m! - 1],
    sizes: [
      { n: 2, m: 6 },
      { n: 1, m: 2 },
    ],
  },
  {
    title: 'rows padded as exporters of torch write it, by a list that is reversed in pairs',
    inputs: { x: ['n', 'm'] },
    body: (c) => {
      const pairs = c.add('Reshape', [c.list(int64(0, 2), int64(1, 0)), int64(-1, 2)]);
      const reversed = c.add('Slice', [pairs, int64(-1), int64(-(2 ** 63)), int64(0), int64(-1)]);
      const pads = c.add('Reshape', [c.add('Transpose', [reversed], { perm: { ints: [1, 0] } }), int64(-1)]);
      return c.add('Pad', ['x', c.add('Cast', [pads], cast(INT64))], { mode: { string: 'reflect' } });
    },
    shape: ({ n, m }) => [n! + 1, m! + 2],
    sizes: [{ n: 3, m: 4 }],
  },
  {
    title: 'rows tiled, reflected, and repeated at the edge',
    inputs: { x: ['n', 'm'] },
    body: (c) => {
      const tiled = c.add('Tile', ['x', c.list(int64(2), c.size('x', 0))]);
      const reflected = c.add('Pad', [tiled, int64(1, 2, 0, 1)], { mode: { string: 'reflect' } });
      return c.add('Pad', [reflected, int64(0, -1, 3, 0)], { mode: { string: 'edge' } });
    },
    shape: ({ n, m }) => [2 * n! + 4, n! * m! + 2],
    sizes: [
      { n: 2, m: 3 },
      { n: 3, m: 1 },
    ],
  },
  {
    title: 'a split in parts of which the last is smaller',
    inputs: { x: ['n', 7] },
    body: (c) => {
      const parts = ['a', 'b', 'd'].map((name) => `${name}${names++}`);
      c.nodes.push({
        op: 'Split',
        inputs: ['x'],
        outputs: parts,
        attributes: { axis: { int: 1 }, num_outputs: { int: 3 } },
      });
      return c.add('Concat', [parts[2]!, parts[0]!], { axis: { int: 1 } });
    },
    shape: ({ n }) => [n!, 4],
    sizes: [{ n: 2 }],
    opset: 18,
  },
];

const portsOf = (inputs: Case['inputs']): readonly WrittenPort[] =>
  Object.entries(inputs).map(([name, shape]) => ({ name, shape }));

function feedsOf(inputs: Case['inputs'], sizes: Sizes): Record<string, Tensor> {
  const entries = Object.entries(inputs).map(([name, shape], at) => {
    const known = shape.map((size) => (typeof size === 'number' ? size : sizes[size]!));
    return [name, tensorOf('float32', known, at + 1)] as const;
  });
  return Object.fromEntries(entries);
}

for (const { title, inputs, body, shape, sizes, opset = 17 } of cases) {
  test(title, async (t) => {
    const chain = new Chain();
    const output = body(chain);
    const bytes = onnxModel({ opset, ...chain.graph(portsOf(inputs), output) });
    const open = instantiateSync((await compile(importOnnx(bytes))).binary);
    for (const each of sizes) {
      const feeds = feedsOf(inputs, each);
      const fixed = evaluate(importOnnx(bytes).lower({ dims: each }), feeds).outputs[output]!;
      const { [output]: actual } = open.forward(feeds);
      t.deepEqual(actual!.shape, shape(each));
      t.deepEqual(fixed.shape, shape(each));
      t.is(actual!.data.length, volume(shape(each)));
      for (const [at, value] of (actual!.data as Float32Array).entries()) {
        const expected = Number(fixed.data[at]);
        t.true(
          Math.abs(value - expected) <= 1e-5 * Math.max(1, Math.abs(expected)),
          `${at}: ${value}, not ${expected}`,
        );
      }
    }
  });
}

const x = { name: 'x', shape: ['n', 3] as const };

async function run(graph: WrittenGraph, feeds: Readonly<Record<string, Tensor>>, opset = 17) {
  const net = instantiateSync((await compile(importOnnx(onnxModel({ opset, ...graph })))).binary);
  return net.forward(feeds)[graph.outputs[0]!.name]!;
}

const list = ({ data }: { readonly data: ArrayLike<number | bigint> }): number[] =>
  Array.from(data as ArrayLike<number>, Number);

const branches = {
  then_branch: { graph: { nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['a'] }], outputs: [{ name: 'a' }] } },
  else_branch: { graph: { nodes: [{ op: 'Abs', inputs: ['x'], outputs: ['b'] }], outputs: [{ name: 'b' }] } },
} as const;

test('a branch is taken when compiling, or in the call', async (t) => {
  const feed = values('float32', [1, 3], [-1, 2, -3]);
  for (const [condition, expected] of [
    [1, [1, -2, 3]],
    [0, [1, 2, 3]],
  ] as const) {
    const nodes = [{ op: 'If', inputs: ['c'], outputs: ['y'], attributes: branches }];
    const known = { nodes, inputs: [x], outputs: [{ name: 'y' }], initializers: { c: scalar('bool', condition) } };
    t.deepEqual(list(await run(known, { x: feed })), [...expected]);
    const given = { nodes, inputs: [x, { name: 'c', dtype: 'bool', shape: [] } as const], outputs: [{ name: 'y' }] };
    t.deepEqual(list(await run(given, { x: feed, c: scalar('bool', condition) })), [...expected]);
  }
});

test('a branch that may fail is not computed for nothing', async (t) => {
  const gather = { nodes: [{ op: 'Gather', inputs: ['x', 'i'], outputs: ['a'] }], outputs: [{ name: 'a' }] };
  const graph: WrittenGraph = {
    nodes: [
      {
        op: 'If',
        inputs: ['c'],
        outputs: ['y'],
        attributes: { then_branch: { graph: gather }, else_branch: branches.else_branch },
      },
    ],
    inputs: [x, { name: 'c', dtype: 'bool', shape: [] }, { name: 'i', dtype: 'int64', shape: ['n'] }],
    outputs: [{ name: 'y' }],
  };
  const error = await t.throwsAsync(compile(importOnnx(onnxModel({ opset: 17, ...graph }))));
  t.regex(error.message, /its condition depends on data, and a branch may fail where the other is taken; bind/);
});

/** Doubles the state, keeps its sum with the iteration, and goes on while the iteration is below 2. */
const doubling: WrittenGraph = {
  nodes: [
    { op: 'Add', inputs: ['state', 'state'], outputs: ['next'] },
    { op: 'Cast', inputs: ['iteration'], outputs: ['real'], attributes: cast(FLOAT) },
    { op: 'Add', inputs: ['next', 'real'], outputs: ['scan'] },
    { op: 'Less', inputs: ['iteration', 'two'], outputs: ['more'] },
  ],
  inputs: [
    { name: 'iteration', dtype: 'int64', shape: [] },
    { name: 'condition', dtype: 'bool', shape: [] },
    { name: 'state', shape: [3] },
  ],
  outputs: [{ name: 'more', dtype: 'bool' }, { name: 'next' }, { name: 'scan' }],
};

test('a loop is unrolled as far as its trips and its condition tell', async (t) => {
  const start = values('float32', [3], [1, 2, 3]);
  for (const [trips, expected] of [
    [2, [2, 4, 6, 5, 9, 13]],
    [9, [2, 4, 6, 5, 9, 13, 10, 18, 26]],
    [0, []],
  ] as const) {
    const loop = {
      op: 'Loop',
      inputs: ['trips', '', 'x'],
      outputs: ['last', 'y'],
      attributes: { body: { graph: doubling } },
    };
    const initializers = { trips: scalar('int64', trips), two: scalar('int64', 2) };
    const y = await run(
      { nodes: [loop], inputs: [{ name: 'x', shape: [3] }], outputs: [{ name: 'y' }], initializers },
      { x: start },
    );
    t.deepEqual(y.shape, [expected.length / 3, 3]);
    t.deepEqual(list(y), [...expected]);
  }
});

test('a scan goes over slices, in either direction', async (t) => {
  const body: WrittenGraph = {
    nodes: [{ op: 'Add', inputs: ['sum', 'slice'], outputs: ['next'] }],
    inputs: [
      { name: 'sum', shape: [2] },
      { name: 'slice', shape: [2] },
    ],
    outputs: [{ name: 'next' }, { name: 'next' }],
  };
  const attributes = {
    body: { graph: body },
    num_scan_inputs: { int: 1 },
    scan_input_axes: { ints: [1] },
    scan_input_directions: { ints: [1] },
    scan_output_axes: { ints: [-1] },
  };
  const nodes = [{ op: 'Scan', inputs: ['start', 'x'], outputs: ['last', 'y'], attributes }];
  const initializers = { start: float(0, 10) };
  const feed = values('float32', [2, 3], [1, 2, 3, 4, 5, 6]);
  const y = await run(
    { nodes, inputs: [{ name: 'x', shape: [2, 3] }], outputs: [{ name: 'y' }], initializers },
    { x: feed },
  );
  t.deepEqual(
    [y.shape, list(y)],
    [
      [2, 3],
      [3, 5, 6, 16, 21, 25],
    ],
  );
});

test('sequences are resolved when compiling', async (t) => {
  const chain = new Chain();
  const split = chain.add('SplitToSequence', ['x', scalar('int64', 2)], { axis: { int: 1 } });
  const second = chain.add('SequenceAt', [split, scalar('int64', -1)]);
  const more = chain.add('SequenceInsert', [split, second, scalar('int64', 0)]);
  const less = chain.add('SequenceErase', [more, scalar('int64', 1)]);
  const y = chain.add('ConcatFromSequence', [less], { axis: { int: 0 }, new_axis: { int: 1 } });
  const feed = values('float32', [2, 3], [1, 2, 3, 4, 5, 6]);
  const result = await run(chain.graph([x], y), { x: feed });
  t.deepEqual(
    [result.shape, list(result)],
    [
      [2, 2, 1],
      [3, 6, 3, 6],
    ],
  );
  const error = await t.throwsAsync(run(chain.graph([x], less), { x: feed }));
  t.is(error.message, `${less}: is a sequence or an optional, which a module does not give`);
});

test('slices between positions from data', async (t) => {
  const chain = new Chain();
  const y = chain.add('Slice', ['x', 'starts', 'ends', int64(1, 0), int64(1, 2)]);
  const positions = ['starts', 'ends'].map((name) => ({ name, dtype: 'int64', shape: [2] }) as const);
  const graph = chain.graph([x, ...positions], y);
  const feed = tensorOf('float32', [5, 3]);
  const row = (at: number, from: number, to: number) => list(feed).slice(at * 3 + from, at * 3 + to);
  for (const [starts, ends, expected] of [
    [int64(1, 0), int64(9, 5), [0, 2, 4].flatMap((at) => row(at, 1, 3))],
    [int64(-3, -4), int64(-1, -1), [1, 3].flatMap((at) => row(at, 0, 2))],
    [int64(2, 0), int64(1, 5), []],
  ] as const) {
    t.deepEqual(list(await run(graph, { x: feed, starts, ends })), expected);
  }
});

test('values of an integer input follow from the sizes of outputs, and calls with others fail', async (t) => {
  const chain = new Chain();
  const y = chain.add('Expand', ['x', chain.add('Concat', ['sizes', int64(3)], { axis: { int: 0 } })]);
  const inputs = [
    { name: 'x', shape: [1, 3] },
    { name: 'sizes', dtype: 'int64', shape: [2] },
  ] as const;
  const graph = { ...chain.graph(inputs, y), outputs: [{ name: y, shape: [2, 4, 3] }] };
  const x = values('float32', [1, 3], [1, 2, 3]);
  const result = await run(graph, { x, sizes: int64(2, 4) });
  t.deepEqual(result.shape, [2, 4, 3]);
  t.deepEqual(list(result), new Array<number[]>(8).fill([1, 2, 3]).flat());
  const error = await t.throwsAsync(run(graph, { x, sizes: int64(2, 5) }));
  t.regex(error.message, /position 1/);
  const open = { ...graph, outputs: [{ name: y, shape: [2, null, 3] }] };
  await t.throwsAsync(run(open, { x, sizes: int64(2, 4) }), { message: /the shape must be known when compiling/ });
});
