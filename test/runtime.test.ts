import { getHeapStatistics } from 'node:v8';
import test from 'ava';
import {
  add,
  compile,
  conv1d,
  dense,
  embedding,
  globalAveragePooling1d,
  graph,
  input,
  relu,
  sequential,
} from '../compiler/index.js';
import * as forward from '../runtime/forward.js';
import { instantiate, instantiateSync, type Tensor } from '../runtime/index.js';

const ramp = (...shape: readonly number[]): Tensor<'float32'> => ({
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.fround(Math.sin(i + 1))),
  shape,
});

const mlp = compile(sequential([input(['batch', 10]), dense({ units: 16, activation: 'gelu' }), dense({ units: 10 })]));
const open = compile(sequential([dense({ units: 8, activation: 'relu' }), dense({ units: 3 })]));
const sequence = compile(sequential([input([null, 'time', 3]), conv1d({ filters: 4, kernelSize: 3 })]));

test('a model prints as one line, its inputs counted among the layers', async (t) => {
  const net = await instantiate(await mlp);
  t.is(String(net), '(?, 10) -> [... 3 layers ...] -> (?, 10)');
  net.forward({ x: ramp(4, 10) });
  t.is(String(net), '(?, 10) -> [... 3 layers ...] -> (?, 10)');
  const [a, b] = [input(['batch', 4]), input(['batch', 4])];
  const two = await instantiate(
    await compile(graph({ inputs: { a, b }, outputs: { sum: add()(a, b), a: relu()(a) } })),
  );
  t.is(String(two), '[(?, 4), (?, 4)] -> [... 4 layers ...] -> [(?, 4), (?, 4)]');
});

test('every way to write an input is the same input', async (t) => {
  const net = instantiateSync(await mlp);
  const { data, shape } = ramp(2, 10);
  const rows = [[...data.subarray(0, 10)], [...data.subarray(10)]];
  const { y } = net.forward({ x: { data, shape } });
  t.deepEqual(y.shape, [2, 10]);
  for (const x of [data, rows, { data: [...data], shape }, { data, shape: [...shape] }]) {
    t.deepEqual(net.forward({ x }).y, y);
    t.deepEqual(instantiateSync(await mlp).forward({ x }).y, y);
  }
});

test('indices may come as lists, as typed arrays, and as another model gives them', async (t) => {
  const tokens = input(['batch', 'time'], { dtype: 'int32' });
  const y = tokens.pipe(embedding({ inputDim: 5, outputDim: 2 }), globalAveragePooling1d());
  const net = instantiateSync(await compile(graph({ inputs: { tokens }, outputs: { y } })));
  const list = net.forward({ tokens: [[0, 4, 2]] });
  t.deepEqual(net.forward({ tokens: { data: Int32Array.of(0, 4, 2), shape: [1, 3] } }), list);
  t.deepEqual(net.forward({ tokens: [[false, 4, 2]] }), list);
});

test('what forward gives and takes is the caller’s own', async (t) => {
  const net = instantiateSync(await mlp);
  const x = ramp(2, 10);
  const first = net.forward({ x });
  const kept = first.y.data.slice();
  x.data.fill(9);
  const second = net.forward({ x });
  t.deepEqual(first.y.data, kept);
  t.notDeepEqual(second.y.data, kept);
  second.y.data.fill(0);
  (second.y.shape as number[])[0] = 99;
  const third = net.forward({ x: ramp(2, 10).data });
  t.deepEqual(third.y, { data: kept, shape: [2, 10] });
});

test('a free size may change with every call', async (t) => {
  const net = instantiateSync(await mlp);
  const alone = net.forward({ x: ramp(1, 10) }).y;
  const many = net.forward({ x: ramp(300, 10) }).y;
  t.deepEqual(many.shape, [300, 10]);
  t.deepEqual(many.data.subarray(0, 10), alone.data);
  t.deepEqual(net.forward({ x: ramp(1, 10) }).y, alone);
  t.deepEqual(instantiateSync(await mlp).forward({ x: ramp(300, 10) }).y, many);
});

test('a free size that no variable needs stays free though nobody named it', async (t) => {
  const net = instantiateSync(await sequence);
  const sizes = [
    [1, 3],
    [5, 40],
    [2, 7],
  ] as const;
  for (const [batch, time] of sizes) {
    t.deepEqual(net.forward({ x: ramp(batch, time, 3) }).y.shape, [batch, time - 2, 4]);
  }
});

test('a latched size stays, the others stay free', async (t) => {
  const net = instantiateSync(await open);
  t.deepEqual(net.shapes, { inputs: { x: [null, null] }, outputs: { y: [null, 3] } });
  const first = net.forward({ x: ramp(2, 20) });
  t.deepEqual(net.shapes, { inputs: { x: [2, 20] }, outputs: { y: [2, 3] } });
  // Only the batch is open now, so that a count settles it.
  t.deepEqual(net.forward({ x: ramp(5, 20).data }).y.shape, [5, 3]);
  t.deepEqual(net.forward({ x: ramp(2, 20).data }), first);
  t.deepEqual(instantiateSync(await open).forward({ x: ramp(2, 7) }).y.shape, [2, 3]);
});

