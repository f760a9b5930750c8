import * as layers from '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';
import type { Reference } from './reference.js';

/** A layer as a declaration's JSON has it. */
export interface LayerSource {
  readonly name: string;
  readonly kind: string;
  readonly from?: string | readonly (string | null)[];
  readonly [attribute: string]: unknown;
}

/** The names a layer takes its inputs from, null for those that are absent. */
export const sourcesOf = ({ from = [] }: LayerSource): readonly (string | null)[] =>
  typeof from === 'string' ? [from] : from;

export interface InputSource {
  /** Sizes of the call. */
  readonly shape: readonly number[];
  /** Axes whose size may stay unknown when compiling; all of them when left out. */
  readonly open?: readonly number[];
  /** Integers are drawn from 0 ≤ value < below. */
  readonly indices?: { readonly below: number };
  /** Values are drawn from −scale ≤ value < scale; 1 unless told. */
  readonly scale?: number;
  /** The values themselves. */
  readonly values?: readonly number[];
}

/** Expected output of given inputs; `variable` reads one by its full name. */
export type Oracle = (inputs: readonly Reference[], variable: (name: string) => Reference) => Reference;

/** One or more layers, the last of which is the output, and what they must compute. */
export interface LayerCase {
  readonly name: string;
  readonly layers: readonly LayerSource[];
  readonly inputs: Readonly<Record<string, InputSource>>;
  readonly expected: Oracle;
  /** Largest |got − expected| / (1 + |expected|); 1e-5 unless told. */
  readonly tolerance?: number;
}

/** A case of one layer, called `layer`, with one input `x`. */
export const single = (
  name: string,
  kind: string,
  attributes: Readonly<Record<string, unknown>>,
  shape: readonly number[] | InputSource,
  expected: Oracle,
): LayerCase => ({
  name: `${kind} ${name}`,
  layers: [{ name: 'layer', kind, from: 'x', ...attributes }],
  inputs: { x: 'shape' in shape ? shape : { shape } },
  expected,
});

export const toTensor = (x: Reference): tf.Tensor => tf.tensor([...x.data], [...x.shape], 'float32');

export const fromTensor = (x: tf.Tensor): Reference => ({ shape: x.shape, data: Float64Array.from(x.dataSync()) });

/** What tfjs functions compute of the inputs and the variables of `layer` named. */
export const tfjs =
  (f: (inputs: tf.Tensor[], parameters: tf.Tensor[]) => tf.Tensor, parameters: readonly string[] = []): Oracle =>
  (inputs, variable) =>
    fromTensor(
      tf.tidy(() => {
        const values = parameters.map((parameter) => toTensor(variable(`layer.${parameter}`)));
        return f(inputs.map(toTensor), values);
      }),
    );

interface Layer {
  apply(x: tf.Tensor | tf.Tensor[]): unknown;
  setWeights(weights: tf.Tensor[]): void;
}

/** What a tfjs layer computes, its weights being the variables of `layer` named, in order. */
export const tfjsLayer = (make: (factory: typeof layers.layers) => Layer, parameters: readonly string[] = []): Oracle =>
  tfjs((inputs, values) => {
    const layer = make(layers.layers);
    const x = inputs.length === 1 ? inputs[0]! : inputs;
    layer.apply(x);
    layer.setWeights(values);
    return layer.apply(x) as tf.Tensor;
  }, parameters);
