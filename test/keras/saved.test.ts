import { readFileSync } from 'node:fs';
import test from 'ava';
import { zipSync } from 'fflate';
import { ImportError, NacreError, OptionError } from '../../compiler/errors.js';
import { openKeras } from '../../compiler/import/keras/index.js';
import { readSavedWeights } from '../../compiler/import/keras/saved-weights.js';
import { readHdf5 } from '../../compiler/import/keras/saved.js';
import { readLayer } from '../../compiler/import/keras/topology.js';
import type { Group, StoredArray } from '../../compiler/import/keras/tree.js';
import { readZip } from '../../compiler/import/keras/zip.js';
import { functional2, input2, layer2 } from './files.js';

/** Numbers in brackets are a float32 array, other objects groups. */
interface Tree {
  readonly [name: string]: readonly number[] | StoredArray | Tree;
}

const isGroup = (value: unknown): value is Tree => !Array.isArray(value) && !('read' in (value as object));

function treeOf(
  tree: Tree,
  attributes: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
  path = '',
): Group {
  const find = (name: string): Tree[string] | undefined =>
    name.split('/').reduce<Tree[string] | undefined>((at, step) => (at && isGroup(at) ? at[step] : undefined), tree);
  return {
    names: () => Object.keys(tree).sort(),
    group: (name) => {
      const inner = find(name);
      return inner && isGroup(inner) ? treeOf(inner, attributes, `${path}/${name}`) : undefined;
    },
    array: (name) => {
      const inner = find(name);
      if (!inner || isGroup(inner)) return undefined;
      if ('read' in inner) return inner;
      const data = Float32Array.from(inner);
      return { shape: [data.length], dtype: 'float32', read: () => new Uint8Array(data.buffer) };
    },
    attribute: (name) => attributes[path]?.[name],
  };
}

const found = (root: Group, model: object): Record<string, number[]> =>
  Object.fromEntries(
    [...readSavedWeights(root, readLayer(model, 'model'))].map(([name, { data }]) => [name, Array.from(data, Number)]),
  );

const layer = (className: string, name: string, config: object = {}) => layer2(className, { name, ...config });
const sequential = (name: string, ...layers: readonly object[]) => layer('Sequential', name, { layers });

test('weights of Keras 2 are those that layers list', (t) => {
  const root = treeOf(
    {
      model_weights: {
        block: { a: { block: { a: { 'kernel:0': [1] } } } },
        inner: { dense: { 'bias:0': [2] }, unlisted: [3] },
        flat: {},
      },
    },
    {
      '': { model_config: JSON.stringify(sequential('s', layer('Flatten', 'flat'))) },
      '/model_weights': { layer_names0: ['block/a', 'inner'], layer_names1: ['flat'] },
      '/model_weights/block/a': { weight_names: ['block/a/kernel:0'] },
      '/model_weights/inner': { weight_names: ['dense/bias:0'] },
      '/model_weights/flat': { weight_names: new Float64Array(0) },
    },
  );
  const { file, weights } = readHdf5(root, undefined);
  t.is(file.topology['class_name'], 'Sequential');
  t.deepEqual([...weights.keys()], ['block/a/block/a/kernel:0', 'inner/dense/bias:0']);
});

