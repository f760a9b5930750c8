import type { LayerContext, Value } from './context.js';

/**
 * What a layer of one class becomes, with each call: one value for each of its outputs. Throws Unsupported where nacre has
 * no form for it.
 */
export type Convert = (layer: LayerContext, inputs: readonly Value[]) => Value | readonly Value[];

/** Classes of one family, by name. */
export type Classes = Readonly<Record<string, Convert>>;
