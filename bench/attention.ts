import { volume, type Network, type NetworkLayer, type Values } from './network.js';

interface Projection {
  /** [in, out] */
  readonly weight: Values;
  readonly bias: Values;
}

const scaled = (data: Float32Array, factor: number): Float32Array =>
  factor === 1 ? data : data.map((value) => value * factor);

/**
 * The matrices of a `multiHeadAttention`, heads side by side. Those of the queries have the factor 1 / √keyDim of the
 * scores in them, for sides without an operation that scales.
 */
export function projectionsOf({ weights }: Network, { name, keyDim }: NetworkLayer) {
  const projection = (slot: string, rows: (shape: readonly number[]) => number, factor = 1): Projection => {
    const [weight, bias] = [weights[`${name}.${slot}Weight`]!, weights[`${name}.${slot}Bias`]!];
    const matrix = [rows(weight.shape), volume(bias.shape)];
    return {
      weight: { data: scaled(weight.data, factor), shape: matrix },
      bias: { data: scaled(bias.data, factor), shape: matrix.slice(1) },
    };
  };
  const features = (shape: readonly number[]): number => shape[0]!;
  return {
    query: projection('query', features, 1 / Math.sqrt(keyDim)),
    key: projection('key', features),
    value: projection('value', features),
    output: projection('output', ([heads, size]) => heads! * size!),
  };
}
