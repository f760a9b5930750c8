import type { Feed } from '../../compiler/report/feeds.js';
import type { DType } from '../../compiler/tensor.js';

export type Values = Float32Array | Int32Array | BigInt64Array | Uint8Array | Int8Array;

const views: Readonly<Record<DType, new (buffer: ArrayBufferLike) => Values>> = {
  float32: Float32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
};

/** Bytes as the typed array of their dtype, copied so that they are aligned. */
export const valuesOf = ({ dtype, bytes }: Pick<Feed, 'dtype' | 'bytes'>): Values =>
  new views[dtype](bytes.slice().buffer);

export const bytesOf = ({ buffer, byteOffset, byteLength }: Values): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
