/** The wire format of Protocol Buffers: each function gives one field, and a message is its fields one after another. */
type Bytes = Uint8Array<ArrayBuffer>;

const WireType = { varint: 0, length: 2, fixed32: 5 } as const;

const text = new TextEncoder();

/** Base 128, the least significant group first; a negative number as its 64-bit two's complement. */
function base128(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

const tag = (field: number, type: number): number[] => base128(field * 8 + type);

/** Fields one after another. */
export function message(...fields: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(fields.reduce((length, field) => length + field.length, 0));
  fields.reduce((at, field) => (joined.set(field, at), at + field.length), 0);
  return joined;
}

export const integer = (field: number, value: number): Bytes =>
  Uint8Array.from([...tag(field, WireType.varint), ...base128(value)]);

export const float = (field: number, value: number): Bytes =>
  message(Uint8Array.from(tag(field, WireType.fixed32)), new Uint8Array(Float32Array.of(value).buffer));

/** A string, bytes, or a message inside. */
export function content(field: number, value: string | Uint8Array): Bytes {
  const bytes = typeof value === 'string' ? text.encode(value) : value;
  return message(Uint8Array.from([...tag(field, WireType.length), ...base128(bytes.length)]), bytes);
}
