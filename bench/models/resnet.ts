import {
  add,
  conv2d,
  dense,
  globalAveragePooling2d,
  graph,
  input,
  maxPooling2d,
  relu,
  type Graph,
} from '../../compiler/index.js';
import { branch, drawn, linear } from './weights.js';

export interface ResNet {
  /** Blocks of each stage. */
  readonly blocks: readonly number[];
  /** 1×1, 3×3, 1×1 to four times the width instead of two 3×3. */
  readonly bottleneck: boolean;
  /** Channels of the first stage; each further one has twice as many. */
  readonly width?: number;
  readonly size?: number;
}

const around = (padding: number): [number, number][] => [[padding, padding], [padding, padding]]; // prettier-ignore

/**
 * ResNet (He et al. 2015), the bottleneck's stride in its 3×3 convolution, with its batch normalizations folded into the
 * convolutions.
 */
export function resnet(batch: number, { blocks, bottleneck, width = 64, size = 224 }: ResNet): Graph {
  const image = input([batch, size, size, 3]);
  const stem = conv2d({ filters: width, kernelSize: 7, strides: 2, padding: around(3), activation: 'relu' });
  const pool = maxPooling2d({ poolSize: 3, strides: 2, padding: around(1) });
  const convolve = (kernelSize: number, filters: number, strides = 1) =>
    conv2d({ filters, kernelSize, strides, padding: around(kernelSize >> 1), activation: 'relu' });
  const last = (kernelSize: number, filters: number) =>
    conv2d({ filters, kernelSize, padding: around(kernelSize >> 1), weight: branch });
  let [x, channels]: [ReturnType<typeof pool>, number] = [pool(stem(image)), width];
  for (const [stage, count] of blocks.entries()) {
    const inner = width * 2 ** stage;
    const filters = bottleneck ? 4 * inner : inner;
    for (let block = 0; block < count; block++) {
      const strides = stage > 0 && block === 0 ? 2 : 1;
      const y = bottleneck
        ? last(1, filters)(convolve(3, inner, strides)(convolve(1, inner)(x)))
        : last(3, filters)(convolve(3, inner, strides)(x));
      const shortcut = conv2d({ filters, kernelSize: 1, strides, weight: linear });
      x = relu()(add()(y, strides === 1 && channels === filters ? x : shortcut(x)));
      channels = filters;
    }
  }
  const y = dense({ units: 1000 })(globalAveragePooling2d()(x));
  return graph({ ...drawn, inputs: { image }, outputs: { y } });
}
