import { ImportError } from '../../errors.js';
import type {
  OnnxAttribute,
  OnnxDim,
  OnnxFile,
  OnnxFunction,
  OnnxGraph,
  OnnxNode,
  OnnxPort,
  OnnxTensor,
} from './model.js';
import { dtypeOf, readTensor, typeName, type ReadExternal } from './tensors.js';
import { readMessage, type FieldReader } from './wire.js';

/** An attribute's `type`, of which each kind keeps its value in a field of its own. */
const attributeTypes = [
  'undefined',
  'float',
  'int',
  'string',
  'tensor',
  'graph',
  'floats',
  'ints',
  'strings',
  'tensors',
  'graphs',
  'sparse_tensor',
  'sparse_tensors',
  'type_proto',
  'type_protos',
];

const opsetDomain = (domain: string): string => (domain === 'ai.onnx' ? '' : domain);

/**
 * Reads the protobuf of a model.
 *
 * @param readExternal for tensors that are kept in files beside the model
 * @throws ImportError for what is no ONNX model
 */
export function readOnnx(bytes: Uint8Array, readExternal: ReadExternal): OnnxFile {
  const opsets = new Map<string, number>();
  const functions = new Map<string, OnnxFunction>();
  const file = { irVersion: 0, producer: '', version: '' };
  let graph: OnnxGraph | undefined;
  readMessage(bytes, 'model', {
    1: (field) => (file.irVersion = field.whole()),
    2: (field) => (file.producer = field.text()),
    3: (field) => (file.version = field.text()),
    7: (field) => (graph = readGraph(field, 'graph', readExternal)),
    8: (field) => readOpset(field, opsets),
    25: (field) => readFunction(field, functions, readExternal),
  });
  if (!graph || file.irVersion === 0) {
    throw new ImportError('format', 'model', 'is no ONNX model: it has no graph or no IR version');
  }
  const producer = [file.producer, file.version].filter((part) => part !== '').join(' ');
  return { irVersion: file.irVersion, producer, opsets, graph, functions };
}

function readOpset(field: FieldReader, into: Map<string, number>): void {
  const entry = { domain: '', version: 0 };
  field.message('opset_import', { 1: (f) => (entry.domain = f.text()), 2: (f) => (entry.version = f.whole()) });
  into.set(opsetDomain(entry.domain), entry.version);
}

function readGraph(field: FieldReader, what: string, readExternal: ReadExternal): OnnxGraph {
  let name = '';
  const nodes: OnnxNode[] = [];
  const inputs: OnnxPort[] = [];
  const outputs: OnnxPort[] = [];
  const initializers: OnnxTensor[] = [];
  field.message(what, {
    1: (f) => nodes.push(readNode(f, readExternal)),
    2: (f) => (name = f.text()),
    5: (f) => initializers.push(readTensor(f, 'initializer', readExternal)),
    11: (f) => inputs.push(readPort(f, 'input')),
    12: (f) => outputs.push(readPort(f, 'output')),
    15: () => {
      throw new ImportError('tensor', what, 'has sparse initializers, which nacre does not read');
    },
  });
  return { name, nodes, inputs, outputs, initializers };
}

function readNode(field: FieldReader, readExternal: ReadExternal): OnnxNode {
  const node = { name: '', op: '', domain: '' };
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  field.message('node', {
    1: (f) => inputs.push(f.text()),
    2: (f) => outputs.push(f.text()),
    3: (f) => (node.name = f.text()),
    4: (f) => (node.op = f.text()),
    5: (f) => attributes.set(...readAttribute(f, readExternal)),
    7: (f) => (node.domain = opsetDomain(f.text())),
  });
  return { ...node, inputs, outputs, attributes };
}

