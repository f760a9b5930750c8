import test from 'ava';
import { parseDeclaration } from '../../compiler/declaration.js';
import { printShape } from '../../compiler/dim.js';
import { ShapeError } from '../../compiler/errors.js';
import { evaluate } from '../../compiler/evaluate.js';
import { compile } from '../../compiler/index.js';
import type { TensorGraph } from '../../compiler/ir.js';
import { lower } from '../../compiler/lower/index.js';
import { optimize } from '../../compiler/optimize/index.js';
import { stridesOf, volume, type Tensor } from '../../compiler/tensor.js';
import { instantiateSync } from '../../runtime/index.js';
import { randomFrom } from '../layers/values.js';

type Fields = Readonly<Record<string, unknown>>;

interface Case {
  readonly name: string;
  readonly input: readonly number[];
  readonly indices?: boolean;
  readonly fields: Fields;
  /** Layout and shape of each variable where the graph's layout is oi. */
  readonly stored: Readonly<Record<string, string>>;
}

const tied = [
  { name: 'e', kind: 'embedding', inputDim: 5, outputDim: 3 },
  { name: 'd', kind: 'dense', units: 5, weight: { variable: 'e.weight', transpose: true }, bias: false },
];

const cases: readonly Case[] = [
  {
    name: 'dense',
    input: [2, 4],
    fields: { layers: [{ name: 'd', kind: 'dense', units: 3, bias: 'normal' }] },
    stored: { 'd.weight': 'oi (3, 4)', 'd.bias': 'none (3)' },
  },
  {
    name: 'conv1d',
    input: [2, 7, 4],
    fields: { layers: [{ name: 'c', kind: 'conv1d', filters: 3, kernelSize: 2 }] },
    stored: { 'c.weight': 'oihw (3, 4, 2)', 'c.bias': 'none (3)' },
  },
  {
    name: 'conv2d in groups',
    input: [2, 6, 5, 4],
    fields: { layers: [{ name: 'c', kind: 'conv2d', filters: 6, kernelSize: [2, 3], groups: 2, bias: false }] },
    stored: { 'c.weight': 'oihw (6, 2, 2, 3)' },
  },
  {
    name: 'conv3d',
    input: [1, 3, 4, 3, 4],
    fields: { layers: [{ name: 'c', kind: 'conv3d', filters: 3, kernelSize: [2, 1, 3], groups: 1 }] },
    stored: { 'c.weight': 'oihw (3, 4, 2, 1, 3)', 'c.bias': 'none (3)' },
  },
  {
    name: 'conv2dTranspose stores its channels first',
    input: [1, 3, 4, 4],
    fields: { layers: [{ name: 'c', kind: 'conv2dTranspose', filters: 3, kernelSize: [2, 3], strides: 2 }] },
    stored: { 'c.weight': 'oihw (4, 3, 2, 3)', 'c.bias': 'none (3)' },
  },
  {
    name: 'separableConv2d',
    input: [1, 4, 4, 3],
    fields: { layers: [{ name: 'c', kind: 'separableConv2d', filters: 5, kernelSize: 2, bias: false }] },
    stored: { 'c.depthwiseWeight': 'none (2, 2, 3, 1)', 'c.pointwiseWeight': 'oihw (5, 3, 1, 1)' },
  },
  {
    name: 'depthwiseConv2d keeps its order',
    input: [1, 4, 4, 3],
    fields: { layers: [{ name: 'c', kind: 'depthwiseConv2d', kernelSize: 2, bias: false }] },
    stored: { 'c.weight': 'none (2, 2, 3, 1)' },
  },
  {
    name: 'an embedding keeps its order, and dense shares it transposed',
    input: [2, 3],
    indices: true,
    fields: { layers: tied },
    stored: { 'e.weight': 'none (5, 3)' },
  },
  {
    name: 'dense shares with dense, transposed',
    input: [2, 4],
    fields: {
      layers: [
        { name: 'a', kind: 'dense', units: 3, bias: false },
        { name: 'b', kind: 'dense', units: 4, bias: false, weight: { variable: 'a.weight', transpose: true } },
        { name: 'c', kind: 'dense', units: 3, bias: false, weight: { variable: 'a.weight' } },
      ],
    },
    stored: { 'a.weight': 'oi (3, 4)' },
  },
  {
    name: 'a convolution shares a variable that is declared',
    input: [1, 5, 5, 2],
    fields: {
      variables: [{ name: 'k', initializer: 'normal' }],
      layers: ['a', 'b'].map((name) => ({
        ...{ name, kind: 'conv2d', filters: 2, kernelSize: [1, 3], bias: false, padding: 'same' },
        weight: { variable: 'k' },
      })),
    },
    stored: { k: 'oihw (2, 2, 1, 3)' },
  },
  {
    name: 'a layer applied again',
    input: [2, 3],
    fields: { layers: [{ name: 'd', kind: 'dense', units: 3, bias: false }, { use: 'd' }] },
    stored: { 'd.weight': 'oi (3, 3)' },
  },
  {
    name: 'a variable may say its own layout',
    input: [2, 4],
    fields: {
      variables: [{ name: 'w', layout: 'io', shape: [4, 3], initializer: 'normal' }],
      layers: [{ name: 'd', kind: 'dense', units: 3, bias: false, weight: { variable: 'w' } }],
    },
    stored: { w: 'io (4, 3)' },
  },
];

