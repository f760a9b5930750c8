import type { Build } from '../build.js';
import { floorDiv, mul, sub, type Dim } from '../dim.js';
import type { Padding, Value } from '../ir.js';
import { activationExpression, applyActivation, type Activation } from './activation-functions.js';
import { activation } from './activation.js';
import { inFormat, type DataFormat } from './data-format.js';
import { dataFormat, integer, optional, type Slot } from './define.js';
import { lastDim } from './rank.js';
import { extentOf, paddingOf, paddingOfAxis, requireFit, type ResolvedPadding } from './window.js';

/** How a kernel slides over the spatial axes of a map. */
export interface Sliding {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: ResolvedPadding;
}

/** What every layer with a kernel says of its input and its output. */
export interface Ends {
  readonly dataFormat: DataFormat;
  readonly inputChannels: number | undefined;
  readonly activation: Activation;
}

/** The attributes of `Ends`. */
export const ends = () => ({
  dataFormat: dataFormat(),
  inputChannels: optional(integer()),
  activation: activation(),
});

/** Sizes around the spatial axes of a map [batch, ...spatial, channels]; requires that the kernel fits. */
export const slidingPadding = (build: Build, map: Value, sliding: Sliding): Padding =>
  sliding.kernelSize.map((kernel, axis): readonly [Dim, Dim] => {
    const size = map.shape[axis + 1]!;
    const extent = extentOf(kernel, sliding.dilation[axis]!);
    const padding = paddingOfAxis(sliding.padding, axis);
    requireFit(build, 'kernel', size, padding, extent);
    return paddingOf(padding, size, { extent, stride: sliding.strides[axis]! });
  });

/** The channels of a map, which `inputChannels` may say before. */
export function channelsOf(build: Build, map: Value, { inputChannels }: Ends): Dim {
  const channels = lastDim(map);
  if (inputChannels === undefined) return channels;
  build.require('equal', channels, inputChannels, 'expects {expected} channels, got {got}');
  return inputChannels;
}

/** Channels of one group. */
export function perGroup(build: Build, channels: Dim, groups: number): Dim {
  if (groups === 1) return channels;
  if (typeof channels === 'number' && channels % groups !== 0) {
    build.fail(`${channels} channels do not divide into ${groups} groups`);
  }
  const size = floorDiv(channels, groups);
  build.require('equal', sub(channels, mul(size, groups)), 0, `its channels do not divide into ${groups} groups`);
  return size;
}

/** What follows a product: the bias, the activation and the data format. */
export interface Finish {
  /** Adds the bias and applies the activation where it is a function of an element; filters may occur several times. */
  readonly elements: (y: Value, copies?: number) => Value;
  /** The layer's output, with channels where the data format has them. */
  readonly whole: (y: Value) => Value;
}

/** @param filters of the bias, which is asked for after the weights */
export function finishOf(build: Build, bias: Slot | undefined, filters: Dim, { activation, dataFormat }: Ends): Finish {
  const isElementwise = activationExpression(activation, { kind: 'input', index: 0 }) !== undefined;
  let vector: Value | undefined;
  return {
    elements(y, copies = 1) {
      vector ??= bias?.([filters]);
      const repeated =
        vector && copies > 1 ? build.op({ kind: 'concat', axis: 0 }, new Array<Value>(copies).fill(vector)) : vector;
      const sum = repeated ? build.binary('add', y, repeated) : y;
      return isElementwise ? applyActivation(build, activation, sum) : sum;
    },
    whole(y) {
      const restored = inFormat(build, y, dataFormat);
      return isElementwise ? restored : applyActivation(build, activation, restored);
    },
  };
}
