import test from 'ava';
import { ImportError, NacreError, OptionError } from '../../compiler/errors.js';
import { importGraphModel, type GraphModelOptions } from '../../compiler/import/tfjs/index.js';
import { compile } from '../../compiler/index.js';
import { Pipeline } from '../../compiler/pipeline.js';
import { deriveKey, fnv1a64, uniform } from '../../compiler/random.js';
import { tensor } from './operators.js';
import { graphModel, type WrittenGraph, type WrittenNode } from './write.js';

const x = { name: 'x', shape: [-1, 4] };
const relu: WrittenNode = { name: 'y', op: 'Relu', inputs: ['x'] };
const plain: WrittenGraph = { inputs: [x], nodes: [relu], outputs: { y: 'y:0' } };

const lowered = (graph: WrittenGraph, options?: GraphModelOptions): ReturnType<Pipeline['lower']> => {
  const { json, weights } = graphModel(graph);
  return new Pipeline(importGraphModel(json, weights, options)).lower();
};

test('inputs and outputs are those of the signature, without the number of a first output', (t) => {
  const { inputs, outputs } = lowered({ ...plain, outputs: { 'result:0': 'y:0', other: 'x' } });
  t.deepEqual(
    inputs.map(({ name, value }) => [name, value.shape.length]),
    [['x', 2]],
  );
  t.deepEqual(
    outputs.map(({ name }) => name),
    ['result', 'other'],
  );
});

test('without a signature they are the placeholders, and the nodes that no node reads', (t) => {
  const { inputs, outputs } = lowered({
    inputs: [x],
    nodes: [relu, { name: 'z', op: 'Neg', inputs: ['y'] }, { name: 'check', op: 'Assert', inputs: ['x'] }],
  });
  t.deepEqual([inputs.map(({ name }) => name), outputs.map(({ name }) => name)], [['x'], ['z']]);
});

test('nodes that no output depends on are not read, and neither are control inputs', (t) => {
  const nodes = [
    { name: 'check', op: 'Assert', inputs: ['x'] },
    { ...relu, inputs: ['x', '^check'] },
    { name: 'z', op: 'Unheard', inputs: ['y'] },
  ];
  t.deepEqual(
    lowered({ ...plain, nodes }).layers.map(({ name }) => name),
    ['y'],
  );
});

test('further outputs are named as the nodes are', (t) => {
  const nodes = [relu, { name: 's', op: 'Split', inputs: ['axis', 'y'], attributes: { num_split: 2 } }];
  const graph = { ...plain, nodes, constants: { axis: tensor('int32', [], [1]) } };
  const names = (options: GraphModelOptions): string[] => lowered(graph, options).outputs.map(({ name }) => name);
  t.deepEqual(names({ outputs: ['s:1'] }), ['y', 's:1']);
  t.deepEqual(names({ outputs: 'all' }), ['y', 's']);
  t.throws(() => names({ outputs: ['q'] }), {
    instanceOf: OptionError,
    message: "outputs: the model has no value 'q'",
  });
});

test('inputs that are bound are no inputs', (t) => {
  const graph: WrittenGraph = {
    inputs: [x, { name: 'sizes', dtype: 'int32', shape: [2] }],
    nodes: [{ name: 'y', op: 'Reshape', inputs: ['x', 'sizes'] }],
    outputs: { y: 'y' },
  };
  const { inputs, outputs } = lowered(graph, { bind: { sizes: [-1, 2] } });
  t.deepEqual(
    inputs.map(({ name }) => name),
    ['x'],
  );
  t.is(outputs[0]?.value.shape[1], 2);
  t.throws(() => lowered(graph), { message: /y: the shape must be known when compiling|Reshape at y/ });
});

