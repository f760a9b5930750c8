import { ImportError } from '../../errors.js';
import { show } from '../../show.js';
import { isFields, own, type Fields } from './config.js';

/** One output of one call of a layer. */
export interface TensorReference {
  readonly layer: string;
  readonly call: number;
  readonly output: number;
}

/** What a layer is called with. */
export interface Call {
  /** Tensors among the positional arguments, lists flattened. */
  readonly inputs: readonly TensorReference[];
  /** Other arguments by name: tensors, flattened, or a constant. */
  readonly named: ReadonlyMap<string, { readonly tensors: readonly TensorReference[]; readonly constant: unknown }>;
}

export interface KerasLayer {
  readonly className: string;
  readonly name: string;
  /** The Python module, where the file says it. */
  readonly module: string | undefined;
  readonly config: Fields;
  readonly calls: readonly Call[];
}

/** A model as layers and their calls; a Sequential one is a chain. */
export interface KerasModel {
  readonly name: string;
  readonly layers: readonly KerasLayer[];
  readonly inputs: readonly TensorReference[];
  readonly outputs: readonly TensorReference[];
}

const fail = (subject: string, what: string): never => {
  throw new ImportError('topology', subject, what);
};

/** Whether an object with a class and a configuration is a model of layers. */
export const isModel = ({ config }: { readonly config: Fields }): boolean => Array.isArray(own(config, 'layers'));

/** Whether what stands for a layer is a function of `keras.ops`, whose second argument is called x2. */
export const isOperation = ({ module }: { readonly module: string | undefined }): boolean =>
  module?.includes('.ops') === true;

/** The layer that an object with `class_name` and `config` describes, without its calls. */
export function readLayer(value: unknown, subject: string): KerasLayer {
  if (!isFields(value)) return fail(subject, `a layer must be an object, got ${show(value)}`);
  const className = own(value, 'class_name');
  if (typeof className !== 'string') return fail(subject, `a layer has no class_name`);
  const given = own(value, 'config') ?? {};
  // Sequential models of Keras before 2.2.3 have the list of layers in the place of a configuration.
  const config = Array.isArray(given) ? { layers: given as readonly unknown[] } : given;
  if (!isFields(config)) return fail(subject, `config of a ${className} must be an object, got ${show(given)}`);
  const name = own(value, 'name') ?? own(config, 'name') ?? '';
  if (typeof name !== 'string') return fail(subject, `name of a ${className} must be a string, got ${show(name)}`);
  const module = own(value, 'module');
  return { className, name, config, module: typeof module === 'string' ? module : undefined, calls: [] };
}

/** A model from its class and configuration. */
export function readModel(layer: KerasLayer): KerasModel {
  const { className, config } = layer;
  const name = layer.name === '' ? 'model' : layer.name;
  const list = own(config, 'layers');
  if (!Array.isArray(list)) return fail(name, `config.layers of a ${className} must be a list, got ${show(list)}`);
  const isChain = className === 'Sequential' || !Object.hasOwn(config, 'output_layers');
  return isChain ? readSequential(name, list, config) : readFunctional(name, list, config);
}

function readSequential(name: string, list: readonly unknown[], config: Fields): KerasModel {
  const layers: KerasLayer[] = list.map((value, index) => {
    const layer = readLayer(value, name);
    return layer.name === '' ? { ...layer, name: `layer_${index}` } : layer;
  });
  const [first] = layers;
  if (!first) return fail(name, 'has no layers');
  if (first.className !== 'InputLayer') layers.unshift(inputOf(first, config));
  const chain = layers.map((layer, index): KerasLayer => {
    if (index === 0) return { ...layer, calls: [{ inputs: [], named: new Map() }] };
    const input = { layer: layers[index - 1]!.name, call: 0, output: 0 };
    return { ...layer, calls: [{ inputs: [input], named: new Map() }] };
  });
  requireUnique(chain, name);
  const ends = [layers[0]!, layers[layers.length - 1]!].map((layer) => ({ layer: layer.name, call: 0, output: 0 }));
  return { name, layers: chain, inputs: [ends[0]!], outputs: [ends[1]!] };
}

/** The input that a Sequential model without an InputLayer has by its first layer. */
function inputOf(first: KerasLayer, config: Fields): KerasLayer {
  const build = own(first.config, 'build_config') ?? own(config, 'build_config');
  const shape =
    inputShapeOf(first.config) ??
    own(config, 'build_input_shape') ??
    (isFields(build) ? own(build, 'input_shape') : undefined);
  const dtype = own(first.config, 'dtype');
  return {
    className: 'InputLayer',
    name: `${first.name}_input`,
    module: undefined,
    config: {
      ...(shape !== undefined && { batch_shape: shape }),
      dtype: first.className === 'Embedding' ? 'int32' : dtype,
    },
    calls: [],
  };
}

/** The shape with its batch that a configuration gives to an input. */
export function inputShapeOf(config: Fields): unknown {
  const whole = own(config, 'batch_shape') ?? own(config, 'batch_input_shape');
  if (whole !== undefined) return whole;
  const rest = own(config, 'input_shape');
  if (Array.isArray(rest)) return [own(config, 'batch_size') ?? null, ...(rest as readonly unknown[])];
  const first = own(config, 'layers');
  const inner = Array.isArray(first) && isFields(first[0]) ? own(first[0], 'config') : undefined;
  return isFields(inner) ? inputShapeOf(inner) : undefined;
}

