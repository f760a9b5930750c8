import {
  add,
  conv2d,
  dense,
  depthwiseConv2d,
  globalAveragePooling2d,
  graph,
  input,
  type Graph,
} from '../../compiler/index.js';
import { branch, drawn, linear } from './weights.js';

const around: [number, number][] = [[1, 1], [1, 1]]; // prettier-ignore

/** Rows of table 2 of Sandler et al. 2018: factor of expansion, channels, blocks, stride of the first. */
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** MobileNetV2 of width 1.0 with its batch normalizations folded into the convolutions. */
export function mobilenetV2(batch: number, size = 224): Graph {
  const image = input([batch, size, size, 3]);
  const stem = conv2d({ filters: 32, kernelSize: 3, strides: 2, padding: around, activation: 'relu6' });
  let [x, channels]: [ReturnType<typeof stem>, number] = [stem(image), 32];
  for (const [expansion, filters, blocks, first] of STAGES) {
    for (let block = 0; block < blocks; block++) {
      const strides = block === 0 ? first : 1;
      const isResidual = strides === 1 && channels === filters;
      const expand = conv2d({ filters: channels * expansion, kernelSize: 1, activation: 'relu6' });
      const filter = depthwiseConv2d({ kernelSize: 3, strides, padding: around, activation: 'relu6' });
      const project = conv2d({ filters, kernelSize: 1, weight: isResidual ? branch : linear });
      const y = project(filter(expansion === 1 ? x : expand(x)));
      x = isResidual ? add()(x, y) : y;
      channels = filters;
    }
  }
  const features = conv2d({ filters: 1280, kernelSize: 1, activation: 'relu6' })(x);
  const y = dense({ units: 1000 })(globalAveragePooling2d()(features));
  return graph({ ...drawn, inputs: { image }, outputs: { y } });
}
