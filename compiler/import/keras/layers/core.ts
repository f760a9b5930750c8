import type { Classes } from '../define.js';
import { masked } from '../masks.js';
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
    const x = only(inputs);
    const y = layer.add('embedding', { inputDim, outputDim, weight }, [x]);
    return layer.config.boolean('mask_zero', false) ? masked(y, { from: x.from, rank: x.rank, by: layer.name }) : y;
  },
  Masking(layer, inputs) {
    const x = only(inputs);
    const y = layer.add('masking', optional(layer, { mask_value: 'maskValue' }), [x]);
    return masked(y, { ...layer.output(y, 'mask', x.rank && x.rank - 1), by: layer.name });
  },
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
