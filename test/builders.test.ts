import test from 'ava';
import { isReused, parseDeclaration } from '../compiler/declaration.js';
import { DeclarationError, NacreError } from '../compiler/errors.js';
import {
  block,
  fromDeclaration,
  graph,
  input,
  parallel,
  printGraph,
  repeat,
  sequential,
  variable,
  type Graph,
} from '../compiler/graph.js';
import { constant, mixed, normal } from '../compiler/initializers/index.js';
import type { Edge } from '../compiler/layers/edge.js';
import { add, concatenate, dense, identity, layerNormalization } from '../compiler/layers/table.js';
import { seedGraphs } from './seed-graphs.js';

for (const { name, source, build } of seedGraphs) {
  test(`builder equals JSON: ${name}`, (t) => {
    t.deepEqual(build().declaration, parseDeclaration(source));
  });
  test(`JSON round trip: ${name}`, (t) => {
    const { declaration } = build();
    t.deepEqual(fromDeclaration(JSON.stringify(declaration)).declaration, declaration);
    t.deepEqual(fromDeclaration(source).declaration, declaration);
  });
}

/** `name kind from` of each layer. */
const outline = ({ declaration }: Graph): string[] =>
  declaration.layers.map((layer) => {
    const what = isReused(layer) ? `=${layer.use}` : layer.kind;
    return `${layer.name} ${what} ${layer.from.join(',')}`;
  });

const d = (name?: string) => dense({ units: 4, ...(name !== undefined && { name }) });
const tie = d();
const branch = () => parallel([identity(), block('body', [layerNormalization(), d()])]);
const xOf = () => input(['batch', 4]);

const outlines: readonly {
  readonly name: string;
  readonly build: () => Graph;
  readonly layers: readonly string[];
}[] = [
  {
    name: 'the same layer twice is one layer applied twice',
    build: () => sequential([d(), tie, tie, d()]),
    layers: ['dense_1 dense x', 'dense_2 dense dense_1', 'dense_3 =dense_2 dense_2', 'dense_4 dense dense_3'],
  },
  {
    name: 'every layer of a kind counts for its name',
    build: () => sequential([d(), d('hidden'), d()]),
    layers: ['dense_1 dense x', 'hidden dense dense_1', 'dense_3 dense hidden'],
  },
  {
    name: 'names that are given anywhere are passed over',
    build: () => sequential([d(), d('dense_1'), d('dense_3'), d()]),
    layers: ['dense_2 dense x', 'dense_1 dense dense_2', 'dense_3 dense dense_1', 'dense_5 dense dense_3'],
  },
  {
    name: 'parallel and block',
    build: () => sequential([xOf(), branch(), add()]),
    layers: [
      'identity_1 identity x',
      'body/layer_normalization_1 layerNormalization x',
      'body/dense_1 dense body/layer_normalization_1',
      'add_1 add identity_1,body/dense_1',
    ],
  },
  {
    name: 'repeat of a layer makes layers of their own',
    build: () => sequential([xOf(), repeat(3, d())]),
    layers: ['dense_1 dense x', 'dense_2 dense dense_1', 'dense_3 dense dense_2'],
  },
  {
    name: 'repeat of a named layer, of a block and by index',
    build: () => sequential([xOf(), repeat(2, d('a')), repeat(2, block('b', [d('c')])), repeat(2, (i) => d(`e${i}`))]),
    layers: ['a_1 dense x', 'a_2 dense a_1', 'b_1/c dense a_2', 'b_2/c dense b_1/c', 'e0 dense b_2/c', 'e1 dense e0'],
  },
  {
    name: 'repeat keeps what a stage shares inside',
    build: () => {
      const first = d();
      return sequential([xOf(), repeat(2, first.pipe(first))]);
    },
    layers: ['dense_1 dense x', 'dense_2 =dense_1 dense_1', 'dense_3 dense dense_2', 'dense_4 =dense_3 dense_3'],
  },
  {
    name: 'nested blocks',
    build: () => sequential([xOf(), block('a', [d(), block('b', [d(), d('out')])])]),
    layers: ['a/dense_1 dense x', 'a/b/dense_1 dense a/dense_1', 'a/b/out dense a/b/dense_1'],
  },
  {
    name: 'a stage of one’s own',
    build: () => sequential([xOf(), d(), (x: Edge) => add()(x, d()(x))]),
    layers: ['dense_1 dense x', 'dense_2 dense dense_1', 'add_1 add dense_1,dense_2'],
  },
  {
    name: 'pipe on layers, stages, edges and graphs',
    build: () => sequential([xOf(), d().pipe(d())]).pipe(parallel([d(), d()]).pipe(concatenate())),
    layers: [
      'dense_1 dense x',
      'dense_2 dense dense_1',
      'dense_3 dense dense_2',
      'dense_4 dense dense_2',
      'concatenate_1 concatenate dense_3,dense_4',
    ],
  },
  {
    name: 'a graph piped into a layer of its own, and an edge of its own',
    build: () => {
      const own = d();
      const x = xOf();
      const h = own(x);
      return graph({ inputs: { x }, outputs: { y: h } }).pipe(own, (y: Edge) => add()(y, h));
    },
    layers: ['dense_1 dense x', 'dense_2 =dense_1 dense_1', 'add_1 add dense_2,dense_1'],
  },
  {
    name: 'a graph from JSON, piped',
    build: () => fromDeclaration(JSON.stringify(sequential([xOf(), d('a'), d()]).declaration)).pipe(d()),
    layers: ['a dense x', 'dense_2 dense a', 'dense_3 dense dense_2'],
  },
];

