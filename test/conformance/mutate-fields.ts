/** Changes of what a protobuf says that leave it well formed, so that they reach what reads it. */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Random } from './mutate.js';

interface Field {
  readonly number: number;
  readonly type: WireType;
  value: bigint | Uint8Array | Field[];
}

/** Fields of ONNX's messages have no higher numbers. */
const HIGHEST = 30;

/** The fields of a message; undefined for bytes that are none. */
function parse(bytes: Uint8Array, level = 0): Field[] | undefined {
  const reader = new BinaryReader(bytes);
  const fields: Field[] = [];
  try {
    while (reader.pos < reader.len) {
      const [number, type] = reader.tag();
      if (number > HIGHEST) return undefined;
      if (type === WireType.Varint) fields.push({ number, type, value: BigInt(reader.uint64()) });
      else if (type === WireType.Bit32) fields.push({ number, type, value: BigInt(reader.fixed32()) });
      else if (type === WireType.LengthDelimited) {
        const part = reader.bytes();
        const inner = level < 12 && part.length > 0 ? parse(part, level + 1) : undefined;
        fields.push({ number, type, value: inner ?? part.slice() });
      } else return undefined;
    }
  } catch {
    return undefined;
  }
  return fields;
}

function write(fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const { number, type, value } of fields) {
    writer.tag(number, type);
    if (value instanceof Uint8Array) writer.bytes(value);
    else if (Array.isArray(value)) writer.bytes(write(value));
    else if (type === WireType.Bit32) writer.fixed32(Number(value & 0xffffffffn));
    else writer.uint64(value & 0xffffffffffffffffn);
  }
  return writer.finish();
}

const all = (fields: Field[]): { readonly list: Field[]; readonly field: Field }[] =>
  fields.flatMap((field) => [{ list: fields, field }, ...(Array.isArray(field.value) ? all(field.value) : [])]);

const numbers = [
  0n,
  1n,
  2n,
  3n,
  4n,
  5n,
  6n,
  7n,
  9n,
  10n,
  11n,
  16n,
  64n,
  255n,
  65_536n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
];
const most = 2n ** 64n;

/** A copy of a file with one to three fields changed; the file itself if it is no protobuf. */
export function mutateFields(file: Uint8Array, random: Random): Uint8Array {
  const root = parse(file);
  if (!root) return file;
  for (let count = 1 + random.below(3); count > 0; count--) {
    const places = all(root);
    const { list, field } = places[random.below(places.length)]!;
    const other = places[random.below(places.length)]!.field;
    const at = list.indexOf(field);
    const choice = random.below(8);
    if (choice === 0) list.splice(at, 1);
    else if (choice === 1) list.splice(random.below(list.length + 1), 0, structuredClone(field));
    else if (choice === 2 && other.type === field.type) field.value = structuredClone(other.value);
    else if (typeof field.value === 'bigint') {
      const telling = numbers[random.below(numbers.length)]!;
      field.value = choice === 3 ? most - telling : choice === 4 ? field.value + 1n : telling;
    } else if (field.value instanceof Uint8Array && field.value.length > 0) {
      if (choice === 3) field.value = field.value.slice(0, random.below(field.value.length));
      else field.value[random.below(field.value.length)]! ^= 1 << random.below(8);
    }
  }
  return write(root);
}
