import type { Values } from '../network.js';
import { content, float, integer, join, message, type Field } from './protobuf.js';

/** Messages of onnx.proto, IR version 8. Numbers are field numbers and enumerations of that file. */
const IR_VERSION = 8;
const OPSET = 17;
const DataType = { float: 1, int64: 7 } as const;
const AttributeType = { float: 1, integer: 2, string: 3, integers: 7 } as const;

export type Attribute = string | number | readonly number[] | { readonly float: number };

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  /** Of optional ones that nobody needs the name is ''. */
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** Row-major values, or integers such as the sizes of a shape. */
export type Initializer = Values | { readonly data: BigInt64Array; readonly shape: readonly number[] };

export interface OnnxGraph {
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly outputs: Readonly<Record<string, readonly number[]>>;
  readonly initializers: Readonly<Record<string, Initializer>>;
  readonly nodes: readonly OnnxNode[];
}

function attributeProto(name: string, value: Attribute): Field {
  const typed = (type: number, ...fields: Field[]): Field => message(content(1, name), ...fields, integer(20, type));
  if (typeof value === 'string') return typed(AttributeType.string, content(4, value));
  if (typeof value === 'number') return typed(AttributeType.integer, integer(3, value));
  if ('float' in value) return typed(AttributeType.float, float(2, value.float));
  return typed(AttributeType.integers, ...value.map((item) => integer(8, item)));
}

const nodeProto = ({ op, inputs, outputs, attributes = {} }: OnnxNode): Field =>
  message(
    ...inputs.map((input) => content(1, input)),
    ...outputs.map((output) => content(2, output)),
    content(4, op),
    ...Object.entries(attributes).map(([name, value]) => content(5, attributeProto(name, value))),
  );

function tensorProto(name: string, { data, shape }: Initializer): Field {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const type = data instanceof Float32Array ? DataType.float : DataType.int64;
  return message(...shape.map((size) => integer(1, size)), integer(2, type), content(8, name), content(9, bytes));
}

function valueInfoProto(name: string, sizes: readonly number[]): Field {
  const shape = message(...sizes.map((size) => content(1, integer(1, size))));
  const tensor = message(integer(1, DataType.float), content(2, shape));
  return message(content(1, name), content(2, content(1, tensor)));
}

/** The bytes of an ONNX file. */
export function writeModel({ inputs, outputs, initializers, nodes }: OnnxGraph): Uint8Array {
  const graph = message(
    ...nodes.map((node) => content(1, nodeProto(node))),
    content(2, 'model'),
    ...Object.entries(initializers).map(([name, values]) => content(5, tensorProto(name, values))),
    ...Object.entries(inputs).map(([name, shape]) => content(11, valueInfoProto(name, shape))),
    ...Object.entries(outputs).map(([name, shape]) => content(12, valueInfoProto(name, shape))),
  );
  const opset = message(content(1, ''), integer(2, OPSET));
  return join(message(integer(1, IR_VERSION), content(2, 'nacre'), content(7, graph), content(8, opset)));
}
