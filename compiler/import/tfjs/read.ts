import { ImportError } from '../../errors.js';
import { show } from '../../show.js';
import { decode, type StoredValues } from '../../stored.js';
import { arrayOf, type Tensor } from '../../tensor.js';
import { readWeightsManifest, type ManifestValues, type WeightShards } from '../weights-manifest.js';
import type { WeightSource } from '../weights.js';
import { listOf, parseAttribute, recordOf, shapeOf, textOf, type Json } from './attributes.js';
import type { GraphFile, GraphFunction, GraphInput, GraphNode, GraphOutput, NodeGraph, Reference } from './model.js';
import { outputNames } from './output-names.js';
import { dtypeOf, typeName } from './types.js';

/**
 * Reads a graph-model: its nodes, its signature and its weights.
 *
 * @throws ImportError for what is no graph-model, and for weights that do not fit their manifest
 */
export function readGraphModel(model: unknown, shards: WeightShards): GraphFile {
  const json = recordOf(typeof model === 'string' ? parse(model) : model, 'model', 'model.json');
  const { format } = json;
  if (format !== undefined && format !== 'graph-model') {
    const layers = format === 'layers-model' ? "; a layers-model is read by 'nacre/keras'" : '';
    throw new ImportError('format', 'model', `format must be 'graph-model', got ${show(format)}${layers}`);
  }
  const topology = recordOf(json['modelTopology'], 'model', 'modelTopology');
  const graph = readNodes(topology['node'], 'node');
  const library = topology['library'] === undefined ? {} : recordOf(topology['library'], 'model', 'library');
  const functions = listOf(library['function'], 'model', 'library function').map(readFunction);
  const weights = readWeightsManifest(json['weightsManifest'] ?? [], shards);
  const metadata = json['userDefinedMetadata'];
  const given = json['signature'] ?? (metadata ? recordOf(metadata, 'model', 'userDefinedMetadata')['signature'] : {});
  const signature = recordOf(given ?? {}, 'model', 'signature');
  return {
    graph,
    inputs: inputsOf(graph, signature),
    outputs: outputsOf(graph, signature),
    functions: new Map(functions.map((each) => [each.name, each])),
    weights: new Map([...weights].map(([name, values]) => [name, sourceOf(name, values)])),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ImportError('syntax', 'model', 'is not JSON');
  }
}

/** Weights of other integers are int32, as they are in tfjs. */
function sourceOf(name: string, values: ManifestValues): WeightSource {
  if (isStored(values)) {
    const { shape } = values;
    return { name, stored: values, read: () => ({ dtype: 'float32', shape, data: decode(values) }) };
  }
  return { name, read: () => asInt32(name, values) };
}

const isStored = (values: ManifestValues): values is Exclude<StoredValues, { dtype: 'float32' }> =>
  'scale' in values || values.dtype === 'float16' || values.dtype === 'bfloat16';

function asInt32(name: string, values: Tensor): Tensor {
  if (['float32', 'int32', 'bool'].includes(values.dtype)) return values;
  const numbers = Array.from(values.data as ArrayLike<number | bigint>, Number);
  const far = numbers.find((each) => each !== (each | 0));
  if (far !== undefined) throw new ImportError('range', name, `${far} does not fit int32`);
  return { dtype: 'int32', shape: values.shape, data: arrayOf('int32', numbers) };
}

function readNodes(value: unknown, what: string): NodeGraph {
  const nodes = listOf(value, 'model', what).map(readNode);
  const graph = new Map<string, NamedNode>();
  for (const node of nodes) {
    if (graph.has(node.name)) throw new ImportError('graph', node.name, 'is the name of two nodes');
    graph.set(node.name, node);
  }
  const resolve = ({ node, output, name }: NamedReference): Reference => {
    const first = name === undefined ? 0 : Math.max(0, (outputNames[graph.get(node)?.op ?? ''] ?? []).indexOf(name));
    return { node, output: first + output };
  };
  return new Map([...graph].map(([name, node]) => [name, { ...node, inputs: node.inputs.map(resolve) }]));
}

interface NamedNode extends GraphNode {
  readonly inputs: readonly NamedReference[];
}

function readNode(value: unknown): NamedNode {
  const node = recordOf(value, 'model', 'a node');
  const name = textOf(node['name'], 'model', 'the name of a node');
  const inputs = listOf(node['input'], name, 'input').map((input) => textOf(input, name, 'an input'));
  const attributes = node['attr'] === undefined || node['attr'] === null ? {} : recordOf(node['attr'], name, 'attr');
  return {
    name,
    op: textOf(node['op'], name, 'op'),
    inputs: inputs.filter((input) => !input.startsWith('^')).map((input) => parseReference(input, name)),
    attributes: new Map(Object.entries(attributes).map(([key, each]) => [key, parseAttribute(each, name, key)])),
  };
}

/** `node`, `node:1`, or in functions `node:output:0`. */
interface NamedReference extends Reference {
  readonly name: string | undefined;
}

