import test from 'ava';
import {
  compile,
  conv2d,
  dense,
  flatten,
  globalAveragePooling1d,
  input,
  lstm,
  maxPooling2d,
  sequential,
  type CompileOptions,
  type Graph,
} from '../compiler/index.js';
import { instantiateSync } from '../runtime/index.js';
import { memoryPages } from './abi/sections.js';

const PAGE = 65536;

interface Row {
  readonly title: string;
  readonly graph: () => Graph;
  readonly options: CompileOptions;
  /** The largest sizes, where there are any. */
  readonly most?: readonly number[];
  /** Pages; by default those that the largest sizes take. */
  readonly pages?: number;
}

const perceptron = (shape: readonly (string | number)[]): Graph =>
  sequential([input(shape as never), dense({ units: 32, activation: 'relu' }), dense({ units: 10 })] as never);

const image = (): Graph =>
  sequential([
    ...[input(['batch', 'height', 'width', 3]), conv2d({ filters: 8, kernelSize: 3, strides: 2, padding: 'same' })],
    ...[maxPooling2d({ poolSize: 2 }), conv2d({ filters: 4, kernelSize: 3 })],
  ] as never);

const rows: readonly Row[] = [
  { title: 'known sizes', graph: () => perceptron([4000, 20]), options: {}, most: [4000, 20] },
  {
    title: 'a limit',
    graph: () => perceptron(['batch', 20]),
    options: { dims: { batch: { max: 4000 } } },
    most: [4000, 20],
  },
  {
    title: 'a limit, with sizes that start from more than one',
    graph: () =>
      sequential([input(['batch', 'time', 8]), lstm({ units: 16, returnSequences: true }), globalAveragePooling1d()]),
    options: { dims: { batch: { max: 7 }, time: { min: 3, max: 900 } } },
    most: [7, 900, 8],
  },
  {
    title: 'limits of an image, its maps rounded down and padded',
    graph: image,
    options: { dims: { batch: { max: 3 }, height: { min: 16, max: 201 }, width: { min: 16, max: 97 } } },
    most: [3, 201, 97, 3],
  },
  { title: 'no limit', graph: () => perceptron(['batch', 20]), options: { maxMemory: 50 * PAGE + 1 }, pages: 50 },
  {
    title: 'a size without a limit',
    graph: image,
    options: { maxMemory: 99 * PAGE, dims: { batch: { max: 3 }, height: { min: 16, max: 201 } } },
    pages: 99,
  },
  {
    title: 'a limit above that of the memory',
    graph: () => perceptron(['batch', 20]),
    options: { maxMemory: 5 * PAGE, dims: { batch: { max: 100_000 } } },
    pages: 5,
  },
  {
    title: 'a limit of a size that waits for the first input',
    graph: () => sequential([input(['batch', null, 4]), flatten(), dense({ units: 8 })]),
    options: { dims: { batch: { max: 5 }, 'x[1]': { max: 300 } } },
    most: [5, 300, 4],
  },
];

for (const { title, graph, options, most, pages } of rows) {
  test(`the memory's maximum is what is planned: ${title}`, async (t) => {
    const { binary } = await compile(graph(), options);
    const declared = memoryPages(binary).most;
    if (pages !== undefined) t.is(declared, pages);
    if (!most) return;
    const net = instantiateSync(binary);
    net.resize({ x: most });
    const { y } = net.forward({ x: { data: new Float32Array(most.reduce((a, b) => a * b, 1)), shape: most } });
    t.true(y!.data.length > 0);
    const used = net.inputs['x']!.buffer.byteLength / PAGE;
    t.true(declared >= used && declared <= used + 1 + used / 20, `${declared} declared, ${used} used`);
  });
}
