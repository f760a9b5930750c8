import test from 'ava';
import { bilinear, dirac, identity, lstmBias } from '../../compiler/streams/patterns.js';
import { fill, floats, kernels } from '../random/kernels.js';
import { hex } from './fixtures.js';

type Floats = Float32Array<ArrayBuffer>;

const same = (kernel: Floats, mirror: Float32Array): boolean => hex(kernel) === hex(Float32Array.from(mirror));

test('identity of any shape', (t) => {
  for (const [rows, columns] of [
    [1, 1],
    [3, 3],
    [2, 5],
    [5, 2],
    [0, 4],
  ] as const) {
    const matrix = floats(fill(rows * columns, (target) => kernels.fillIdentity(target, rows, columns, 1.5)));
    t.true(same(matrix, identity(rows, columns, 1.5)));
    matrix.forEach((value, i) => t.is(value, Math.floor(i / columns) === i % columns ? 1.5 : 0));
  }
});

const kernelSizes = [
  { spatial: [3, 3], inputs: 4, outputs: 4, groups: 1 },
  { spatial: [3, 5], inputs: 2, outputs: 7, groups: 1 },
  { spatial: [4], inputs: 6, outputs: 3, groups: 1 },
  { spatial: [3, 1, 2], inputs: 2, outputs: 9, groups: 3 },
];

const product = (extents: readonly number[]): number => extents.reduce((size, extent) => size * extent, 1);

/** The number of the element at `index` of an array of `shape`. */
const position = (shape: readonly number[], index: readonly number[]): number =>
  index.reduce((sum, i, axis) => sum * shape[axis]! + i, 0);

for (const { spatial, inputs, outputs, groups } of kernelSizes) {
  const title = `${spatial.join(' × ')}, ${inputs} × ${outputs}, ${groups} groups`;
  const centreOf = (extent: number): number => Math.floor(extent / 2);
  const count = product(spatial) * inputs * outputs;
  for (const layout of ['io', 'oi']) {
    test(`dirac ${title}, ${layout}`, (t) => {
      const io = layout === 'io';
      const shape = io ? [...spatial, inputs, outputs] : [outputs, inputs, ...spatial];
      const at = (filter: number, channel: number): number => {
        const tap = spatial.map(centreOf);
        return position(shape, io ? [...tap, channel, filter] : [filter, channel, ...tap]);
      };
      const centre = at(0, 0);
      const strideInput = inputs > 1 ? at(0, 1) - centre : 0;
      const strideOutput = at(1, 0) - centre;
      const expected = new Float32Array(count);
      const filters = outputs / groups;
      for (let filter = 0; filter < outputs; filter++) {
        if (filter % filters < inputs) expected[at(filter, filter % filters)] = 1;
      }
      const kernel = floats(
        fill(count, (target) =>
          kernels.fillDirac(target, count, centre, inputs, outputs, groups, strideInput, strideOutput),
        ),
      );
      t.is(hex(kernel), hex(expected));
      t.true(same(kernel, dirac({ count, centre, strideInput, strideOutput }, inputs, outputs, groups)));
    });
  }
}

test('dirac leaves filters out that no group has', (t) => {
  const kernel = floats(fill(5, (target) => kernels.fillDirac(target, 5, 0, 1, 5, 2, 1, 1)));
  t.deepEqual(Array.from(kernel), [1, 0, 1, 0, 0]);
});

test('bilinear interpolation', (t) => {
  const quarters = [0.25, 0.75, 0.75, 0.25];
  const four = floats(fill(32, (target) => kernels.fillBilinear(target, 32, 4, 4, 1)));
  t.deepEqual(
    Array.from(four),
    [0, 1].flatMap(() => quarters.flatMap((y) => quarters.map((x) => y * x))),
  );
  for (const [height, width] of [
    [1, 1],
    [3, 3],
    [5, 3],
    [2, 7],
    [16, 16],
  ] as const) {
    for (const channels of [1, 3, 6]) {
      const count = height * width * channels;
      const [oi, io] = [1, channels].map((stride) =>
        floats(fill(count, (target) => kernels.fillBilinear(target, count, height, width, stride))),
      ) as [Floats, Floats];
      t.true(same(oi, bilinear(count, height, width, 1)));
      t.true(same(io, bilinear(count, height, width, channels)));
      for (let channel = 0; channel < channels; channel++) {
        for (let tap = 0; tap < height * width; tap++) {
          const value = oi[channel * height * width + tap]!;
          if (io[tap * channels + channel] !== value) t.fail(`tap ${tap} of ${height} × ${width}`);
        }
      }
    }
  }
});

test('the forget gate is the second quarter', (t) => {
  for (const units of [0, 1, 3, 8]) {
    const count = 4 * units;
    const bias = floats(fill(count, (target) => kernels.fillLstmBias(target, count, 1.25)));
    t.true(same(bias, lstmBias(count, 1.25)));
    bias.forEach((value, i) => t.is(value, i >= units && i < 2 * units ? 1.25 : 0));
  }
});
