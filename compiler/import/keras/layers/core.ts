import type { Classes } from '../define.js';
import { activation, only, optional, single } from './common.js';

/** Layers that act in training only. */
const dropout = (kind: string) => single(kind, (layer) => ({ rate: layer.config.number('rate', 0) }));

export const core: Classes = {
  Dense(layer, inputs) {
    const units = layer.config.integer('units');
    const [weight, bias] = layer.weights(
      ['kernel', [null, units]],
      layer.config.boolean('use_bias', true) && ['bias', [units]],
    );
    return layer.add('dense', { units, ...activation(layer), weight, bias }, [only(inputs)]);
  },
  Embedding(layer, inputs) {
    const [inputDim, outputDim] = [layer.config.integer('input_dim'), layer.config.integer('output_dim')];
    const [weight] = layer.weights(['embeddings', [inputDim, outputDim]]);
    return layer.add('embedding', { inputDim, outputDim, weight }, [only(inputs)]);
  },
  Masking: single('masking', (layer) => optional(layer, { mask_value: 'maskValue' })),
  ActivityRegularization: single('activityRegularization'),
  AlphaDropout: dropout('alphaDropout'),
  Dropout: dropout('dropout'),
  GaussianDropout: dropout('gaussianDropout'),
  GaussianNoise: single('gaussianNoise', (layer) => ({ std: layer.config.number('stddev', 0) })),
  Identity: single('identity'),
  SpatialDropout1D: dropout('spatialDropout1d'),
  SpatialDropout2D: dropout('spatialDropout2d'),
  SpatialDropout3D: dropout('spatialDropout3d'),
};
