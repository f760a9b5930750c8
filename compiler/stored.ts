/** Numbers of 8 or 16 bits that stand for others, as files keep them to be smaller. */
export interface QuantizedValues {
  readonly dtype: 'uint8' | 'int8' | 'uint16';
  readonly shape: readonly number[];
  readonly data: Uint8Array | Int8Array | Uint16Array;
  /** One for all, or one for each index of `axis`. */
  readonly scale: readonly number[];
  /** As many as there are scales. */
  readonly offset: readonly number[];
  /** The axis along which scales and offsets change; null where they are the same for all. */
  readonly axis: number | null;
}

/** Floats of 32 bits, or the bits of shorter ones. */
export type FloatValues =
  | { readonly dtype: 'float32'; readonly shape: readonly number[]; readonly data: Float32Array }
  | { readonly dtype: 'float16' | 'bfloat16'; readonly shape: readonly number[]; readonly data: Uint16Array };

/** Values of a parameter as a file keeps them, row-major; a module keeps them so and decodes them once. */
export type StoredValues = FloatValues | QuantizedValues;

/** The float32 that a float16 or bfloat16 has the bits of. */
export function decodeHalf(bits: number, dtype: 'float16' | 'bfloat16'): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponentBits, bias] = dtype === 'float16' ? [5, 15] : [8, 127];
  const fractionBits = 15 - exponentBits;
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const exponent = (bits & 0x7fff) >> fractionBits;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

/** What stored values stand for: of quantized ones `stored · scale + offset` in float64, rounded to float32 once. */
export function decode(values: StoredValues): Float32Array {
  if (!('scale' in values)) {
    if (values.dtype === 'float32') return values.data;
    const { dtype } = values;
    return Float32Array.from(values.data, (bits) => decodeHalf(bits, dtype));
  }
  const { data, shape, scale, offset, axis } = values;
  const inner = axis === null ? 1 : shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const decoded = new Float32Array(data.length);
  for (let at = 0; at < data.length; at++) {
    const channel = axis === null ? 0 : Math.floor(at / inner) % shape[axis]!;
    decoded[at] = data[at]! * scale[channel]! + offset[channel]!;
  }
  return decoded;
}