test('weights of Keras 3 get the names of the layers whose classes they stand under', (t) => {
  const dense = (name: string) => layer('Dense', name);
  const model = sequential(
    'outer',
    dense('one'),
    layer('MultiHeadAttention', 'attend'),
    layer('Normalization', 'scaled'),
    sequential('inner', dense('one'), dense('two')),
    layer('RNN', 'cells', {
      cell: layer('StackedRNNCells', 's', { cells: [layer('GRUCell', 'g'), layer('GRUCell', 'h')] }),
    }),
    layer('TimeDistributed', 'steps', { layer: sequential('each', dense('three')) }),
    layer('Dropout', 'drop'),
    dense('four'),
  );
  const projection = (value: number): Tree => ({ vars: { 0: [value], 1: [value + 0.5] } });
  const layers: Tree = {
    dense: { vars: { 0: [1], 1: [2] } },
    multi_head_attention: {
      vars: {},
      key_dense: projection(4),
      output_dense: projection(6),
      _query_dense: projection(3),
      value_dense: projection(5),
    },
    normalization: { vars: { 0: [7], 1: [8], 2: [9] } },
    sequential: { layers: { dense: { vars: { 0: [10] } }, dense_1: { vars: { 0: [11], 10: [13], 2: [12] } } } },
    rnn: { cell: { cells: { gru_cell: { vars: { 0: [14] } }, gru_cell_1: { vars: { 0: [15] } } } } },
    time_distributed: { layer: { layers: { dense: { vars: { 0: [16] } } } } },
    dropout: { seed_generator: { vars: { 0: [0] } } },
    dense_1: { vars: { 0: [17] } },
  };
  const expected = {
    'one/vars/0': [1],
    'one/vars/1': [2],
    'attend/query/kernel': [3],
    'attend/query/bias': [3.5],
    'attend/key/kernel': [4],
    'attend/key/bias': [4.5],
    'attend/value/kernel': [5],
    'attend/value/bias': [5.5],
    'attend/attention_output/kernel': [6],
    'attend/attention_output/bias': [6.5],
    'scaled/vars/0': [7],
    'scaled/vars/1': [8],
    'inner/one/vars/0': [10],
    'inner/two/vars/0': [11],
    'inner/two/vars/2': [12],
    'inner/two/vars/10': [13],
    'cells/cell_0/vars/0': [14],
    'cells/cell_1/vars/0': [15],
    'steps/layer/three/vars/0': [16],
    'four/vars/0': [17],
  };
  t.deepEqual(found(treeOf({ layers }), model), expected);
  t.deepEqual(found(treeOf({ _layer_checkpoint_dependencies: layers }), model), expected);
  const inner = Object.keys(found(treeOf({ layers }), model)).filter((name) => name.startsWith('inner/two'));
  t.deepEqual(inner, ['inner/two/vars/0', 'inner/two/vars/2', 'inner/two/vars/10']);
});

test('what does not fit a file of weights is told', (t) => {
  const dense = sequential('s', layer('Dense', 'd'));
  const text = JSON.stringify(dense);
  const listed = (attributes: Readonly<Record<string, unknown>>, tree: Tree = {}): (() => unknown) => {
    return () => readHdf5(treeOf({ d: tree }, { '': attributes, '/d': { weight_names: ['k'] } }), undefined);
  };
  const double: StoredArray = { shape: [1], dtype: 'float64', read: () => new Uint8Array(8) };
  const cases: readonly (readonly [() => unknown, string])[] = [
    [listed({}), 'model: is no file of Keras: it has no model_config'],
    [
      listed({ layer_names: ['d'] }),
      'model: the file has weights alone; give what model.to_json() gives as the option topology',
    ],
    [listed({ model_config: '{', layer_names: [] }), 'model: its topology is no JSON: '],
    [listed({ model_config: 7 }), 'model: has no class_name; '],
    [listed({ model_config: text, layer_names: 7 }), 'layer_names: must be a list of names'],
    [listed({ model_config: text, layer_names: ['e'] }), 'e: is listed in layer_names, and has no group'],
    [listed({ model_config: text, layer_names: ['d'] }), 'd/k: is listed in weight_names, and is not there'],
    [
      listed({ model_config: text, layer_names: ['d'] }, { k: double }),
      'd/k: is float64, which is not read; weights are ',
    ],
    [listed({ model_config: text, layer_names: ['d', 'd'] }, { k: [1] }), 'd/k: stands twice in the file'],
  ];
  for (const [read, message] of cases) {
    const error = t.throws(read, { instanceOf: ImportError });
    t.true(error.message.startsWith(message), `${error.message}\n${message}`);
  }
});

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('files of an archive are unpacked, deflated or stored', (t) => {
  const content = { a: bytes('a'.repeat(1000)), b: [bytes('stored'), { level: 0 as const }] as const, c: bytes('c') };
  const archive = zipSync(
    { a: content.a, b: [content.b[0], content.b[1]], c: content.c },
    {
      comment: 'after',
    },
  );
  const files = readZip(archive, ['a', 'b', 'd'], 'x');
  t.deepEqual([...files.keys()], ['a', 'b']);
  t.deepEqual(files.get('a'), content.a);
  t.deepEqual(new TextDecoder().decode(files.get('b')), 'stored');
});

