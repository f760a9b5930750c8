/**
 * The wire format of Protocol Buffers: each function gives one field, and a message is its fields one after another. Bytes
 * that are given are not copied before `join`.
 */
export interface Field {
  readonly parts: readonly Uint8Array[];
  readonly length: number;
}

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

const bytesOf = (...parts: readonly Uint8Array[]): Field => ({
  parts,
  length: parts.reduce((length, part) => length + part.length, 0),
});

/** Fields one after another. */
export const message = (...fields: readonly Field[]): Field => bytesOf(...fields.flatMap(({ parts }) => parts));

export const integer = (field: number, value: number): Field =>
  bytesOf(Uint8Array.from([...tag(field, WireType.varint), ...base128(value)]));

export const float = (field: number, value: number): Field =>
  bytesOf(Uint8Array.from(tag(field, WireType.fixed32)), new Uint8Array(Float32Array.of(value).buffer));

/** A string, bytes, or a message inside. */
export function content(field: number, value: string | Uint8Array | Field): Field {
  const inner =
    typeof value === 'string' ? bytesOf(text.encode(value)) : value instanceof Uint8Array ? bytesOf(value) : value;
  const head = Uint8Array.from([...tag(field, WireType.length), ...base128(inner.length)]);
  return bytesOf(head, ...inner.parts);
}

/** The bytes of a message. */
export function join({ parts, length }: Field): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
