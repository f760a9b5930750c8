import { show } from '../../../show.js';
import type { Classes, Convert } from '../define.js';
import { Unsupported } from '../config.js';
import { dataFormat, only, single } from './common.js';

const pooling = (fn: 'max' | 'average', rank: 1 | 2 | 3): Convert =>
  single(`${fn}Pooling${rank}d`, (layer) => {
    const padding = layer.config.text('padding', 'valid').toLowerCase();
    if (padding !== 'valid' && padding !== 'same') {
      throw new Unsupported(`config.padding must be 'valid' or 'same', got ${show(padding)}`);
    }
    return {
      poolSize: layer.config.sizes('pool_size', 2),
      ...(layer.config.has('strides') && { strides: layer.config.sizes('strides') }),
      padding,
      dataFormat: dataFormat(layer),
    };
  });

/** The mean of the steps that count. */
const meanOfSteps: Convert = (layer, inputs) => {
  const x = only(inputs);
  const options = { keepDims: layer.config.boolean('keepdims', false), dataFormat: dataFormat(layer) };
  const mask = layer.maskOf(x);
  return layer.add('globalAveragePooling1d', options, mask ? [x, mask] : [x]);
};

const global = (fn: 'Max' | 'Average', rank: 1 | 2 | 3): Convert =>
  single(`global${fn}Pooling${rank}d`, (layer) => ({
    keepDims: layer.config.boolean('keepdims', false),
    dataFormat: dataFormat(layer),
  }));

export const poolings: Classes = {
  AveragePooling1D: pooling('average', 1),
  AveragePooling2D: pooling('average', 2),
  AveragePooling3D: pooling('average', 3),
  GlobalAveragePooling1D: meanOfSteps,
  GlobalAveragePooling2D: global('Average', 2),
  GlobalAveragePooling3D: global('Average', 3),
  GlobalMaxPooling1D: global('Max', 1),
  GlobalMaxPooling2D: global('Max', 2),
  GlobalMaxPooling3D: global('Max', 3),
  MaxPooling1D: pooling('max', 1),
  MaxPooling2D: pooling('max', 2),
  MaxPooling3D: pooling('max', 3),
};
