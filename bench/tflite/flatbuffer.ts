import { createRequire } from 'node:module';
import { root } from '../sides/side.js';

/** Where something stands, counted from the end of the buffer. */
export type Offset = number;

/** The part of flatbuffers that is used here; it is installed beside the sources, out of the compiler's sight. */
interface Builder {
  prep(size: number, following: number): void;
  startVector(size: number, count: number, alignment: number): void;
  endVector(): Offset;
  addInt32(value: number): void;
  addOffset(value: Offset): void;
  createByteVector(bytes: Uint8Array): Offset;
  createString(text: string): Offset;
  startObject(fields: number): void;
  endObject(): Offset;
  addFieldInt8(field: number, value: number, fallback: null): void;
  addFieldInt32(field: number, value: number, fallback: null): void;
  addFieldFloat32(field: number, value: number, fallback: null): void;
  addFieldOffset(field: number, value: Offset, fallback: 0): void;
  finish(root: Offset, identifier: string): void;
  asUint8Array(): Uint8Array;
}

export interface Field {
  readonly type: 'int8' | 'int32' | 'float32' | 'bool' | 'offset';
  readonly value: number;
}

const adders = {
  int8: (to, field, value) => to.addFieldInt8(field, value, null),
  bool: (to, field, value) => to.addFieldInt8(field, value, null),
  int32: (to, field, value) => to.addFieldInt32(field, value, null),
  float32: (to, field, value) => to.addFieldFloat32(field, value, null),
  offset: (to, field, value) => to.addFieldOffset(field, value, 0),
} as const satisfies Record<Field['type'], (to: Builder, field: number, value: number) => void>;

/** Writes tables and vectors; what a table points to is written before it. */
export class FlatBufferWriter {
  private readonly builder: Builder;

  /** @param size the bytes that are expected */
  constructor(size: number) {
    const { Builder } = createRequire(new URL('bench/package.json', root))('flatbuffers') as {
      Builder: new (size: number) => Builder;
    };
    this.builder = new Builder(size);
  }

  /** A table of fields from the first on; `null` leaves one out. */
  table(fields: readonly (Field | null)[]): Offset {
    this.builder.startObject(fields.length);
    fields.forEach((field, at) => field && adders[field.type](this.builder, at, field.value));
    return this.builder.endObject();
  }

  integers(values: readonly number[]): Offset {
    return this.vector(values, (value) => this.builder.addInt32(value));
  }

  offsets(values: readonly Offset[]): Offset {
    return this.vector(values, (value) => this.builder.addOffset(value));
  }

  private vector(values: readonly number[], add: (value: number) => void): Offset {
    this.builder.startVector(4, values.length, 4);
    for (const value of values.toReversed()) add(value);
    return this.builder.endVector();
  }

  bytes(bytes: Uint8Array, alignment: number): Offset {
    this.builder.prep(alignment, bytes.length);
    return this.builder.createByteVector(bytes);
  }

  text(text: string): Offset {
    return this.builder.createString(text);
  }

  finish(table: Offset, identifier: string): Uint8Array {
    this.builder.finish(table, identifier);
    return this.builder.asUint8Array();
  }
}
