import type { Attributes, SourcesOf } from '../attributes.js';
import type { Build } from '../build.js';
import type { Snake } from '../initializers/values.js';
import type { Expression, Value } from '../ir.js';
import { elementActivations } from './activation-elements.js';
import { tensorActivations } from './activation-whole.js';

/** Every activation function, by name. */
export const activations = {
  linear: { options: {}, apply: (_build: Build, x: Value): Value => x },
  ...elementActivations,
  ...tensorActivations,
} as const;

export type ActivationName = keyof typeof activations;

/** What else frameworks call activations that mean the same to all of them. */
export const activationAliases = {
  swish: ['silu'],
  hardSwish: ['hardSilu', 'hard_silu'],
  exp: ['exponential'],
  geluTanh: ['gelu_new'],
} as const satisfies Partial<Record<ActivationName, readonly string[]>>;

type Aliases = typeof activationAliases;

type Flat<T> = T extends infer U ? { [K in keyof U]: U[K] } : never;

/** A name, in camel or snake case or as other frameworks have it, or an object with options. */
export type ActivationSource =
  | ActivationName
  | Snake<ActivationName>
  | Aliases[keyof Aliases][number]
  | {
      [K in ActivationName]: Flat<{ readonly kind: K } & SourcesOf<(typeof activations)[K]['options']>>;
    }[ActivationName];

/** An activation, frozen and with all its options. */
export interface Activation {
  readonly kind: ActivationName;
  readonly [option: string]: unknown;
}

interface Untyped {
  readonly options: Attributes;
  readonly apply: (build: Build, x: Value, options: Readonly<Record<string, unknown>>) => Value;
  readonly expression?: (x: Expression, options: Readonly<Record<string, unknown>>) => Expression;
}

const definitionOf = (name: ActivationName): Untyped => activations[name] as unknown as Untyped;

/** The options of an activation, for parsing. */
export const activationOptions = (name: ActivationName): Attributes => definitionOf(name).options;

/** Applies an activation to a whole tensor. */
export const applyActivation = (build: Build, activation: Activation, x: Value): Value =>
  definitionOf(activation.kind).apply(build, x, activation);

/** An activation as a function of one element; undefined for those of a whole tensor, such as softmax. */
export function activationExpression(activation: Activation, x: Expression): Expression | undefined {
  if (activation.kind === 'linear') return x;
  return definitionOf(activation.kind).expression?.(x, activation);
}
