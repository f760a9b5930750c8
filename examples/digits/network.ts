import * as tf from '@tensorflow/tfjs-layers';

export const dropoutRate = 0.5;

/** The network of model.json in tfjs, its weights drawn from `seed`: (batch, 8, 8, 1) → ten probabilities. */
export function createNetwork(seed: number): tf.Sequential {
  const { conv2d, dense, dropout, flatten, maxPooling2d } = tf.layers;
  const weight = (layer: number) => tf.initializers.heNormal({ seed: seed + layer });
  return tf.sequential({
    layers: [
      conv2d({
        name: 'conv2d_1',
        inputShape: [8, 8, 1],
        filters: 16,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: weight(1),
      }),
      conv2d({
        name: 'conv2d_2',
        filters: 32,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        kernelInitializer: weight(2),
      }),
      maxPooling2d({ name: 'max_pooling2d_1', poolSize: 2 }),
      flatten({ name: 'flatten_1' }),
      dropout({ name: 'dropout_1', rate: dropoutRate }),
      dense({ name: 'dense_1', units: 10, activation: 'softmax', kernelInitializer: weight(3) }),
    ],
  });
}

/** Every trained variable: its name in model.json and the tfjs variable, in tfjs's order. */
export function namedWeights(network: tf.Sequential): { name: string; variable: tf.LayerVariable }[] {
  return network.weights.map((variable) => ({
    name: variable.originalName.replace('/', '.').replace(/kernel$/, 'weight'),
    variable,
  }));
}