test('all nodes that are not read are named at once, without those that need them', (t) => {
  const nodes = [
    { name: 'a', op: 'Foo', inputs: ['x'] },
    { name: 'b', op: 'Relu', inputs: ['a'] },
    { name: 'c', op: 'Einsum', inputs: ['x'], attributes: { equation: 'ij->ji' } },
    { name: 'd', op: 'LRN', inputs: ['b'] },
    { name: 'e', op: 'MirrorPad', inputs: ['x', 'pads'], attributes: { mode: 'WRAP' } },
    { name: 'y', op: 'AddN', inputs: ['b', 'c', 'd', 'e'] },
  ];
  const constants = { pads: tensor('int32', [2, 2], [0, 0, 0, 0]) };
  const error = t.throws(() => lowered({ ...plain, nodes, constants }), { instanceOf: ImportError });
  t.is(
    error.message,
    [
      'model: 2 nodes are not supported',
      '  Foo at a: the operator is not read',
      "  MirrorPad at e: mode 'WRAP'; known are REFLECT, SYMMETRIC",
    ].join('\n'),
  );
});

/** A model whose `model.json` is changed. */
const changed = (change: (json: Record<string, unknown>) => unknown): unknown => {
  const json = structuredClone(graphModel(plain).json) as unknown as Record<string, unknown>;
  return change(json) ?? json;
};
const withNodes =
  (...nodes: unknown[]) =>
  (json: Record<string, unknown>): unknown => {
    const topology = json['modelTopology'] as { node: unknown[] };
    topology.node.splice(1, 1, ...nodes);
    return json;
  };
const y = (more: object): unknown => changed(withNodes({ name: 'y', op: 'Relu', input: ['x'], ...more }));

const faults: [title: string, json: unknown, code: string, message: string | RegExp][] = [
  ['text that is no JSON', '{', 'syntax', 'model: is not JSON'],
  ['no object', '[]', 'graph', 'model: model.json must be an object, got []'],
  ['nesting', '['.repeat(200_000), 'syntax', 'model: is not JSON'],
  ['another format', changed((json) => ({ ...json, format: 'layers-model' })), 'format', /must be 'graph-model', got 'layers-model'/],
  ['no topology', {}, 'graph', 'model: modelTopology must be an object, got undefined'],
  ['nodes that are no list', { modelTopology: { node: {} } }, 'graph', 'model: node must be a list, got {}'],
  ['a node without a name', y({ name: 3 }), 'graph', 'model: the name of a node must be a string, got 3'],
  ['a node without an operator', y({ op: undefined }), 'graph', 'y: op must be a string, got undefined'],
  ['an input of another kind', y({ input: [3] }), 'graph', 'y: an input must be a string, got 3'],
  ['an input that names nothing', y({ input: ['x:a'] }), 'graph', "y: reads 'x:a', which names no value"],
  ['an input that is missing', y({ input: ['q'] }), 'graph', "y: reads 'q', which nothing gives"],
  ['an output that is missing', y({ input: ['x:1'] }), 'graph', "y: reads output 1 of 'x', which has 1"],
  ['a node that needs itself', y({ input: ['y'] }), 'graph', 'y: depends on itself: the graph has a cycle'],
  ['too few inputs', y({ input: [] }), 'input', 'y: Relu needs input 0'],
  ['two nodes of one name', changed(withNodes({ name: 'y', op: 'Relu', input: ['x'] }, { name: 'y', op: 'Relu', input: ['x'] })), 'graph', 'y: is the name of two nodes'],
  ['an attribute of another kind', y({ op: 'LeakyRelu', attr: { alpha: { s: 'AAAA' } } }), 'attribute', 'y: alpha must be of type float, got string'],
  ['an attribute that is no text', y({ attr: { mode: { s: '%' } } }), 'attribute', "y: attribute mode must be text in base64, got '%'"],
  ['an attribute that is no integer', y({ attr: { axis: { i: '1e3' } } }), 'attribute', "y: attribute axis must be an integer, got '1e3'"],
  ['an attribute that is no number', y({ attr: { a: { f: 'x' } } }), 'attribute', "y: attribute a must be a number, got 'x'"],
  ['an attribute that is no truth', y({ attr: { a: { b: 1 } } }), 'attribute', 'y: attribute a must be true or false, got 1'],
  ['an attribute that is missing', y({ op: 'MirrorPad', input: ['x', 'x'] }), 'unsupported', /padding must be known when compiling/],
  ['a constant without a value', changed(withNodes({ name: 'c', op: 'Const' }, { name: 'y', op: 'Relu', input: ['c'] })), 'weights', 'c: is a constant that the weightsManifest does not have'],
  ['a type that is not stored', changed((json) => ({ ...json, signature: { inputs: { x: { name: 'x', dtype: 'DT_STRING' } } } })), 'dtype', 'x: is DT_STRING, which nacre does not store'],
  ['an input of no node', changed((json) => ({ ...json, signature: { inputs: { q: { name: 'q:0' } } } })), 'graph', "q: stands for node 'q', which the graph does not have"],
  ['an output of no node', changed((json) => ({ ...json, signature: { outputs: { q: { name: 'q:0' } } } })), 'graph', 'q: is an output that nothing gives'],
  ['a rank that is not told', changed((json) => ({ ...withNodes({ name: 'x2', op: 'Placeholder', attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { unknownRank: true } } } }, relu)(json) as object, signature: undefined })), 'shape', 'x2: has no shape; not even its rank is told'],
  ['a shape of too many axes', changed(withNodes({ name: 'y', op: 'Relu', input: ['x'], attr: { shape: { shape: { dim: new Array(65).fill({ size: 1 }) } } } })), 'shape', 'y: attribute shape has 65 axes, the most are 64'],
  ['a loop', changed(withNodes(
    { name: 'e', op: 'Enter', input: ['x'] }, { name: 'm', op: 'Merge', input: ['e', 'n'] },
    { name: 'n', op: 'NextIteration', input: ['m'] }, { name: 'y', op: 'Exit', input: ['m'] },
  )), 'unsupported', /^model: 4 nodes are not supported\n {2}Enter at e: the operator is not read\n {2}Merge at m/],
  ['a function that is missing', y({ op: 'PartitionedCall', attr: { f: { func: { name: 'g' } } } }), 'graph', "y: calls 'g', which the library does not have"],
]; // prettier-ignore