const sourceOf = ({ input, indices, fields }: Case, layout: 'io' | 'oi'): Fields => {
  const layers = fields['layers'] as readonly { readonly name?: string; readonly use?: string }[];
  const last = layers.at(-1)!;
  const named = last.name === undefined ? [...layers.slice(0, -1), { ...last, name: 'last' }] : layers;
  return {
    nacre: 1,
    inputs: [{ name: 'x', shape: input, ...(indices && { dtype: 'int32' }) }],
    ...fields,
    defaults: { layout },
    layers: named,
    outputs: [{ name: 'y', from: last.name ?? 'last' }],
  };
};

const lowered = (source: Fields): TensorGraph => lower(parseDeclaration(source));
const describe = ({ variables }: TensorGraph): Record<string, string> =>
  Object.fromEntries(
    variables.map(({ name, layout, value }) => [name, `${layout ?? 'none'} ${printShape(value.shape)}`]),
  );

/** […kernel, in, out] as [out, in, …kernel]. */
function outputsFirst({ shape, data }: Tensor): Tensor<'float32'> {
  const order = [...shape.keys()]
    .reverse()
    .slice(0, 2)
    .concat([...shape.keys()].slice(0, -2));
  const moved = order.map((axis) => shape[axis]!);
  const from = stridesOf(shape);
  const to = stridesOf(moved);
  const result = new Float32Array(data.length);
  for (let i = 0; i < result.length; i++) {
    const source = order.reduce((at, axis, k) => at + (Math.floor(i / to[k]!) % moved[k]!) * from[axis]!, 0);
    result[i] = Number(data[source]);
  }
  return { dtype: 'float32', shape: moved, data: result };
}

