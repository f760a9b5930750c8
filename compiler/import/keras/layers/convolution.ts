import type { LayerContext } from '../context.js';
import type { Classes, Convert } from '../define.js';
import { activation, dataFormat, only } from './common.js';

type Rank = 1 | 2 | 3;
type Options = Readonly<Record<string, unknown>>;

/** The sizes of a kernel, one for each spatial axis. */
function kernelOf({ config }: LayerContext, rank: Rank): readonly number[] {
  const size = config.sizes('kernel_size');
  return typeof size === 'number' ? new Array<number>(rank).fill(size) : size;
}

const geometry = (layer: LayerContext): Options => ({
  strides: layer.config.sizes('strides', 1),
  padding: layer.config.text('padding', 'valid').toLowerCase(),
  dilation: layer.config.sizes('dilation_rate', 1),
  dataFormat: dataFormat(layer),
  ...activation(layer),
});

const hasBias = (layer: LayerContext): boolean => layer.config.boolean('use_bias', true);

const convolution =
  (rank: Rank): Convert =>
  (layer, inputs) => {
    const [filters, kernelSize] = [layer.config.integer('filters'), kernelOf(layer, rank)];
    const groups = layer.config.integer('groups', 1);
    const [weight, bias] = layer.weights(
      ['kernel', [...kernelSize, null, filters]],
      hasBias(layer) && ['bias', [filters]],
    );
    const options = { filters, kernelSize, ...geometry(layer), ...(groups !== 1 && { groups }) };
    return layer.add(`conv${rank}d`, { ...options, weight, bias }, [only(inputs)]);
  };

const depthwise =
  (rank: 1 | 2): Convert =>
  (layer, inputs) => {
    const [kernelSize, depthMultiplier] = [kernelOf(layer, rank), layer.config.integer('depth_multiplier', 1)];
    const [weight, bias] = layer.weights(
      [layer.version === 3 ? 'kernel' : 'depthwise_kernel', [...kernelSize, null, depthMultiplier]],
      hasBias(layer) && ['bias', [null]],
    );
    const options = { kernelSize, depthMultiplier, ...geometry(layer) };
    return layer.add(`depthwiseConv${rank}d`, { ...options, weight, bias }, [only(inputs)]);
  };

const separable =
  (rank: 1 | 2): Convert =>
  (layer, inputs) => {
    const [filters, kernelSize] = [layer.config.integer('filters'), kernelOf(layer, rank)];
    const depthMultiplier = layer.config.integer('depth_multiplier', 1);
    const [depthwiseWeight, pointwiseWeight, bias] = layer.weights(
      ['depthwise_kernel', [...kernelSize, null, depthMultiplier]],
      ['pointwise_kernel', [...kernelSize.map(() => 1), null, filters]],
      hasBias(layer) && ['bias', [filters]],
    );
    const options = { filters, kernelSize, depthMultiplier, ...geometry(layer) };
    return layer.add(`separableConv${rank}d`, { ...options, depthwiseWeight, pointwiseWeight, bias }, [only(inputs)]);
  };

const transposed =
  (rank: Rank): Convert =>
  (layer, inputs) => {
    const [filters, kernelSize] = [layer.config.integer('filters'), kernelOf(layer, rank)];
    const [weight, bias] = layer.weights(
      ['kernel', [...kernelSize, filters, null]],
      hasBias(layer) && ['bias', [filters]],
    );
    const outputPadding = layer.config.has('output_padding') && {
      outputPadding: layer.config.sizes('output_padding'),
    };
    const options = { filters, kernelSize, ...geometry(layer), ...outputPadding };
    return layer.add(`conv${rank}dTranspose`, { ...options, weight, bias }, [only(inputs)]);
  };

export const convolutions: Classes = {
  Conv1D: convolution(1),
  Conv1DTranspose: transposed(1),
  Conv2D: convolution(2),
  Conv2DTranspose: transposed(2),
  Conv3D: convolution(3),
  Conv3DTranspose: transposed(3),
  DepthwiseConv1D: depthwise(1),
  DepthwiseConv2D: depthwise(2),
  SeparableConv1D: separable(1),
  SeparableConv2D: separable(2),
};