function parseReference(text: string, reader: string): NamedReference {
  const [node = '', ...rest] = text.split(':');
  const index = rest.length === 0 ? '0' : rest.at(-1)!;
  if (node !== '' && rest.length <= 2 && /^\d{1,9}$/.test(index)) {
    return { node, name: rest.length === 2 ? rest[0] : undefined, output: Number(index) };
  }
  throw new ImportError('graph', reader, `reads ${show(text)}, which names no value`);
}

/** The value that a name of a graph stands for. */
export function referenceOf(text: string, reader: string): Reference {
  const { node, output } = parseReference(text, reader);
  return { node, output };
}

function readFunction(value: unknown): GraphFunction {
  const json = recordOf(value, 'model', 'a function');
  const signature = recordOf(json['signature'], 'model', 'the signature of a function');
  const name = textOf(signature['name'], 'model', 'the name of a function');
  const argument = (each: unknown): string =>
    textOf(recordOf(each, name, 'an argument')['name'], name, 'the name of an argument');
  const inputs = listOf(signature['inputArg'], name, 'inputArg').map(argument);
  const graph = readNodes(json['nodeDef'], 'nodeDef');
  const returns = recordOf(json['ret'] ?? {}, name, 'ret');
  const outputs = listOf(signature['outputArg'], name, 'outputArg').map((each) => {
    const { node, name: port, output } = parseReference(textOf(returns[argument(each)], name, 'a result'), name);
    const first = port === undefined ? 0 : Math.max(0, (outputNames[graph.get(node)?.op ?? ''] ?? []).indexOf(port));
    return { node, output: first + output };
  });
  return { name, inputs, outputs, graph };
}

const signed = (signature: Json, part: string): readonly (readonly [string, Json])[] =>
  Object.entries(recordOf(signature[part] ?? {}, 'signature', part)).map(([name, each]) => {
    return [name, recordOf(each, 'signature', name)];
  });

/** The names of a signature without the `:0` of a node's first output, unless two would be one. */
function plainNames(names: readonly string[]): readonly string[] {
  const plain = names.map((name) => name.replace(/:0$/, ''));
  return new Set(plain).size === names.length ? plain : names;
}

/** What the signature says of each input, then the placeholders that it leaves out. */
function inputsOf(graph: NodeGraph, signature: Json): readonly GraphInput[] {
  const entries = signed(signature, 'inputs');
  const names = plainNames(entries.map(([name]) => name));
  const inputs = entries.flatMap(([, entry], at): GraphInput[] => {
    const name = names[at]!;
    const { node } = referenceOf(textOf(entry['name'] ?? entries[at]![0], name, 'name'), name);
    const found = graph.get(node);
    if (!found) throw new ImportError('graph', name, `stands for node '${node}', which the graph does not have`);
    const own = portOf(name, found);
    const shape = entry['tensorShape'] ? shapeOf(entry['tensorShape'], name, 'tensorShape') : undefined;
    const both = shape?.map((size, axis) => (own.shape?.length === shape.length ? (size ?? own.shape[axis]!) : size));
    return [{ ...own, shape: both ?? own.shape, ...typed(entry['dtype'], own) }];
  });
  const taken = new Set(inputs.map(({ node }) => node));
  const others = [...graph.values()].filter(({ name, op }) => op === 'Placeholder' && !taken.has(name));
  return [...inputs, ...others.map((node) => portOf(node.name, node))];
}

function typed(type: unknown, own: GraphInput): Pick<GraphInput, 'type' | 'dtype'> {
  if (typeof type !== 'string' && typeof type !== 'number') return own;
  return { type: typeName(type), dtype: dtypeOf(typeName(type)) };
}

function portOf(name: string, { name: node, attributes }: GraphNode): GraphInput {
  const [dtype, shape] = [attributes.get('dtype'), attributes.get('shape')];
  const type = dtype?.kind === 'type' ? dtype.value : 'of no type';
  return { name, node, type, dtype: dtypeOf(type), shape: shape?.kind === 'shape' ? shape.value : undefined };
}

const silent = ['NoOp', 'Assert', 'Placeholder', 'Const'];

/** What the signature says, or what no node reads. */
function outputsOf(graph: NodeGraph, signature: Json): readonly GraphOutput[] {
  const entries = signed(signature, 'outputs');
  const names = plainNames(entries.map(([name]) => name));
  if (entries.length > 0) {
    return entries.map(([key, entry], at) => {
      const name = names[at]!;
      return { name, source: referenceOf(textOf(entry['name'] ?? key, name, 'name'), name) };
    });
  }
  const read = new Set([...graph.values()].flatMap(({ inputs }) => inputs.map(({ node }) => node)));
  return [...graph.values()].flatMap(({ name, op }) =>
    read.has(name) || silent.includes(op) ? [] : [{ name, source: { node: name, output: 0 } }],
  );
}