for (const each of cases) {
  test(`the same values in either layout: ${each.name}`, async (t) => {
    const [io, oi] = [lowered(sourceOf(each, 'io')), lowered(sourceOf(each, 'oi'))];
    t.deepEqual(describe(oi), each.stored);
    for (const [i, { fanIn, fanOut }] of oi.variables.entries()) {
      t.deepEqual([fanIn, fanOut], [io.variables[i]!.fanIn, io.variables[i]!.fanOut]);
    }
    const random = randomFrom(7);
    const draw = (shape: readonly number[]): Tensor<'float32'> => {
      const data = Float32Array.from({ length: volume(shape) }, () => 2 * random() - 1);
      return { dtype: 'float32', shape, data };
    };
    const x: Tensor = each.indices
      ? { dtype: 'int32', shape: each.input, data: Int32Array.from({ length: volume(each.input) }, () => 5 * random()) }
      : draw(each.input);
    const straight = io.variables.map(({ value }) => draw(value.shape as readonly number[]));
    const turned = oi.variables.map(({ layout }, i) =>
      layout?.startsWith('o') ? outputsFirst(straight[i]!) : straight[i]!,
    );
    const byName = (graph: TensorGraph, list: readonly Tensor<'float32'>[]): Record<string, Tensor<'float32'>> =>
      Object.fromEntries(graph.variables.map(({ name }, i) => [name, list[i]!]));
    const expected = evaluate(io, { x }, { variables: byName(io, straight) }).outputs;
    t.deepEqual(evaluate(oi, { x }, { variables: byName(oi, turned) }).outputs, expected);
    t.deepEqual(evaluate(optimize(oi), { x }, { variables: byName(oi, turned) }).outputs, expected);

    const outputs = await Promise.all(
      (['io', 'oi'] as const).map(async (layout) => {
        const net = instantiateSync(await compile(JSON.stringify(sourceOf(each, layout))));
        net.initialize();
        for (const [name, tensor] of Object.entries(layout === 'io' ? byName(io, straight) : byName(oi, turned))) {
          net.variables.set(name, tensor.data);
          t.deepEqual(net.variables.get(name) as unknown, { data: tensor.data, shape: tensor.shape });
        }
        return net.forward({ x })['y']!.data;
      }),
    );
    t.deepEqual(outputs[1], outputs[0]);
  });
}

const dense = (fields: Fields, rest: Fields = {}): Fields => ({
  nacre: 1,
  inputs: [{ name: 'x', shape: ['batch', 10] }],
  defaults: { layout: 'oi' },
  layers: [{ name: 'hidden', kind: 'dense', units: 3, ...fields }],
  outputs: ['hidden'],
  ...rest,
});

const refused: readonly (readonly [source: Fields, message: string])[] = [
  [dense({ weight: Array.from({ length: 10 }, () => [1, 2, 3]) }), 'hidden.weight: expects shape (3, 10), got (10, 3)'],
  [
    dense({ weight: { variable: 'w' } }, { variables: [{ name: 'w', shape: [10, 3] }] }),
    'w: is declared (10, 3), hidden.weight needs (3, 10)',
  ],
  [
    dense({ weight: { variable: 'w' } }, { variables: [{ name: 'w', shape: [3, 10], layout: 'io' }] }),
    'w: is declared (3, 10), hidden.weight needs (10, 3)',
  ],
  [
    dense(
      {},
      {
        layers: [
          { name: 'a', kind: 'dense', units: 4 },
          { name: 'b', kind: 'dense', units: 3, weight: { variable: 'a.weight' } },
        ],
        outputs: ['b'],
      },
    ),
    'a.weight: a.weight needs (4, 10), b.weight needs (3, 4)',
  ],
  [
    dense(
      {},
      {
        inputs: [{ name: 'x', shape: [1, 4, 4, 2] }],
        layers: [
          { name: 'a', kind: 'conv2d', filters: 2, kernelSize: 3 },
          { name: 'b', kind: 'dense', units: 3, weight: { variable: 'a.weight' } },
        ],
        outputs: ['b'],
      },
    ),
    'a.weight: a.weight needs (2, 2, 3, 3), b.weight needs (3, 2)',
  ],
];

test('errors speak in the variable’s own layout', (t) => {
  for (const [source, message] of refused) t.throws(() => lowered(source), { instanceOf: ShapeError, message });
});

test('values and declared shapes are in the variable’s own layout', (t) => {
  const rows = Array.from({ length: 3 }, (_, i) => Array.from({ length: 10 }, (_, j) => 10 * i + j));
  const variables = [{ name: 'w', shape: [3, 10], initializer: rows }];
  t.notThrows(() => lowered(dense({ weight: rows })));
  t.notThrows(() => lowered(dense({ weight: { variable: 'w' } }, { variables })));
});