for (const { name, build, layers } of outlines) test(name, (t) => t.deepEqual(outline(build()), [...layers]));

test('a deep graph needs no deep stack', (t) => {
  const deep = sequential([xOf(), repeat(3000, identity())]);
  t.is(deep.declaration.layers.at(-1)!.name, 'identity_3000');
});

test('what fills parameters', (t) => {
  const values = new Float32Array(16);
  const shaped = { data: new Float32Array(4), shape: [4] };
  const { declaration, tensors } = sequential([
    xOf(),
    dense({ name: 'a', units: 4, weight: values, bias: shaped }),
    dense({
      name: 'b',
      units: 2,
      weight: [
        [1, 2],
        [3, 4],
      ],
      bias: 0.4,
    }),
    dense({
      name: 'c',
      units: 2,
      weight: mixed([[/c\.weight$/, normal({ std: 1, seed: 2n ** 63n })]]),
      bias: constant(42),
    }),
  ]);
  t.deepEqual(tensors, { 'a.weight': values, 'a.bias': shaped });
  t.like(declaration.layers[0], { weight: { tensor: 'a.weight' }, bias: { tensor: 'a.bias' } });
  t.like(declaration.layers[1], {
    weight: [
      [1, 2],
      [3, 4],
    ],
    bias: { kind: 'constant', value: 0.4 },
  });
  t.like(declaration.layers[2], {
    weight: { kind: 'normal', mean: 0, std: 1, seed: '9223372036854775808' },
    bias: { kind: 'constant', value: 42 },
  });
});

test('variables: shared, transposed twice, filled by a tensor', (t) => {
  const data = new Float32Array(16);
  const w = variable({ name: 'w', initializer: data });
  const owner = dense({ units: 4, weight: w.transposed });
  const { declaration, tensors } = sequential([
    xOf(),
    owner,
    dense({ units: 4, weight: owner.parameters.weight.transposed, bias: owner.parameters.bias }),
  ]);
  t.deepEqual(tensors, { w: data });
  t.deepEqual(declaration.variables, [{ name: 'w', dtype: 'float32', layout: 'io', initializer: { tensor: 'w' } }]);
  t.like(declaration.layers[0], { weight: { variable: 'w', transpose: true } });
  t.like(declaration.layers[1], {
    weight: { variable: 'w', transpose: false },
    bias: { variable: 'dense_1.bias', transpose: false },
  });
});

