import type { Values } from '../network.js';
import { content, float, integer, message } from './protobuf.js';

/** Messages of onnx.proto, IR version 8. Numbers are field numbers and enumerations of that file. */
const IR_VERSION = 8;
const OPSET = 17;
const FLOAT = 1;
const AttributeType = { float: 1, integer: 2, string: 3, integers: 7 } as const;

export type Attribute = string | number | readonly number[] | { readonly float: number };

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

export interface OnnxGraph {
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly outputs: Readonly<Record<string, readonly number[]>>;
  readonly initializers: Readonly<Record<string, Values>>;
  readonly nodes: readonly OnnxNode[];
}

function attributeProto(name: string, value: Attribute): Uint8Array {
  const typed = (type: number, ...fields: Uint8Array[]): Uint8Array =>
    message(content(1, name), ...fields, integer(20, type));
  if (typeof value === 'string') return typed(AttributeType.string, content(4, value));
  if (typeof value === 'number') return typed(AttributeType.integer, integer(3, value));
  if ('float' in value) return typed(AttributeType.float, float(2, value.float));
  return typed(AttributeType.integers, ...value.map((item) => integer(8, item)));
}

const nodeProto = ({ op, inputs, output, attributes = {} }: OnnxNode): Uint8Array =>
  message(
    ...inputs.map((input) => content(1, input)),
    content(2, output),
    content(4, op),
    ...Object.entries(attributes).map(([name, value]) => content(5, attributeProto(name, value))),
  );

function tensorProto(name: string, { data, shape }: Values): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(...shape.map((size) => integer(1, size)), integer(2, FLOAT), content(8, name), content(9, bytes));
}

function valueInfoProto(name: string, sizes: readonly number[]): Uint8Array {
  const shape = message(...sizes.map((size) => content(1, integer(1, size))));
  const tensor = message(integer(1, FLOAT), content(2, shape));
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
  return message(integer(1, IR_VERSION), content(2, 'nacre'), content(7, graph), content(8, opset));
}