for (const [title, json, code, message] of faults) {
  test(`refused: ${title}`, (t) => {
    const error = t.throws(() => new Pipeline(importGraphModel(json, new Uint8Array(0))).lower(), {
      instanceOf: NacreError,
    });
    t.is(error.code, code);
    if (typeof message === 'string') t.is(error.message, message);
    else t.regex(error.message, message);
  });
}

const big = 2 ** 31 - 1;
const huge: [title: string, op: string, constants: number[][], attributes: WrittenNode['attributes']][] = [
  ['a fill', 'Fill', [[big, big], []], {}],
  ['a tile', 'Tile', [[big, big]], {}],
  ['padding', 'Pad', [[big, big, big, big]], {}],
  ['a split', 'Split', [], { num_split: big }],
  ['a one-hot', 'OneHot', [[big], [1], [0]], {}],
  ['an unpack', 'Unpack', [], { num: big }],
];

for (const [title, op, lists, attributes] of huge) {
  test(`sizes that cannot be are refused before anything is allocated: ${title}`, async (t) => {
    const constants = Object.fromEntries(
      lists.map((list, at) => [
        `c${at}`,
        tensor('int32', list.length === 1 && op === 'OneHot' ? [] : [list.length], list),
      ]),
    );
    const names = Object.keys(constants);
    const inputs = op === 'Fill' ? names : op === 'Split' ? ['zero', 'x'] : ['x', ...names];
    const graph: WrittenGraph = {
      inputs: [{ name: 'x', shape: [2, 4] }],
      constants: { ...constants, zero: tensor('int32', [], [0]) },
      nodes: [{ name: 'y', op, inputs, ...(attributes && { attributes }) }],
      outputs: { y: 'y' },
    };
    const { json, weights } = graphModel(graph);
    await t.throwsAsync(() => compile(importGraphModel(json, weights)), { instanceOf: NacreError });
  });
}

test('functions that call themselves, or each other without end, are refused', (t) => {
  const call = (name: string): WrittenNode => ({
    name: 'c',
    op: 'PartitionedCall',
    inputs: ['v'],
    attributes: { f: { function: name } },
  });
  const made = (name: string, ...called: string[]) => ({
    name,
    inputs: ['v'],
    outputs: { y: 's' },
    nodes: [
      ...called.map((other, at) => ({ ...call(other), name: `c${at}` })),
      { name: 's', op: 'AddN', inputs: ['v', ...called.map((_, at) => `c${at}`)] },
    ],
  });
  const graph = { inputs: [x], nodes: [{ ...call('f0'), inputs: ['x'] }], outputs: { y: 'c' } };
  const cycle = { ...graph, functions: [made('f0', 'f1'), made('f1', 'f0')] };
  t.throws(() => lowered(cycle), { instanceOf: ImportError, message: 'f0: is a function that calls itself' });
  const levels = Array.from({ length: 40 }, (_, at) =>
    made(`f${at}`, ...(at < 39 ? [`f${at + 1}`, `f${at + 1}`] : [])),
  );
  t.throws(() => lowered({ ...graph, functions: levels }), {
    instanceOf: ImportError,
    message: /more than 200000 nodes/,
  });
});