test('repeat keeps what a stage shares by parameters inside', (t) => {
  const first = d();
  const stage = first.pipe(dense({ units: 4, weight: first.parameters.weight }));
  const { declaration } = sequential([xOf(), repeat(2, stage)]);
  t.like(declaration.layers[1], { weight: { variable: 'dense_1.weight' } });
  t.like(declaration.layers[3], { weight: { variable: 'dense_3.weight' } });
});

test('graphs are immutable, and pipe leaves them as they are', (t) => {
  const short = sequential([xOf(), d()]);
  const before = JSON.stringify(short.declaration);
  const long = short.pipe(d());
  t.is(JSON.stringify(short.declaration), before);
  t.deepEqual(long.declaration.outputs, [{ name: 'y', from: 'dense_2' }]);
  t.true(Object.isFrozen(short.declaration) && Object.isFrozen(short.declaration.layers[0]));
});

test('one line for a graph', (t) => {
  const hidden = sequential([input(['batch', 10]), d(), d()]);
  t.is(printGraph(hidden.declaration, [[null, 4]]), '(?, 10) -> [... 3 layers ...] -> (?, 4)');
  t.is(String(hidden), '(?, 10) -> [... 3 layers ...] -> (?, 4)');
  const [a, b] = [xOf(), input([3])];
  const two = graph({ inputs: { a, b }, outputs: { a: d()(a), b } });
  t.is(printGraph(two.declaration, [[null, 4], [3]]), '[(?, 4), (3)] -> [... 3 layers ...] -> [(?, 4), (3)]');
});

const x = xOf();
const refusals: readonly { readonly text: string; readonly build: () => unknown }[] = [
  {
    text: 'sequential: ends in 2 outputs; join them with concatenate() or add()',
    build: () => sequential([xOf(), parallel([d(), d()])]),
  },
  {
    text: 'pipe: ends in 2 outputs; join them with concatenate() or add()',
    build: () => xOf().pipe(parallel([d(), d()])),
  },
  {
    text: `sequential: does not know what its first stage takes; start with input(['batch', …])`,
    build: () => sequential([identity(), d()]),
  },
  {
    text: 'pipe: makes 1 of 2 outputs; write graph({ inputs, outputs })',
    build: () => graph({ inputs: { x }, outputs: { a: x, b: x } }).pipe(add()),
  },
  {
    text: 'graph: uses an input that is not among its inputs; list it in inputs',
    build: () => graph({ inputs: { x }, outputs: { y: d()(xOf()) } }),
  },
  {
    text: 'graph: inputs.b and inputs.a are one input',
    build: () => graph({ inputs: { a: x, b: x }, outputs: { x } }),
  },
  {
    text: 'graph: inputs.x is not made by input()',
    build: () => graph({ inputs: { x: {} as never }, outputs: { x } }),
  },
  {
    text: 'graph: takes edges made by input() and layers only',
    build: () => graph({ inputs: { x }, outputs: { y: {} as never } }),
  },
  { text: 'repeat: count must be an integer of at least 1, got 0', build: () => repeat(0, d()) },
  {
    text: 'dense_1.weight: shares the weight of a layer that is not part of the graph',
    build: () => sequential([x, dense({ units: 4, weight: d().parameters.weight })]),
  },
];

for (const { text, build } of refusals) {
  test(`refused: ${text}`, (t) => t.is(t.throws(build, { instanceOf: NacreError }).message, text));
}

test('faults of a declaration come from builders too', (t) => {
  const error = t.throws(() => sequential([x, parallel([d(), d()]), d(), dense({ units: 0 })]), {
    instanceOf: DeclarationError,
  });
  t.is(
    error.message,
    'dense_3: takes 1 input, got 2 (dense_1, dense_2); join them with concatenate() or add()\n' +
      'dense_4: units must be an integer of at least 1, got 0',
  );
});
