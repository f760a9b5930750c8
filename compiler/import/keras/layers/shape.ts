import { show } from '../../../show.js';
import { Unsupported } from '../config.js';
import type { LayerContext } from '../context.js';
import type { Classes, Convert } from '../define.js';
import { dataFormat, single } from './common.js';

/** Sizes before and after each axis; of a sequence as a list of one pair. */
const sides = (layer: LayerContext, name: string, rank: number): unknown => {
  const value = layer.config.sizes(name, 1);
  const isPair = rank === 1 && Array.isArray(value) && value.length === 2;
  return isPair ? [value] : value;
};

const padding = (rank: 1 | 2 | 3): Convert =>
  single(`zeroPadding${rank}d`, (layer) => ({
    padding: sides(layer, 'padding', rank),
    ...(rank > 1 && { dataFormat: dataFormat(layer) }),
  }));

const cropping = (rank: 1 | 2 | 3): Convert =>
  single(`cropping${rank}d`, (layer) => ({
    cropping: sides(layer, 'cropping', rank),
    ...(rank > 1 && { dataFormat: dataFormat(layer) }),
  }));

const upSampling = (rank: 1 | 2 | 3): Convert =>
  single(`upSampling${rank}d`, (layer) => {
    const interpolation = rank === 2 ? layer.config.text('interpolation', 'nearest') : 'nearest';
    return {
      size: layer.config.sizes('size', 2),
      ...(rank > 1 && { dataFormat: dataFormat(layer) }),
      ...(interpolation !== 'nearest' && { interpolation }),
    };
  });

export const shapes: Classes = {
  Cropping1D: cropping(1),
  Cropping2D: cropping(2),
  Cropping3D: cropping(3),
  Flatten: single('flatten', (layer) => ({ dataFormat: dataFormat(layer) })),
  Permute: single('permute', (layer) => ({ dims: layer.config.integers('dims') })),
  RepeatVector: single('repeatVector', (layer) => ({ n: layer.config.integer('n') })),
  Reshape: single('reshape', (layer) => {
    const shape = layer.config.get('target_shape');
    if (!Array.isArray(shape)) throw new Unsupported(`config.target_shape must be a list, got ${show(shape)}`);
    return { targetShape: shape.map((size: unknown) => size ?? -1) };
  }),
  UpSampling1D: upSampling(1),
  UpSampling2D: upSampling(2),
  UpSampling3D: upSampling(3),
  ZeroPadding1D: padding(1),
  ZeroPadding2D: padding(2),
  ZeroPadding3D: padding(3),
};
