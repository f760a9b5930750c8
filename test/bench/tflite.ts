import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Values } from '../../bench/network.js';
import type { OptionValue, TfliteGraph } from '../../bench/tflite/model.js';
import { FusedActivation, Padding, type OperatorName } from '../../bench/tflite/schema.js';

type Options = Readonly<Record<string, OptionValue>>;
type Operator = (inputs: readonly tf.Tensor[], options: Options, shape: number[]) => tf.Tensor;
type Pair = [number, number];

const number = (options: Options, name: string): number => options[name] as number;
const paddingOf = (options: Options) => (options['padding'] === Padding.same ? 'same' : 'valid');
const strides = (options: Options): Pair => [number(options, 'strideHeight'), number(options, 'strideWidth')];
const dilations = (options: Options): Pair => [number(options, 'dilationHeight'), number(options, 'dilationWidth')];

function activate(x: tf.Tensor, { activation }: Options): tf.Tensor {
  if (activation === FusedActivation.relu) return tf.relu(x);
  return activation === FusedActivation.relu6 ? tf.relu6(x) : x;
}

const pad: Operator = ([x, paddings, value]) => {
  const sides = paddings!.dataSync();
  const pairs = x!.shape.map((_, axis): Pair => [sides[2 * axis]!, sides[2 * axis + 1]!]);
  return tf.pad(x!, pairs, value?.dataSync()[0] ?? 0);
};

/** Each operator by its documentation; an option that it lacks is undefined, which tfjs refuses or outputs show. */
const operators: Readonly<Record<OperatorName, Operator>> = {
  add: ([a, b], options) => activate(tf.add(a!, b!), options),
  subtract: ([a, b]) => tf.sub(a!, b!),
  multiply: ([a, b]) => tf.mul(a!, b!),
  squaredDifference: ([a, b]) => tf.squaredDifference(a!, b!),
  conv2d: ([x, weight, bias], options) => {
    const filter = tf.transpose(weight as tf.Tensor4D, [1, 2, 3, 0]);
    const padding = paddingOf(options);
    const y = tf.conv2d(x as tf.Tensor4D, filter, strides(options), padding, 'NHWC', dilations(options));
    return activate(tf.add(y, bias!), options);
  },
  depthwiseConv2d: ([x, weight, bias], options) => {
    const [, height, width, channels] = weight!.shape as [number, number, number, number];
    const multiplier = number(options, 'depthMultiplier');
    const filter = tf.reshape<tf.Rank.R4>(weight!, [height, width, channels / multiplier, multiplier]);
    const padding = paddingOf(options);
    const y = tf.depthwiseConv2d(x as tf.Tensor4D, filter, strides(options), padding, 'NHWC', dilations(options));
    return activate(tf.add(y, bias!), options);
  },
  fullyConnected: ([x, weight, bias], options, shape) => {
    const rows = tf.reshape(x!, [-1, weight!.shape[1]!]);
    const y = activate(tf.add(tf.matMul(rows, weight!, false, true), bias!), options);
    return options['keepDimensions'] === true ? tf.reshape(y, [...x!.shape.slice(0, -1), shape.at(-1)!]) : y;
  },
  maxPool2d: ([x], options) => {
    const window: Pair = [number(options, 'height'), number(options, 'width')];
    return tf.maxPool(x as tf.Tensor4D, window, strides(options), paddingOf(options));
  },
  mean: ([x, axes], options) => tf.mean(x!, [...axes!.dataSync()], options['keepDimensions'] === true),
  batchMatmul: ([a, b], options) =>
    tf.matMul(a!, b!, options['transposeLeft'] === true, options['transposeRight'] === true),
  transpose: ([x, order]) => tf.transpose(x!, [...order!.dataSync()]),
  reshape: ([x, sizes]) => tf.reshape(x!, [...sizes!.dataSync()]),
  softmax: ([x], options) => tf.softmax(tf.mul(x!, number(options, 'beta'))),
  relu: ([x]) => tf.relu(x!),
  logistic: ([x]) => tf.sigmoid(x!),
  gelu: ([x]) => tf.mul(tf.mul(x!, 0.5), tf.add(tf.erf(tf.mul(x!, Math.SQRT1_2)), 1)),
  reciprocalSquareRoot: ([x]) => tf.rsqrt(x!),
  pad,
  padWith: pad,
};

/** What a graph computes. @throws Error for an operator that gives another shape than its tensor has */
export function runTflite(graph: TfliteGraph, inputs: readonly Values[]): Float32Array {
  const y = tf.tidy(() => {
    const values = graph.tensors.map(({ data, shape }) => {
      if (data === undefined) return undefined;
      return tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32');
    });
    graph.inputs.forEach((tensor, at) => (values[tensor] = tf.tensor(inputs[at]!.data, [...inputs[at]!.shape])));
    for (const { name, inputs: read, output, options } of graph.operators) {
      const shape = [...graph.tensors[output]!.shape];
      const result = operators[name](
        read.map((tensor) => values[tensor]!),
        options,
        shape,
      );
      if (String(result.shape) !== String(shape))
        throw new Error(`${name}: gives [${String(result.shape)}], not [${String(shape)}]`);
      values[output] = result;
    }
    return values[graph.output]!;
  });
  return y.dataSync() as Float32Array;
}