test('a damaged archive is refused, wherever it is damaged', (t) => {
  const archive = zipSync({ a: bytes('abc'.repeat(100)), b: [bytes('stored'), { level: 0 }] });
  const read = (damage: (view: DataView, directory: number) => void): (() => unknown) => {
    const copy = archive.slice();
    const view = new DataView(copy.buffer);
    damage(view, view.getUint32(copy.length - 6, true));
    return () => readZip(copy, ['a', 'b'], 'x');
  };
  const second = (view: DataView, at: number): number =>
    at + 46 + view.getUint16(at + 28, true) + view.getUint16(at + 30, true);
  const cases: readonly (readonly [(view: DataView, directory: number) => void, RegExp])[] = [
    [(view) => view.setUint8(view.byteLength - 22, 0), /^x: is no zip archive/],
    [(view, at) => view.setUint8(at, 0), /^x: its directory is damaged/],
    [(view) => view.setUint32(view.byteLength - 6, view.byteLength, true), /^x: its directory is damaged/],
    [(view, at) => view.setUint32(at + 24, 299, true), /^a: has not the 299 bytes/],
    [(view, at) => view.setUint32(at + 24, 301, true), /^a: has not the 301 bytes/],
    [(view, at) => view.setUint32(at + 24, 2 ** 30, true), /^a: has \d+ bytes that cannot become 1073741824/],
    [(view, at) => view.setUint32(at + 24, 2 ** 31, true), /^a: is larger than 2 GiB/],
    [(view, at) => view.setUint16(at + 8, 1, true), /^a: is encrypted/],
    [(view, at) => view.setUint16(at + 10, 12, true), /^a: is packed by method 12/],
    [(view, at) => view.setUint32(at + 16, 0, true), /^a: is damaged: its checksum differs/],
    [(view, at) => view.setUint32(at + 42, 7, true), /^a: is not where it should be/],
    [(view, at) => view.setUint8(second(view, at) + 46, 0x61), /^a: stands twice/],
    [(view, at) => view.setUint32(second(view, at) + 20, 2 ** 20, true), /^b: has 1048576 bytes that cannot become 6/],
  ];
  for (const [damage, message] of cases) t.throws(read(damage), { instanceOf: ImportError, message });
  for (let length = 0; length < archive.length; length++) {
    t.throws(
      () => readZip(archive.subarray(0, length), ['a', 'b'], 'x'),
      { instanceOf: ImportError },
      `${length} bytes`,
    );
  }
});

const folder = new URL('../../../test/fixtures/keras/', import.meta.url);

test('without h5wasm, files of HDF5 say what to install', async (t) => {
  const h5wasm = (): Promise<never> => Promise.reject(new Error('not found'));
  for (const [name, subject] of [
    ['sequential-keras2.h5', 'model'],
    ['model.keras', 'model.weights.h5'],
  ] as const) {
    const message = `${subject}: keeps its weights in HDF5, which h5wasm reads; npm install h5wasm`;
    await t.throwsAsync(openKeras(readFileSync(new URL(name, folder)), { h5wasm }), {
      instanceOf: OptionError,
      message,
    });
  }
});

test('what is no file of Keras is refused before h5wasm is loaded', async (t) => {
  const h5wasm = (): Promise<never> => Promise.reject(new Error('loaded'));
  const model = functional2([input2('x', 2)], ['x'], [['x', 0, 0]]);
  const cases: readonly (readonly [Uint8Array, RegExp])[] = [
    [new Uint8Array(0), /^model: is no file of Keras: neither a zip archive nor HDF5/],
    [bytes(JSON.stringify(model)), /^model: is no file of Keras/],
    [zipSync({ 'config.json': bytes('{}') }), /^model\.weights\.h5: is not in the archive/],
    [zipSync({ 'model.weights.h5': bytes('') }), /^config\.json: is not in the archive/],
    [zipSync({ 'config.json': bytes('{}'), 'metadata.json': bytes('{') }), /^metadata\.json: is no JSON/],
    [zipSync({ '../config.json': bytes('{}') }), /^config\.json: is not in the archive/],
  ];
  for (const [file, message] of cases) {
    await t.throwsAsync(openKeras(file, { h5wasm }), { instanceOf: NacreError, message });
  }
});