const wild: readonly unknown[] = [
  null, true, -1, 0.5, 1e300, '', '-1', 'x', '^x', 'x:7', [], {}, [[]], { i: '-9223372036854775808' }, { i: big }, { s: 'U0FNRQ==' }, { f: 'NaN' },
  { list: { i: ['0', String(big)] } }, { type: 'DT_STRING' }, { shape: { dim: [{ size: '-5' }] } }, { size: String(big) }, 'Conv2D', 'Reshape', 'Const',
]; // prettier-ignore

const small: WrittenGraph = {
  inputs: [{ name: 'x', shape: [1, 6, 6, 2] }],
  constants: {
    w: tensor('float32', [3, 3, 2, 3], new Array<number>(54).fill(0.5)),
    b: tensor('float32', [3], [1, 2, 3]),
    shape: tensor('int32', [2], [-1, 27]),
    zeros: tensor('int32', [2], [0, 0]),
    ones: tensor('int32', [2], [1, 2]),
    axis: tensor('int32', [], [1]),
  },
  nodes: [
    {
      name: 'conv',
      op: '_FusedConv2D',
      inputs: ['x', 'w', 'b'],
      attributes: { strides: [1, 1, 1, 1], padding: 'SAME', fused_ops: ['BiasAdd', 'Relu'], data_format: 'NHWC' },
    },
    {
      name: 'pool',
      op: 'MaxPool',
      inputs: ['conv'],
      attributes: { ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: 'VALID' },
    },
    { name: 'flat', op: 'Reshape', inputs: ['pool', 'shape'] },
    {
      name: 'part',
      op: 'StridedSlice',
      inputs: ['flat', 'zeros', 'shape', 'ones'],
      attributes: { begin_mask: 1, end_mask: 3, shrink_axis_mask: 0 },
    },
    { name: 'sum', op: 'Sum', inputs: ['part', 'axis'], attributes: { keep_dims: true } },
    { name: 'y', op: 'ConcatV2', inputs: ['part', 'sum', 'axis'] },
  ],
  outputs: { y: 'y' },
};

/** One random change anywhere in JSON: another value, none, or one from elsewhere. */
function damage(json: unknown, draw: (count: number) => number): void {
  const places: [holder: Record<string, unknown>, key: string][] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      places.push([value as Record<string, unknown>, key]);
      visit(inner);
    }
  };
  visit(json);
  const [holder, key] = places[draw(places.length)]!;
  const [other, name] = places[draw(places.length)]!;
  const kind = draw(3);
  if (kind === 0) holder[key] = structuredClone(wild[draw(wild.length)]);
  else if (kind === 1) holder[key] = structuredClone(other[name]);
  else Reflect.deleteProperty(holder, key);
}

test('damaged models are refused with typed errors, or still planned', (t) => {
  const key = deriveKey(7n, fnv1a64('damaged'));
  let drawn = 0;
  const draw = (count: number): number => Math.min(count - 1, Math.floor(uniform(key, drawn++, 0, count)));
  let refused = 0;
  for (let round = 0; round < 600; round++) {
    const { json, weights } = graphModel(small);
    const damaged = structuredClone(json) as unknown;
    for (let times = 1 + draw(2); times > 0; times--) damage(damaged, draw);
    try {
      new Pipeline(importGraphModel(JSON.stringify(damaged), weights)).plan();
    } catch (error) {
      refused++;
      if (!(error instanceof NacreError) || error.code === 'internal') {
        t.fail(`round ${round}: ${String(error)}\n${(error as Error).stack}\n${JSON.stringify(damaged)}`);
        return;
      }
    }
  }
  t.true(refused > 100, `${refused} of 600 were refused`);
});
