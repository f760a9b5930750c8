import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { DType, Tensor } from '../../compiler/tensor.js';

/** A tensor of a model that is written, without or with values. Sizes of text are named, `null` is a size nobody tells. */
export interface WrittenPort {
  readonly name: string;
  readonly dtype?: DType;
  readonly shape?: readonly (number | string | null)[];
}

export interface WrittenGraph {
  readonly nodes: readonly WrittenNode[];
  readonly inputs?: readonly WrittenPort[];
  readonly outputs: readonly WrittenPort[];
  readonly initializers?: Readonly<Record<string, Tensor>>;
}

export interface WrittenModel extends WrittenGraph {
  readonly opset: number;
}

/** An attribute by its kind. */
export type WrittenAttribute =
  | { readonly float: number }
  | { readonly int: number | bigint }
  | { readonly string: string }
  | { readonly tensor: Tensor }
  | { readonly graph: WrittenGraph }
  | { readonly floats: readonly number[] }
  | { readonly ints: readonly (number | bigint)[] }
  | { readonly strings: readonly string[] };

export interface WrittenNode {
  readonly op: string;
  readonly name?: string;
  /** Names of values, '' for an optional one that is absent. */
  readonly inputs?: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, WrittenAttribute>>;
}

/** Numbers of TensorProto.DataType. */
const elementTypes: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
};

class Message {
  private readonly writer = new BinaryWriter();

  text(field: number, value: string): this {
    this.writer.tag(field, WireType.LengthDelimited).string(value);
    return this;
  }

  int(field: number, value: number | bigint): this {
    this.writer.tag(field, WireType.Varint).int64(value);
    return this;
  }

  float(field: number, value: number): this {
    this.writer.tag(field, WireType.Bit32).float(value);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.writer.tag(field, WireType.LengthDelimited).bytes(value);
    return this;
  }

  message(field: number, fill: (message: Message) => void): this {
    const inner = new Message();
    fill(inner);
    return this.bytes(field, inner.finish());
  }

  finish(): Uint8Array {
    return this.writer.finish();
  }
}

/** The bytes of an ONNX model, little-endian tensors inside. */
export function onnxModel({ opset, ...graph }: WrittenModel): Uint8Array {
  return new Message()
    .int(1, 10)
    .message(7, (message) => {
      writeGraph(message, graph);
    })
    .message(8, (message) => message.text(1, '').int(2, opset))
    .finish();
}

function writeGraph(message: Message, { nodes, inputs = [], outputs, initializers = {} }: WrittenGraph): void {
  for (const node of nodes) {
    message.message(1, (inner) => {
      writeNode(inner, node);
    });
  }
  message.text(2, 'written');
  for (const [name, tensor] of Object.entries(initializers)) {
    message.message(5, (inner) => {
      writeTensor(inner, tensor, name);
    });
  }
  for (const [field, ports] of [[11, inputs] as const, [12, outputs] as const]) {
    for (const port of ports) {
      message.message(field, (inner) => {
        writePort(inner, port);
      });
    }
  }
}

function writeNode(message: Message, { op, name = '', inputs = [], outputs, attributes = {} }: WrittenNode): void {
  for (const input of inputs) message.text(1, input);
  for (const output of outputs) message.text(2, output);
  message.text(3, name).text(4, op);
  for (const [attribute, value] of Object.entries(attributes)) {
    message.message(5, (inner) => {
      writeAttribute(inner.text(1, attribute), value);
    });
  }
}

function writeAttribute(message: Message, value: WrittenAttribute): void {
  const encoder = new TextEncoder();
  if ('float' in value) message.float(2, value.float).int(20, 1);
  else if ('int' in value) message.int(3, value.int).int(20, 2);
  else if ('string' in value) message.bytes(4, encoder.encode(value.string)).int(20, 3);
  else if ('tensor' in value) message.message(5, (inner) => writeTensor(inner, value.tensor)).int(20, 4);
  else if ('graph' in value) message.message(6, (inner) => writeGraph(inner, value.graph)).int(20, 5);
  else if ('floats' in value) {
    for (const each of value.floats) message.float(7, each);
    message.int(20, 6);
  } else if ('ints' in value) {
    for (const each of value.ints) message.int(8, each);
    message.int(20, 7);
  } else {
    for (const each of value.strings) message.bytes(9, encoder.encode(each));
    message.int(20, 8);
  }
}

function writeTensor(message: Message, { dtype, shape, data }: Tensor, name = ''): void {
  for (const size of shape) message.int(1, size);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  message.int(2, elementTypes[dtype]).text(8, name).bytes(9, bytes);
}

function writePort(message: Message, { name, dtype = 'float32', shape }: WrittenPort): void {
  message.text(1, name).message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.int(1, elementTypes[dtype]);
      if (!shape) return;
      tensor.message(2, (inner) => {
        for (const size of shape) {
          inner.message(1, (dim) => {
            if (typeof size === 'number') dim.int(1, size);
            else if (size !== null) dim.text(2, size);
          });
        }
      });
    }),
  );
}