test('sizes are open until a call settles them, whatever is done to variables before', async (t) => {
  const net = instantiateSync(await mlp);
  net.initialize();
  net.variables.set('dense_1.bias', new Float32Array(16));
  t.deepEqual(net.shapes, { inputs: { x: [null, 10] }, outputs: { y: [null, 10] } });
  t.throws(() => net.inputs.x, { message: 'x: the model waits for its input; run forward or call resize' });
  net.resize({ x: [3, 10] });
  t.deepEqual(net.shapes, { inputs: { x: [3, 10] }, outputs: { y: [3, 10] } });
});

test('views and run do what forward does', async (t) => {
  for (const load of [instantiateSync, forward.instantiateSync]) {
    const net = load(await mlp);
    const expected = load(await mlp).forward({ x: ramp(3, 10) }).y;
    net.resize({ x: [3, 10] });
    net.inputs.x.set(ramp(3, 10).data);
    net.run();
    t.deepEqual(net.outputs.y.slice(), expected.data);
    net.inputs.x.fill(0);
    net.run();
    t.notDeepEqual(net.outputs.y.slice(), expected.data);
    t.deepEqual(Object.keys(net.inputs), ['x']);
    t.deepEqual(Object.keys(net.outputs), ['y']);
  }
});

test('a view is void once memory has grown, and the next one is not', async (t) => {
  const net = instantiateSync(await mlp);
  net.resize({ x: [1, 10] });
  const { x } = net.inputs;
  net.resize({ x: [5000, 10] });
  t.is(x.length, 0);
  t.is(net.inputs.x.length, 50_000);
  net.inputs.x.set(ramp(5000, 10).data);
  net.run();
  t.deepEqual(net.outputs.y.slice(), instantiateSync(await mlp).forward({ x: ramp(5000, 10) }).y.data);
});

test('run allocates nothing', async (t) => {
  const net = instantiateSync(await mlp);
  net.resize({ x: [1, 10] });
  const used = (calls: number): number => {
    const { used_heap_size: before } = getHeapStatistics();
    for (let call = 0; call < calls; call++) {
      net.inputs.x[0] = call;
      net.run();
    }
    return getHeapStatistics().used_heap_size - before;
  };
  used(20_000);
  // One object a call would be 16 bytes at least; what else runs in the process may leave some.
  const least = Math.min(...Array.from({ length: 5 }, () => used(20_000)).map(Math.abs));
  t.true(least < 20_000 * 4, `${least} bytes`);
});

test('a fixed model has its sizes at once', async (t) => {
  const net = instantiateSync(await compile(sequential([input([2, 3]), relu()])));
  t.deepEqual(net.shapes, { inputs: { x: [2, 3] }, outputs: { y: [2, 3] } });
  net.inputs.x.set([-1, 0, 1, 2, -2, 3]);
  net.run();
  t.deepEqual([...net.outputs.y], [0, 0, 1, 2, 0, 3]);
  t.deepEqual(net.forward({ x: new Float32Array(6).fill(-1) }).y, { data: new Float32Array(6), shape: [2, 3] });
});

test('models and instances do not know of each other', async (t) => {
  const module = new WebAssembly.Module((await mlp).binary as BufferSource);
  const [one, two, other] = [instantiateSync(module), await instantiate(module), instantiateSync(await open)];
  const expected = one.forward({ x: ramp(2, 10) });
  other.forward({ x: ramp(2, 10) });
  two.variables.set('dense_1.weight', new Float32Array(160));
  two.forward({ x: ramp(300, 10) });
  t.deepEqual(one.forward({ x: ramp(2, 10) }), expected);
  t.notDeepEqual(two.forward({ x: ramp(2, 10) }), expected);
  for (let call = 0; call < 100; call++) {
    const batch = 1 + (call % 7);
    one.forward({ x: ramp(batch, 10) });
    other.forward({ x: ramp(batch, 10) });
  }
  t.deepEqual(one.forward({ x: ramp(2, 10) }), expected);
});

test('a model without variables takes any seed', async (t) => {
  const net = instantiateSync(await compile(sequential([input([2, 3]), relu()])));
  t.deepEqual(net.initialize({ seed: 5 }), { initialized: [], deferred: [], skipped: [] });
  t.is(net.seed, 5n);
  t.deepEqual([...net.variables.list()], []);
});

test('reset leaves a model without state as it is', async (t) => {
  const net = instantiateSync(await mlp);
  const expected = net.forward({ x: ramp(2, 10) });
  net.reset();
  t.deepEqual(net.forward({ x: ramp(2, 10) }), expected);
});
