import { readFileSync } from 'node:fs';
import { readSafetensors } from '../../compiler/import/safetensors.js';
import { onnxModel } from '../../test/onnx/write.js';
import { folder } from '../digits/data.js';

interface Values {
  readonly dtype: 'float32';
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Kernels [height, width, in, out] as ONNX has them: [out, in, height, width]. */
function outputsFirst({ shape, data }: Values): Values {
  const [height, width, inputs, outputs] = shape as [number, number, number, number];
  const moved = new Float32Array(data.length);
  for (let tap = 0; tap < height * width; tap++) {
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) {
        moved[(o * inputs + i) * height * width + tap] = data[(tap * inputs + i) * outputs + o]!;
      }
    }
  }
  return { dtype: 'float32', shape: [outputs, inputs, height, width], data: moved };
}

const same = { auto_pad: { string: 'SAME_UPPER' } } as const;

/** The network of examples/digits with its trained weights as a file of ONNX. */
export function digitsOnnx(): Uint8Array {
  const tensors = readSafetensors(readFileSync(new URL('weights.safetensors', folder))) as unknown as Readonly<
    Record<string, Values>
  >;
  return onnxModel({
    opset: 17,
    inputs: [{ name: 'image', shape: ['batch', 8, 8, 1] }],
    outputs: [{ name: 'probabilities', shape: ['batch', 10] }],
    initializers: {
      'conv_1.weight': outputsFirst(tensors['conv2d_1.weight']!),
      'conv_1.bias': tensors['conv2d_1.bias']!,
      'conv_2.weight': outputsFirst(tensors['conv2d_2.weight']!),
      'conv_2.bias': tensors['conv2d_2.bias']!,
      'dense.weight': tensors['dense_1.weight']!,
      'dense.bias': tensors['dense_1.bias']!,
    },
    nodes: [
      {
        op: 'Transpose',
        name: 'channels_first',
        inputs: ['image'],
        outputs: ['a'],
        attributes: { perm: { ints: [0, 3, 1, 2] } },
      },
      { op: 'Conv', name: 'conv_1', inputs: ['a', 'conv_1.weight', 'conv_1.bias'], outputs: ['b'], attributes: same },
      { op: 'Relu', name: 'relu_1', inputs: ['b'], outputs: ['c'] },
      { op: 'Conv', name: 'conv_2', inputs: ['c', 'conv_2.weight', 'conv_2.bias'], outputs: ['d'], attributes: same },
      { op: 'Relu', name: 'relu_2', inputs: ['d'], outputs: ['e'] },
      {
        op: 'MaxPool',
        name: 'pool',
        inputs: ['e'],
        outputs: ['f'],
        attributes: { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } },
      },
      {
        op: 'Transpose',
        name: 'channels_last',
        inputs: ['f'],
        outputs: ['g'],
        attributes: { perm: { ints: [0, 2, 3, 1] } },
      },
      { op: 'Flatten', name: 'flatten', inputs: ['g'], outputs: ['h'] },
      { op: 'Gemm', name: 'dense', inputs: ['h', 'dense.weight', 'dense.bias'], outputs: ['i'] },
      { op: 'Softmax', name: 'softmax', inputs: ['i'], outputs: ['probabilities'], attributes: { axis: { int: -1 } } },
    ],
  });
}
