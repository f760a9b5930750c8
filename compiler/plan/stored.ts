import { channelsOf, type QuantizedValues, type StorageDtype, type StoredValues } from '../stored.js';
import type { KernelName } from './kernels.js';

/** What decodes values where a variable is filled; float32 needs nothing. */
export function decoderOf(values: StoredValues): KernelName | undefined {
  if (values.dtype === 'float32') return undefined;
  if ('scale' in values) return 'decodeQuantized';
  return values.dtype === 'float16' ? 'decodeFloat16' : 'decodeBfloat16';
}

/** Codes of integers, see `decodeQuantized` of assembly/decode.ts. */
export const integerCodes: Readonly<Record<QuantizedValues['dtype'], number>> = { uint8: 0, int8: 1, uint16: 2 };

const widths: Readonly<Record<StorageDtype, number>> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  uint8: 1,
  int8: 1,
  uint16: 2,
};

/** Bytes of one stored value. */
export const storedWidth = ({ dtype }: Pick<StoredValues, 'dtype'>): number => widths[dtype];

/** Whether scales and offsets take f64: scales that are f32, without offsets, decode to the same bits in f32. */
export const isWide = ({ scale, offset }: QuantizedValues): boolean =>
  scale.some((value) => Math.fround(value) !== value) || offset.some((value) => value !== 0);

/** Scales, then offsets if they are wide, as modules keep them. */
export function scaleTable(values: QuantizedValues): Uint8Array {
  if (!isWide(values)) return bytesOf(Float32Array.from(values.scale));
  return bytesOf(Float64Array.from([...values.scale, ...values.offset]));
}

/** Bytes of the table of scales; 0 without one. */
export function scaleBytes(values: StoredValues): number {
  if (!('scale' in values)) return 0;
  return channelsOf(values).channels * (isWide(values) ? 16 : 4);
}

export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);
