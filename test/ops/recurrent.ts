import { unary, element, type Build } from '../../compiler/build.js';
import type { Gate, OpOf, RecurrentCell, RecurrentInput, TensorGraph, Value } from '../../compiler/ir.js';
import { volume, type Tensor } from '../../compiler/tensor.js';
import { randomFrom } from '../layers/values.js';
import { graphOf, type Declared } from './run.js';

type Recurrent = OpOf<'recurrent'>;

/** A recurrent op; what is left out is as most frameworks have it. */
export type Layer = Pick<Recurrent, 'cell'> & Partial<Omit<Recurrent, 'kind' | 'cell'>>;

/** Sizes of a layer; of text are open. */
export interface Sizes {
  readonly time: number | string;
  readonly batch: number | string;
  readonly units: number;
}

export const cellGates: Readonly<Record<RecurrentCell, readonly Gate[]>> = {
  rnn: ['hidden'],
  gru: ['update', 'reset', 'hidden'],
  lstm: ['input', 'output', 'forget', 'cell'],
};

const [sigmoid, tanh] = [unary('sigmoid', element(0)), unary('tanh', element(0))];
const usual = { rnn: [tanh], gru: [sigmoid, tanh], lstm: [sigmoid, tanh, tanh] };

/** The op of a layer. */
export const opOf = (layer: Layer): Recurrent => ({
  kind: 'recurrent',
  gates: cellGates[layer.cell],
  activations: usual[layer.cell],
  optional: [],
  transposeRight: false,
  reverse: false,
  resetAfter: false,
  inputForget: false,
  ...layer,
});

function inputsOf(layer: Layer, { time, batch, units }: Sizes): Declared[] {
  const { gates, optional, transposeRight, batchFirst } = opOf(layer);
  const width = gates.length * units;
  const leading = batchFirst ? [batch, time] : [time, batch];
  const inputs: Readonly<Record<RecurrentInput, Declared>> = {
    bias: { shape: [width] },
    hidden: { shape: [batch, units] },
    cell: { shape: [batch, units] },
    peepholes: { shape: [3 * units] },
    lengths: { dtype: 'int32', shape: [batch] },
    mask: { dtype: 'bool', shape: leading },
  };
  return [
    { shape: [...leading, width] },
    { shape: transposeRight ? [width, units] : [units, width] },
    ...optional.map((name) => inputs[name]),
  ];
}

/** Sizes of a call. */
export type KnownSizes = Sizes & { readonly time: number; readonly batch: number };

/** A graph of one layer, whose inputs are those of its op. */
export function layerGraph(layer: Layer, sizes: Sizes): TensorGraph {
  const body = (build: Build, values: readonly Value[]): Value[] => build.outputsOf(opOf(layer), values);
  const graph = graphOf(inputsOf(layer, sizes), body);
  return { ...graph, symbols: graph.symbols.map((symbol) => ({ ...symbol, min: 0 })) };
}

/** Floats in [−1, 1), masks of which half holds, and lengths from 0 to more than there are steps. */
export function feedsOf(layer: Layer, sizes: KnownSizes): Tensor[] {
  const random = randomFrom(1);
  return inputsOf(layer, sizes).map(({ dtype, shape }): Tensor => {
    const count = { length: volume(shape as number[]) };
    if (dtype === 'bool')
      return { dtype, shape: shape as number[], data: Uint8Array.from(count, () => Number(random() < 0.5)) };
    return dtype === 'int32'
      ? { dtype, shape: shape as number[], data: Int32Array.from(count, (_, row) => (row * 2 + 1) % (sizes.time + 2)) }
      : { dtype: 'float32', shape: shape as number[], data: Float32Array.from(count, () => 2 * random() - 1) };
  });
}