function readFunctional(name: string, list: readonly unknown[], config: Fields): KerasModel {
  const layers = list.map((value): KerasLayer => {
    const layer = readLayer(value, name);
    if (layer.name === '') return fail(name, `a ${layer.className} has no name`);
    const nodes = own(value as Fields, 'inbound_nodes') ?? [];
    if (!Array.isArray(nodes)) return fail(layer.name, `inbound_nodes must be a list, got ${show(nodes)}`);
    const calls = nodes.map((node: unknown) => readCall(node, layer));
    return { ...layer, calls: layer.className === 'InputLayer' ? [{ inputs: [], named: new Map() }] : calls };
  });
  requireUnique(layers, name);
  const inputs = referencesOf(own(config, 'input_layers') ?? [], name);
  const outputs = referencesOf(own(config, 'output_layers') ?? [], name);
  if (outputs.length === 0) return fail(name, 'has no output_layers');
  return withoutOwnNodes({ name, layers, inputs, outputs });
}

function requireUnique(layers: readonly KerasLayer[], model: string): void {
  const names = new Set<string>();
  for (const { name } of layers) {
    if (names.has(name)) fail(model, `has two layers with the name '${name}'`);
    names.add(name);
  }
}

const isReference = (value: unknown): value is readonly [string, number, number] =>
  Array.isArray(value) && typeof value[0] === 'string' && Number.isInteger(value[1]) && Number.isInteger(value[2]);

const toReference = ([layer, call, output]: readonly [string, number, number]): TensorReference => ({
  layer,
  call,
  output,
});

/** References in whatever lists and records a file puts them. */
function referencesOf(value: unknown, subject: string, level = 0): readonly TensorReference[] {
  if (isReference(value)) return [toReference(value)];
  if (level < 8 && Array.isArray(value)) return value.flatMap((item) => referencesOf(item, subject, level + 1));
  if (level < 8 && isFields(value))
    return Object.values(value).flatMap((item) => referencesOf(item, subject, level + 1));
  return fail(subject, `expects [layer, call, output], got ${show(value)}`);
}

function readCall(node: unknown, layer: KerasLayer): Call {
  if (Array.isArray(node)) return readListedCall(node, layer.name);
  if (!isFields(node)) return fail(layer.name, `a node must be a list or an object, got ${show(node)}`);
  const args = own(node, 'args') ?? [];
  const kwargs = own(node, 'kwargs');
  const second = isOperation(layer) && Array.isArray(args) && args.length > 1 ? { x2: args[1] as unknown } : undefined;
  const inputs = tensorsOf(second ? (args as readonly unknown[])[0] : args);
  return { inputs, named: namedOf({ ...second, ...(isFields(kwargs) && kwargs) }) };
}

/** Keras 2: a list of [layer, call, output, arguments], or one such. */
function readListedCall(node: readonly unknown[], layer: string): Call {
  const list = isReference(node) ? [node] : node;
  const named = new Map<string, { tensors: readonly TensorReference[]; constant: unknown }>();
  const inputs = list.map((item) => {
    if (!isReference(item)) return fail(layer, `a node must have [layer, call, output], got ${show(item)}`);
    const kwargs = (item as readonly unknown[])[3];
    if (isFields(kwargs)) for (const [name, value] of namedOf(kwargs)) named.set(name, value);
    return toReference(item);
  });
  return { inputs, named };
}

function namedOf(kwargs: Fields): Map<string, { tensors: readonly TensorReference[]; constant: unknown }> {
  const entries = Object.entries(kwargs).map(([name, value]) => {
    const tensors = tensorsOf(value);
    return [name, { tensors, constant: tensors.length > 0 ? undefined : value }] as const;
  });
  return new Map(entries);
}

/** The tensors in a tree of arguments: Keras 3's `__keras_tensor__`, Keras 2's [layer, call, output]. */
function tensorsOf(value: unknown, level = 0): readonly TensorReference[] {
  if (level > 16) return [];
  if (isReference(value)) return [toReference(value)];
  if (Array.isArray(value)) return value.flatMap((item) => tensorsOf(item, level + 1));
  if (!isFields(value)) return [];
  const config = own(value, 'config');
  if (own(value, 'class_name') === '__keras_tensor__' && isFields(config)) {
    const history = own(config, 'keras_history');
    return isReference(history) ? [toReference(history)] : [];
  }
  return Object.values(value).flatMap((item) => tensorsOf(item, level + 1));
}

/** Keras 2 counts the call in which a nested model was made; that call is in no file. */
function withoutOwnNodes(model: KerasModel): KerasModel {
  const counts = new Map(model.layers.filter(isModel).map(({ name, calls }) => [name, calls.length]));
  const shifted = new Set<string>();
  const note = ({ layer, call }: TensorReference): void => {
    if (call > 0 && call === counts.get(layer)) shifted.add(layer);
  };
  const all = (call: Call): readonly TensorReference[] => [
    ...call.inputs,
    ...[...call.named.values()].flatMap(({ tensors }) => tensors),
  ];
  for (const { calls } of model.layers) for (const call of calls) all(call).forEach(note);
  model.outputs.forEach(note);
  if (shifted.size === 0) return model;
  const move = (reference: TensorReference): TensorReference =>
    shifted.has(reference.layer) ? { ...reference, call: reference.call - 1 } : reference;
  const moveCall = ({ inputs, named }: Call): Call => ({
    inputs: inputs.map(move),
    named: new Map([...named].map(([name, { tensors, constant }]) => [name, { tensors: tensors.map(move), constant }])),
  });
  return {
    ...model,
    layers: model.layers.map((layer) => ({ ...layer, calls: layer.calls.map(moveCall) })),
    outputs: model.outputs.map(move),
  };
}
