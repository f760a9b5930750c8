import type { StoredTensor } from '../import/safetensors.js';

/** A half-precision number (IEEE 754 binary16) from its bits. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** A stored tensor's values as parameters take them: float16, bfloat16 and small integers exactly, others rounded. */
export function toFloat32({ dtype, data }: StoredTensor): Float32Array {
  switch (dtype) {
    case 'float32':
      return data;
    case 'float16':
      return Float32Array.from(data, fromHalf);
    case 'bfloat16':
      return new Float32Array(Uint32Array.from(data, (bits) => bits << 16).buffer);
    case 'int64':
      return Float32Array.from(data, Number);
    default:
      return Float32Array.from(data);
  }
}
