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

export type StorageDtype = StoredValues['dtype'];

/** The array type of each dtype in which values may be stored. */
export const storageArrays = {
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
} as const satisfies Readonly<Record<StorageDtype, unknown>>;

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
  const { data, scale, offset } = values;
  const { inner, channels } = channelsOf(values);
  const decoded = new Float32Array(data.length);
  for (let at = 0; at < data.length; at++) {
    const channel = Math.floor(at / inner) % channels;
    decoded[at] = data[at]! * scale[channel]! + offset[channel]!;
  }
  return decoded;
}

/** How many scales there are, and how many neighbouring elements share one. */
export function channelsOf({ shape, axis }: Pick<QuantizedValues, 'shape' | 'axis'>): {
  readonly channels: number;
  readonly inner: number;
} {
  if (axis === null) return { channels: 1, inner: Math.max(1, count(shape)) };
  return { channels: shape[axis]!, inner: Math.max(1, count(shape.slice(axis + 1))) };
}

const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** What is wrong with values that say to be stored in one of the dtypes above, if anything. */
export function faultOfStored(values: StoredValues): string | undefined {
  const { dtype, shape, data } = values;
  const type = storageArrays[dtype];
  if (!(data instanceof type)) return `${dtype} values must be in ${type.name}`;
  if (data.length !== count(shape)) return `shape (${shape.join(', ')}) has ${count(shape)} values, got ${data.length}`;
  if (!('scale' in values)) return undefined;
  const { scale, offset, axis } = values;
  if (axis !== null && !(Number.isInteger(axis) && axis >= 0 && axis < shape.length)) {
    return `axis must be null or an axis of (${shape.join(', ')}), got ${String(axis)}`;
  }
  const wanted = axis === null ? 1 : shape[axis]!;
  for (const [name, list] of Object.entries({ scale, offset })) {
    if (!Array.isArray(list) || list.length !== wanted || !list.every(Number.isFinite)) {
      return `${name} must be ${wanted} finite ${wanted === 1 ? 'number' : 'numbers'} in a list`;
    }
  }
  return undefined;
}

/** The same values with their axes in another order: axis i of the result is axis `permutation[i]`. */
export function permuteStored<V extends StoredValues>(values: V, permutation: readonly number[]): V {
  const { shape, data } = values;
  const permuted = permutation.map((axis) => shape[axis]!);
  const strides = permutation.map((axis) => count(shape.slice(axis + 1)));
  const moved = new (data.constructor as new (length: number) => typeof data)(data.length);
  const index = permuted.map(() => 0);
  for (let to = 0, from = 0; to < moved.length; to++) {
    moved[to] = data[from]!;
    for (let axis = index.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < permuted[axis]!) break;
      from -= strides[axis]! * permuted[axis]!;
      index[axis] = 0;
    }
  }
  const axis = 'scale' in values && values.axis !== null ? { axis: permutation.indexOf(values.axis) } : {};
  return { ...values, shape: permuted, data: moved, ...axis };
}
