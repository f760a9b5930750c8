import type { Layout, Node, TensorGraph, Variable } from './ir.js';
import { bytesOf, scaleBytes } from './plan/stored.js';
import { channelsOf, decode, type QuantizedValues, type StoredValues } from './stored.js';

/** In what form values of float32 travel: as they are, rounded to float16, or in int8 with a scale for each output. */
export const storages = ['f32', 'f16', 'int8'] as const;
export type Storage = (typeof storages)[number];

type Floats = Extract<StoredValues, { readonly dtype: 'float32' }>;

const MOST_INT8 = 127;
const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** The bits of the float16 nearest to a float32, ties to even; ±∞ for what is beyond 65,504 and rounds up. */
function encodeHalf(value: number): number {
  float[0] = value;
  const sign = (bits[0]! >>> 16) & 0x8000;
  const magnitude = bits[0]! & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65,520 is half-way between the largest float16 and what would follow it.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Subnormal: adding ½ leaves units of 2⁻²⁴ in the low bits, rounded to even.
  if (magnitude < 0x38800000) {
    float[0] = Math.abs(value) + 0.5;
    return sign | (bits[0]! - 0x3f000000);
  }
  const odd = (magnitude >>> 13) & 1;
  return sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
}

/** Each value rounded to float16; undefined where a finite one would become infinite. */
function toFloat16({ shape, data }: Floats): StoredValues | undefined {
  const halves = Uint16Array.from(data, encodeHalf);
  const overflows = halves.some((half, at) => (half & 0x7fff) === 0x7c00 && Number.isFinite(data[at]));
  return overflows ? undefined : { dtype: 'float16', shape, data: halves };
}

/** The axis of a weight that tells its outputs; axes of one element are passed over. */
function outputAxis(shape: readonly number[], layout: Layout | null): number {
  if (layout === 'oi' || layout === 'oihw') return 0;
  const axis = shape.findLastIndex((size) => size > 1);
  return axis < 0 ? shape.length - 1 : axis;
}

/**
 * Each output's values as multiples of the largest of them over 127, which is a float32. Undefined for what is not
 * finite, has fewer than two axes, or would not become smaller.
 */
function toInt8({ shape, data }: Floats, layout: Layout | null): QuantizedValues | undefined {
  if (shape.length < 2 || data.length === 0) return undefined;
  const axis = outputAxis(shape, layout);
  const { channels, inner } = channelsOf({ shape, axis });
  const channelOf = (at: number): number => Math.floor(at / inner) % channels;
  const largest = new Float32Array(channels);
  for (let at = 0; at < data.length; at++) {
    const magnitude = Math.abs(data[at]!);
    if (!Number.isFinite(magnitude)) return undefined;
    if (magnitude > largest[channelOf(at)]!) largest[channelOf(at)] = magnitude;
  }
  const scale = Array.from(largest, (most) => Math.fround(most / MOST_INT8) || 1);
  const steps = Int8Array.from(data, (value, at) => {
    const step = Math.round(value / scale[channelOf(at)]!);
    return Math.max(-MOST_INT8, Math.min(MOST_INT8, step));
  });
  const stored = { dtype: 'int8', shape, data: steps, scale, offset: scale.map(() => 0), axis } as const;
  return steps.byteLength + scaleBytes(stored) < data.byteLength ? stored : undefined;
}

/** The float32 values that fill a variable, if values do. */
function floatsOf({ op }: Node): Floats | undefined {
  return op.kind === 'constant' && op.tensor.dtype === 'float32' ? (op.tensor as Floats) : undefined;
}

/**
 * A graph whose variables have values in another form. Values that are stored in fewer bits already stay as they are, and
 * so do those that the form does not suit: for int8, those with one axis, and for both, those beyond its range.
 *
 * @returns the graph, and what is to be said of the difference
 */
export function storeVariables(
  graph: TensorGraph,
  storage: Storage,
): { readonly graph: TensorGraph; readonly notes: readonly string[] } {
  if (storage === 'f32') return { graph, notes: [] };
  const variables = new Map<number, Variable>(graph.variables.map((variable) => [variable.value.id, variable]));
  let worst = 0;
  let where = '';
  let [before, after, count] = [0, 0, 0];
  const notes: string[] = [];
  const initialize = graph.initialize.map((node): Node => {
    const floats = floatsOf(node);
    const variable = variables.get(node.outputs[0]!.id);
    if (!floats || !variable) return node;
    const values = storage === 'f16' ? toFloat16(floats) : toInt8(floats, variable.layout);
    if (!values) {
      const refused = storage === 'f16' || floats.data.some((value) => !Number.isFinite(value));
      if (refused) notes.push(`${variable.name}: stays float32, as it has values beyond the range of ${storage}`);
      return node;
    }
    const error = largestDifference(floats.data, decode(values));
    if (error >= worst) [worst, where] = [error, variable.name];
    before += floats.data.byteLength;
    after += bytesOf(values.data).length + scaleBytes(values);
    count++;
    return { ...node, op: { kind: 'stored', values } };
  });
  if (count > 0) {
    const sizes = `${after} bytes in the place of ${before}`;
    const difference = `weights differ by at most ${worst.toPrecision(3)}${worst > 0 ? ` (${where})` : ''}`;
    notes.unshift(`storage ${storage}: ${count} ${count === 1 ? 'variable' : 'variables'}, ${sizes}; ${difference}`);
  }
  return { graph: { ...graph, initialize }, notes };
}

function largestDifference(exact: Float32Array, rounded: Float32Array): number {
  let largest = 0;
  for (let at = 0; at < exact.length; at++) {
    const difference = Math.abs(exact[at]! - rounded[at]!);
    if (difference > largest) largest = difference;
  }
  return largest;
}
