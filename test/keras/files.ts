/** Topologies as Keras 2 and 3 write them. */

type Config = Readonly<Record<string, unknown>>;

export const layer2 = (className: string, config: Config, ...inbound: readonly unknown[]) => ({
  class_name: className,
  name: config['name'],
  config,
  ...(inbound.length > 0 && { inbound_nodes: inbound }),
});

export const input2 = (name: string, ...shape: readonly (number | null)[]) =>
  layer2('InputLayer', { name, batch_input_shape: [null, ...shape], dtype: 'float32' }, ...[]);

export const functional2 = (layers: readonly object[], inputs: readonly string[], outputs: readonly unknown[]) => ({
  class_name: 'Functional',
  config: {
    name: 'model',
    layers: layers.map((layer) => ({ inbound_nodes: [], ...layer })),
    input_layers: inputs.map((name) => [name, 0, 0]),
    output_layers: outputs,
  },
  keras_version: '2.9.0',
  backend: 'tensorflow',
});

/** An output of a layer as an argument of a call in Keras 3. */
export const tensor3 = (layer: string, output = 0, call = 0) => ({
  class_name: '__keras_tensor__',
  config: { shape: [null, 4], dtype: 'float32', keras_history: [layer, call, output] },
});

const policy = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null };

export const layer3 = (className: string, config: Config, args: readonly unknown[], kwargs: Config = {}) => ({
  module: 'keras.layers',
  class_name: className,
  registered_name: null,
  name: config['name'],
  config: { trainable: true, dtype: policy, ...config },
  inbound_nodes: args.length > 0 ? [{ args, kwargs }] : [],
});

export const input3 = (name: string, ...shape: readonly (number | null)[]) =>
  layer3('InputLayer', { name, batch_shape: [null, ...shape], dtype: 'float32', sparse: false }, []);

export const functional3 = (layers: readonly object[], inputs: unknown, outputs: unknown) => ({
  module: 'keras.src.models.functional',
  class_name: 'Functional',
  config: { name: 'model', trainable: true, layers, input_layers: inputs, output_layers: outputs },
  registered_name: 'Functional',
});

/** An initializer as Keras 3 has it. */
export const initializer3 = (className: string, config: Config = {}) => ({
  module: 'keras.initializers',
  class_name: className,
  config: { seed: null, ...config },
  registered_name: null,
});
