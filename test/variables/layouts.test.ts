import test from 'ava';
import { compile } from '../../compiler/index.js';
import { instantiateSync, type Model } from '../../runtime/index.js';
import { bitsOf } from '../abi/host.js';

type Fields = Readonly<Record<string, unknown>>;

/** Layers whose weights are kept packed, and others; the axes of the last two have no order to choose. */
const layers: readonly (readonly [kind: string, attributes: Fields, from: string, io: number[], oi: number[]])[] = [
  ['dense', { units: 13 }, 'x', [10, 13], [13, 10]],
  ['conv1d', { filters: 9, kernelSize: 3 }, 'sequence', [3, 4, 9], [9, 4, 3]],
  ['conv2d', { filters: 10, kernelSize: [3, 2] }, 'image', [3, 2, 4, 10], [10, 4, 3, 2]],
  ['conv2d', { filters: 6, kernelSize: 2, groups: 2 }, 'image', [2, 2, 2, 6], [6, 2, 2, 2]],
  ['conv1d', { filters: 8, kernelSize: 3, groups: 4 }, 'sequence', [3, 1, 8], [8, 1, 3]],
  ['conv2d', { filters: 8, kernelSize: [2, 3], groups: 4 }, 'image', [2, 3, 1, 8], [8, 1, 2, 3]],
  ['depthwiseConv2d', { kernelSize: 2, depthMultiplier: 3 }, 'image', [2, 2, 4, 3], [2, 2, 4, 3]],
  ['conv3d', { filters: 9, kernelSize: [2, 3, 1] }, 'volume', [2, 3, 1, 4, 9], [9, 4, 2, 3, 1]],
  ['conv2dTranspose', { filters: 5, kernelSize: [3, 2], strides: 2 }, 'image', [3, 2, 5, 4], [4, 5, 3, 2]],
  ['embedding', { inputDim: 7, outputDim: 5 }, 'ids', [7, 5], [7, 5]],
];

const inputs = { x: [2, 10], sequence: [2, 5, 4], image: [2, 4, 4, 4], volume: [2, 3, 3, 2, 4], ids: [2, 3] };
const feeds = Object.fromEntries(
  Object.entries(inputs).map(([name, shape]) => {
    const length = shape.reduce((product, size) => product * size);
    const data = name === 'ids' ? Int32Array.from({ length }, (_, i) => i % 7) : ramp(length);
    return [name, { data, shape }] as const;
  }),
);

function ramp(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin(i + 1));
}

async function load(layout: string): Promise<Model> {
  const placed = layers.map(([kind, attributes, from], i) => ({ name: `y${i}`, kind, from, ...attributes }));
  const source = {
    ...{ nacre: 1, defaults: { layout }, layers: placed, outputs: placed.map(({ name }) => name) },
    inputs: Object.entries(inputs).map(([name, [, ...rest]]) => ({
      ...{ name, shape: ['batch', ...rest] },
      ...(name === 'ids' && { dtype: 'int32' }),
    })),
  };
  return instantiateSync((await compile(JSON.stringify(source))).binary);
}

/** Words of every kind: NaNs with payloads, infinities, zeros, subnormals and ordinary numbers. */
const special = [0x7fc00001, 0xffc54321, 0x7f800001, 0xff812345, 0x7f800000, 0xff800000, 0x80000000, 0, 1, 0x80000001];
const patterns = (length: number, salt: number): Float32Array => {
  const ordinary = bitsOf(ramp(length));
  const words = Uint32Array.from({ length }, (_, i) => (i % 3 === salt % 3 ? special[(i + salt) % 10]! : ordinary[i]!));
  return new Float32Array(words.buffer);
};

for (const layout of ['io', 'oi'] as const) {
  test(`variables are read, written and edited bit for bit in their layout: ${layout}`, async (t) => {
    const net = await load(layout);
    const { variables } = net;
    const written = variables.list().map(({ name, shape }, i) => {
      const data = patterns(
        (shape as number[]).reduce((product, size) => product * size),
        i,
      );
      variables.set(name, { data, shape: shape as number[] });
      return { name, shape, data };
    });
    const expectAll = (what: string): void => {
      for (const { name, shape, data } of written) {
        const got = variables.get(name);
        t.deepEqual(got.shape, shape, name);
        t.deepEqual(bitsOf(got.data), bitsOf(data), `${name} ${what}`);
      }
    };
    expectAll('as set');
    layers.forEach(([, , , io, oi], i) => {
      t.deepEqual(variables.get(`y${i}.weight`).shape, layout === 'io' ? io : oi);
    });
    net.forward(feeds);
    expectAll('after forward');
    for (const { name } of written) variables.update(name, () => undefined);
    expectAll('after an update of nothing');
    for (const [i, { name, data, shape }] of written.entries()) {
      const at = (shape as number[]).map((size) => (size - 1) >> (i % 2));
      variables.update(name, (values, { index }) => {
        data[index(...at)] = values[index(...at)] = 42;
      });
    }
    expectAll('after one element was edited');
  });
}

/** Elements stored as [out, in, …kernel], of those stored as […kernel, in, out]. */
function outputsFirst(data: Float32Array, shape: readonly number[]): Float32Array {
  const rank = shape.length;
  const order = Array.from(shape, (_, axis) => (axis < 2 ? rank - 1 - axis : axis - 2));
  const stored = order.map((axis) => shape[axis]!);
  return Float32Array.from({ length: data.length }, (_, element) => {
    const at: number[] = [];
    let rest = element;
    for (let i = rank - 1; i >= 0; i--) {
      at[order[i]!] = rest % stored[i]!;
      rest = Math.floor(rest / stored[i]!);
    }
    return data[at.reduce((sum, position, axis) => sum * shape[axis]! + position, 0)]!;
  });
}

test('the same weights in either layout compute the same bits', async (t) => {
  const [io, oi] = [await load('io'), await load('oi')];
  io.initialize();
  layers.forEach(([, , , shape, other], i) => {
    const name = `y${i}.weight`;
    const { data } = io.variables.get(name);
    const isSame = shape.join() === other.join();
    const stored = isSame ? data : outputsFirst(data, shape);
    oi.variables.set(name, { data: stored, shape: other });
  });
  t.deepEqual(oi.forward(feeds), io.forward(feeds));
});

test('weights in either layout take the same memory', async (t) => {
  const [io, oi] = [await load('io'), await load('oi')];
  t.is(oi.manifest.memory.parameters, io.manifest.memory.parameters);
});

test('sizes that wait are listed where the layout has them', async (t) => {
  const layer = { name: 'dense_1', kind: 'dense', units: 256 };
  for (const [layout, shape, hint] of [
    ['io', [null, 256], '(?, 256)'],
    ['oi', [256, null], '(256, ?)'],
  ] as const) {
    const source = {
      ...{ nacre: 1, inputs: [{ name: 'x', shape: ['batch', null] }], defaults: { layout } },
      ...{ layers: [layer], outputs: ['dense_1'] },
    };
    const net = instantiateSync((await compile(JSON.stringify(source))).binary);
    t.deepEqual(net.variables.list()[0]!.shape, shape);
    t.throws(() => net.variables.get('dense_1.weight'), {
      message: `dense_1.weight: not initialized; its shape ${hint} waits for axis 1 of input x; run forward, call resize, or give inputUnits`,
    });
    net.resize({ x: [1, 20] });
    t.deepEqual(net.variables.list()[0]!.shape, layout === 'io' ? [20, 256] : [256, 20]);
  }
});
