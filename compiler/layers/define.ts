import type { Attributes, ResolvedOfAll } from '../attributes.js';
import type { Build } from '../build.js';
import type { Initializer } from '../initializers/values.js';
import type { Value } from '../ir.js';
import type { DType } from '../tensor.js';
import type {
  InputNames,
  InputValues,
  Layer,
  LayerBuilder,
  LayerDefinition,
  OutputNames,
  Parameter,
  Parameters,
  Slots,
} from './definition.js';
import { makeLayer } from './layer.js';

export * from '../attributes.js';
export type * from './definition.js';
export type { Edge } from './edge.js';

/** A parameter every such layer has. */
export const parameter = (initializer: Initializer, { trainable = true } = {}): Parameter<false> => ({
  initializer,
  optional: false,
  trainable,
});

/** A parameter that `false` leaves out. */
export const optionalParameter = (initializer: Initializer, { trainable = true } = {}): Parameter<true> => ({
  initializer,
  optional: true,
  trainable,
});

/** Defines a kind of layer and returns its builder; the export must be called as the kind. */
export function defineLayer<
  const K extends string,
  const A extends Attributes,
  const P extends Parameters,
  const I extends InputNames,
  const O extends OutputNames = readonly ['output'],
  const D extends DType = 'float32',
>(
  kind: K,
  rest: {
    readonly inputs: I;
    readonly outputs?: O;
    readonly dtype?: D;
    readonly defaultInput?: readonly (number | string | null)[];
    readonly attributes: A;
    readonly parameters: P;
    count?(attributes: ResolvedOfAll<NoInfer<A>>): number;
    lower(
      build: Build,
      attributes: ResolvedOfAll<NoInfer<A>>,
      parameters: Slots<NoInfer<P>>,
      inputs: InputValues<NoInfer<I>>,
    ): Value | readonly Value[];
  },
): LayerBuilder<LayerDefinition<K, A, P, I, O, D>> {
  const definition = {
    ...rest,
    kind,
    outputs: rest.outputs ?? ['output'],
    dtype: rest.dtype ?? 'float32',
    defaultInput: rest.defaultInput,
  } as unknown as LayerDefinition;
  const make = (options: Readonly<Record<string, unknown>> = {}): Layer => makeLayer(definition, options);
  return Object.assign(make, { definition }) as never;
}
