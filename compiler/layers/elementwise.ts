import { Refusal, type Attribute } from '../attributes.js';
import { NacreError } from '../errors.js';
import { requireBroadcast } from './broadcast.js';
import { defineLayer, optional, type Layer } from './define.js';
import { makeLayer } from './layer.js';

/** A function in AssemblyScript that layers may call. */
export interface FunctionSource {
  readonly name: string;
  /** With the values they have where a layer does not give them, in the order of the parameters they become. */
  readonly options?: Readonly<Record<string, number>>;
  /** Exports `apply(…inputs: f32, …options: f32): f32`. */
  readonly source: string;
}

const functionName = (): Attribute<string, string, true> => ({
  required: true,
  schema: { type: 'string' },
  expects: 'the name of a function',
  read: (value) => (typeof value === 'string' ? value : new Refusal()),
});

const isNumbers = (value: unknown): value is Readonly<Record<string, number>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(Number.isFinite);

type Numbers = Readonly<Record<string, number>>;

/** Finite numbers by name. */
const numbers = (): Attribute<Numbers, Numbers, true> => ({
  required: true,
  schema: { type: 'object', additionalProperties: { type: 'number' } },
  expects: 'numbers by name',
  read: (value) => (isNumbers(value) ? Object.freeze({ ...value }) : new Refusal()),
});

/**
 * A function of the graph's own, called with an element of each input, broadcast, and with options. Options left out are
 * those of the function.
 */
export const elementwise = defineLayer('elementwise', {
  inputs: 'list',
  attributes: { function: functionName(), options: optional(numbers(), {}) },
  parameters: {},
  lower(build, { function: name, options }, _parameters, inputs) {
    requireBroadcast(build, inputs);
    return build.call(name, inputs, Object.values(options));
  },
});

/** Makes layers that call one function. */
export type CustomLayerBuilder<O> = (
  options?: { readonly [K in keyof O]?: number } & { readonly name?: string },
) => Layer<(typeof elementwise)['definition']>;

/**
 * A layer of one's own: `const swish = customLayer('swish', { beta: 1 }, source)` gives `swish({ beta: 2 })`.
 *
 * @param name of the function, which the graph's declaration carries
 * @param options with their defaults, in the order of the parameters they become
 * @param source AssemblyScript that exports `apply(…inputs: f32, …options: f32): f32`, see docs/custom.md
 */
export function customLayer<const O extends Numbers>(name: string, options: O, source: string): CustomLayerBuilder<O> {
  if ('name' in options) throw new NacreError('option', name, `an option cannot be called 'name', as layers have one`);
  const entry = Object.freeze({ name, options: Object.freeze({ ...options }), source });
  return (given = {}) => {
    const { name: layer, ...values } = given as Numbers & { readonly name?: string };
    const attributes = { function: name, options: values, ...(layer !== undefined && { name: layer }) };
    return makeLayer(elementwise.definition, attributes, entry);
  };
}