function readAttribute(field: FieldReader, readExternal: ReadExternal): [name: string, attribute: OnnxAttribute] {
  let name = '';
  let type = 0;
  let reference: string | undefined;
  let found: OnnxAttribute | undefined;
  let float: number | undefined;
  let int: bigint | undefined;
  const floats: number[] = [];
  const ints: bigint[] = [];
  const strings: string[] = [];
  let text: string | undefined;
  field.message('attribute', {
    1: (f) => (name = f.text()),
    2: (f) => (float = f.float()),
    3: (f) => (int = f.int64()),
    4: (f) => (text = latin(f.bytes())),
    5: (f) => (found = { kind: 'tensor', value: readTensor(f, 't', readExternal) }),
    6: (f) => (found = { kind: 'graph', value: readGraph(f, 'g', readExternal) }),
    7: (f) => f.floats(floats),
    8: (f) => f.int64s(ints),
    9: (f) => strings.push(latin(f.bytes())),
    20: (f) => (type = f.whole()),
    21: (f) => (reference = f.text()),
  });
  if (reference !== undefined && reference !== '') return [name, { kind: 'reference', value: reference }];
  const kind = attributeTypes[type] ?? `type ${type}`;
  switch (kind) {
    case 'float':
      return [name, { kind: 'float', value: float ?? 0 }];
    case 'int':
      return [name, { kind: 'int', value: int ?? 0n }];
    case 'string':
      return [name, { kind: 'string', value: text ?? '' }];
    case 'floats':
      return [name, { kind: 'floats', value: floats }];
    case 'ints':
      return [name, { kind: 'ints', value: ints }];
    case 'strings':
      return [name, { kind: 'strings', value: strings }];
  }
  if (found) return [name, found];
  // Files of the first IR versions do not tell the type.
  if (float !== undefined) return [name, { kind: 'float', value: float }];
  if (int !== undefined) return [name, { kind: 'int', value: int }];
  if (text !== undefined) return [name, { kind: 'string', value: text }];
  if (floats.length > 0) return [name, { kind: 'floats', value: floats }];
  if (ints.length > 0) return [name, { kind: 'ints', value: ints }];
  if (strings.length > 0) return [name, { kind: 'strings', value: strings }];
  return [name, { kind: 'other', value: kind }];
}

/** Attributes are bytes; those that matter are ASCII. */
const latin = (bytes: Uint8Array): string => new TextDecoder('utf-8').decode(bytes);

function readPort(field: FieldReader, what: string): OnnxPort {
  let name = '';
  let type = 'unknown';
  let element: number | undefined;
  let shape: OnnxDim[] | undefined;
  field.message(what, {
    1: (f) => (name = f.text()),
    2: (f) =>
      f.message('type', {
        1: (tensor) => {
          type = 'tensor';
          tensor.message('tensor_type', {
            1: (g) => (element = g.whole()),
            2: (g) => (shape = readShape(g)),
          });
        },
        4: (g) => (type = skipped(g, 'sequence')),
        5: (g) => (type = skipped(g, 'map')),
        8: (g) => (type = skipped(g, 'sparse tensor')),
        9: (g) => (type = skipped(g, 'optional')),
      }),
  });
  const elementName = element === undefined ? undefined : typeName(element);
  return {
    name,
    type: type === 'tensor' ? `tensor(${elementName ?? 'unknown'})` : type,
    dtype: type === 'tensor' && elementName !== undefined ? dtypeOf(elementName) : undefined,
    shape,
  };
}

function skipped(field: FieldReader, type: string): string {
  field.bytes();
  return type;
}

function readShape(field: FieldReader): OnnxDim[] {
  const dims: OnnxDim[] = [];
  field.message('shape', {
    1: (f) => {
      let size: bigint | undefined;
      let name = '';
      f.message('dim', { 1: (g) => (size = g.int64()), 2: (g) => (name = g.text()) });
      if (size !== undefined && size > 0xffffffffn) {
        throw new ImportError('shape', 'model', `a size of ${size} is out of range`);
      }
      dims.push(size !== undefined && size >= 0n ? Number(size) : name === '' ? null : name);
    },
  });
  return dims;
}

function readFunction(field: FieldReader, into: Map<string, OnnxFunction>, readExternal: ReadExternal): void {
  const own = { name: '', domain: '' };
  const inputs: string[] = [];
  const outputs: string[] = [];
  const nodes: OnnxNode[] = [];
  const opsets = new Map<string, number>();
  const defaults = new Map<string, OnnxAttribute>();
  field.message('function', {
    1: (f) => (own.name = f.text()),
    4: (f) => inputs.push(f.text()),
    5: (f) => outputs.push(f.text()),
    7: (f) => nodes.push(readNode(f, readExternal)),
    9: (f) => readOpset(f, opsets),
    10: (f) => (own.domain = opsetDomain(f.text())),
    11: (f) => defaults.set(...readAttribute(f, readExternal)),
  });
  into.set(`${own.domain}.${own.name}`, { name: own.name, inputs, outputs, nodes, opsets, defaults });
}
