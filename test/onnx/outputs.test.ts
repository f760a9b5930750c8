import test from 'ava';
import { build } from '../../compiler/index.js';
import { OptionError } from '../../compiler/errors.js';
import { importOnnx, type OnnxOptions } from '../../compiler/import/onnx/index.js';
import type { Tensor } from '../../compiler/tensor.js';
import { onnxModel } from './write.js';

const floats = (...values: number[]): Tensor => ({
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
});

/** y = relu(1 - 2 x), with a value that is known, a weight that a node holds, one under two names and one of integers. */
const bytes = onnxModel({
  opset: 17,
  nodes: [
    { op: 'Neg', inputs: ['one'], outputs: ['known'] },
    {
      op: 'Constant',
      outputs: ['given'],
      attributes: { value: { tensor: floats(...new Array<number>(100).fill(0)) } },
    },
    { op: 'Abs', inputs: ['weight'], outputs: ['computed'] },
    { op: 'Mul', inputs: ['x', 'weight'], outputs: ['product'] },
    { op: 'Identity', inputs: ['product'], outputs: ['again'] },
    { op: 'Add', inputs: ['again', 'known'], outputs: ['sum'] },
    { op: 'Relu', inputs: ['sum'], outputs: ['y'] },
    { op: 'Shape', inputs: ['sum'], outputs: ['size'] },
  ],
  inputs: [{ name: 'x', shape: ['n'] }],
  outputs: [{ name: 'y', shape: ['n'] }],
  initializers: { weight: floats(-2), one: { dtype: 'float32', shape: [], data: Float32Array.of(-1) } },
});

const run = async (outputs: NonNullable<OnnxOptions['outputs']>): Promise<Record<string, readonly number[]>> => {
  const net = await build(importOnnx(bytes, { outputs }));
  const given = net.forward({ x: Float32Array.of(1, -3) });
  return Object.fromEntries(Object.entries(given).map(([name, { data }]) => [name, Array.from(data, Number)]));
};

const y = [0, 7];
const product = [-2, 6];
const sum = [-1, 7];

for (const [title, asked, expected] of [
  ['no others', [], { y }],
  ['named ones, in their order', ['sum', 'size', 'again'], { y, sum, size: [2], again: product }],
  ['inputs and weights by their names', ['x', 'computed'], { y, x: [1, -3], computed: [2] }],
  ['every float value that is not known', 'all', { y, computed: [2], product, sum }],
] as const) {
  test(`besides the outputs of the graph: ${title}`, async (t) => {
    const given = await run(asked);
    t.deepEqual(given, expected);
    t.deepEqual(Object.keys(given), Object.keys(expected));
  });
}

test('a value that the graph does not have is refused', (t) => {
  const model = importOnnx(bytes, { outputs: ['sums'] });
  t.throws(() => model.lower(), {
    instanceOf: OptionError,
    message: "outputs: the model has no value 'sums'; did you mean 'sum'?",
  });
});
