import { FlatBufferWriter, type Offset } from './flatbuffer.js';
import { FILE_IDENTIFIER, operatorOf, SCHEMA_VERSION, TensorType, type OperatorName } from './schema.js';

/** Without data it is computed, or comes in. */
export interface TfliteTensor {
  readonly shape: readonly number[];
  readonly data?: Float32Array | Int32Array;
}

export type OptionValue = number | boolean | readonly number[];

/** Inputs and the output are numbers of tensors. */
export interface TfliteOperator {
  readonly name: OperatorName;
  readonly inputs: readonly number[];
  readonly output: number;
  readonly options: Readonly<Record<string, OptionValue>>;
}

export interface TfliteGraph {
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  readonly inputs: readonly number[];
  readonly output: number;
}

/** XNNPACK and the kernels take constants where they stand in the file; schema.fbs aligns them so. */
const ALIGNMENT = 16;

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function optionsTable(to: FlatBufferWriter, { name, options }: TfliteOperator): { union: number; at: Offset } | null {
  const schema = operatorOf(name).options;
  if (schema === undefined) return null;
  const fields = Object.entries(schema.fields).map(([field, type]) => {
    const value = options[field] ?? 0;
    if (typeof value === 'object') return { type: 'offset' as const, value: to.integers(value) };
    return { type: type === 'int32s' ? ('int32' as const) : type, value: Number(value) };
  });
  return { union: schema.union, at: to.table(fields) };
}

/** The bytes of a TensorFlow Lite file with one subgraph. */
export function writeModel({ tensors, operators, inputs, output }: TfliteGraph): Uint8Array {
  const constants = tensors.flatMap(({ data }) => data ?? []);
  const to = new FlatBufferWriter(constants.reduce((total, { byteLength }) => total + byteLength, 1 << 16));
  const offset = (value: Offset) => ({ type: 'offset', value }) as const;
  const int8 = (value: number) => ({ type: 'int8', value }) as const;
  const int32 = (value: number) => ({ type: 'int32', value }) as const;

  // The first buffer is that of tensors without data.
  const buffers = [to.table([])];
  const tensorTables = tensors.map(({ shape, data }, at) => {
    if (data) buffers.push(to.table([offset(to.bytes(bytesOf(data), ALIGNMENT))]));
    const type = data instanceof Int32Array ? TensorType.int32 : TensorType.float32;
    const buffer = data ? buffers.length - 1 : 0;
    return to.table([offset(to.integers(shape)), int8(type), int32(buffer), offset(to.text(`t${at}`))]);
  });

  const used = [...new Set(operators.map(({ name }) => name))];
  const codes = used.map((name) => {
    const { code } = operatorOf(name);
    return to.table([int8(Math.min(code, 127)), null, int32(1), int32(code)]);
  });
  const operatorTables = operators.map((operator) => {
    const [ins, outs] = [to.integers(operator.inputs), to.integers([operator.output])];
    const options = optionsTable(to, operator);
    const common = [int32(used.indexOf(operator.name)), offset(ins), offset(outs)];
    return to.table(options ? [...common, int8(options.union), offset(options.at)] : common);
  });

  const subgraph = to.table(
    [to.offsets(tensorTables), to.integers(inputs), to.integers([output]), to.offsets(operatorTables)].map(offset),
  );
  const parts = [to.offsets(codes), to.offsets([subgraph]), to.text('nacre'), to.offsets(buffers)].map(offset);
  return to.finish(to.table([int32(SCHEMA_VERSION), ...parts]), FILE_IDENTIFIER);
}
