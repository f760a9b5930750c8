import {
  axis as anyAxis,
  boolean,
  number,
  optional,
  type Attributes,
  type ResolvedOfAll,
  type SourcesOf,
} from '../attributes.js';
import { binary, scalar, unary, type Build } from '../build.js';
import type { Expression, Value } from '../ir.js';

const plus = (left: Expression, right: Expression): Expression => binary('add', left, right);
const times = (left: Expression, right: Expression): Expression => binary('multiply', left, right);
const positive = (x: Expression): Expression => binary('maximum', x, scalar(0));
const negative = (x: Expression): Expression => binary('minimum', x, scalar(0));

interface ActivationDefinition<O extends Attributes> {
  readonly options: O;
  /** One activation is a whole-tensor op, the others are functions of an element. */
  readonly apply: (build: Build, x: Value, options: ResolvedOfAll<O>) => Value;
}

function elementFunction<const O extends Attributes>(
  options: O,
  expression: (x: Expression, options: ResolvedOfAll<O>) => Expression,
): ActivationDefinition<O> & { readonly expression: (x: Expression, options: ResolvedOfAll<O>) => Expression } {
  return {
    options,
    expression,
    apply: (build, x, resolved) => build.elementwise(expression({ kind: 'input', index: 0 }, resolved), x),
  };
}

const softmaxOver = (log: boolean) => {
  const options = { axis: optional(anyAxis(), -1) };
  const apply = (build: Build, x: Value, { axis }: ResolvedOfAll<typeof options>): Value =>
    build.op({ kind: 'softmax', axis: axis < 0 ? axis + x.shape.length : axis, log }, [x]);
  return { options, apply };
};

const SELU_ALPHA = 1.6732632423543772;
const SELU_SCALE = 1.0507009873554805;

/** max(x, 0) + alpha · (eˣ − 1) below 0 */
const exponentialLinear = (x: Expression, alpha: number): Expression =>
  plus(positive(x), times(scalar(alpha), unary('expm1', negative(x))));

const clip = (x: Expression, low: number, high: number): Expression =>
  binary('minimum', binary('maximum', x, scalar(low)), scalar(high));

const hardSigmoidOf = (x: Expression, alpha: number, beta: number): Expression =>
  clip(plus(times(scalar(alpha), x), scalar(beta)), 0, 1);

/** Every activation function, by name. */
export const activations = {
  linear: { options: {}, apply: (_build: Build, x: Value): Value => x },
  /** x above 0, alpha · x below; at most `cap`. */
  relu: elementFunction({ alpha: optional(number(), 0), cap: optional(number({ min: 0 })) }, (x, { alpha, cap }) => {
    const rectified = alpha === 0 ? positive(x) : plus(positive(x), times(scalar(alpha), negative(x)));
    return cap === undefined ? rectified : binary('minimum', rectified, scalar(cap));
  }),
  relu6: elementFunction({}, (x) => clip(x, 0, 6)),
  /** alpha · x below 0; Keras's function has 0.2, its layer of the same name 0.3. */
  leakyRelu: elementFunction({ alpha: optional(number(), 0.2) }, (x, { alpha }) =>
    plus(positive(x), times(scalar(alpha), negative(x))),
  ),
  elu: elementFunction({ alpha: optional(number(), 1) }, (x, { alpha }) => exponentialLinear(x, alpha)),
  selu: elementFunction({}, (x) => times(scalar(SELU_SCALE), exponentialLinear(x, SELU_ALPHA))),
  softplus: elementFunction({}, (x) => unary('softplus', x)),
  softsign: elementFunction({}, (x) => binary('divide', x, plus(scalar(1), unary('absolute', x)))),
  sigmoid: elementFunction({}, (x) => unary('sigmoid', x)),
  /** clip(alpha · x + beta, 0, 1), with the 0.2 and 0.5 of Keras 2 and ONNX. */
  hardSigmoid: elementFunction(
    { alpha: optional(number(), 0.2), beta: optional(number(), 0.5) },
    (x, { alpha, beta }) => hardSigmoidOf(x, alpha, beta),
  ),
  /** x · clip(x / 6 + 0.5, 0, 1) */
  hardSwish: elementFunction({}, (x) => times(x, hardSigmoidOf(x, 1 / 6, 0.5))),
  tanh: elementFunction({}, (x) => unary('tanh', x)),
  /** x · Φ(x); `approximate` takes the tanh form of Hendrycks and Gimpel. */
  gelu: elementFunction({ approximate: optional(boolean(), false) }, (x, { approximate }) =>
    approximate
      ? tanhGelu(x)
      : times(times(scalar(0.5), x), plus(scalar(1), unary('erf', times(x, scalar(Math.SQRT1_2))))),
  ),
  geluTanh: elementFunction({}, (x) => tanhGelu(x)),
  /** x · sigmoid(x); SiLU elsewhere. */
  swish: elementFunction({}, (x) => times(x, unary('sigmoid', x))),
  mish: elementFunction({}, (x) => times(x, unary('tanh', unary('softplus', x)))),
  exp: elementFunction({}, (x) => unary('exp', x)),
  softmax: softmaxOver(false),
  logSoftmax: softmaxOver(true),
} as const;

function tanhGelu(x: Expression): Expression {
  const cube = times(x, times(x, x));
  const inner = times(scalar(Math.sqrt(2 / Math.PI)), plus(x, times(scalar(0.044715), cube)));
  return times(times(scalar(0.5), x), plus(scalar(1), unary('tanh', inner)));
}

export type ActivationName = keyof typeof activations;

type Flat<T> = T extends infer U ? { [K in keyof U]: U[K] } : never;

/** A name, or an object with options. */
export type ActivationSource =
  | ActivationName
  | {
      [K in ActivationName]: Flat<{ readonly kind: K } & SourcesOf<(typeof activations)[K]['options']>>;
    }[ActivationName];

/** An activation, frozen and with all its options. */
export interface Activation {
  readonly kind: ActivationName;
  readonly [option: string]: unknown;
}

type Untyped = ActivationDefinition<Attributes> & {
  readonly expression?: (x: Expression, options: Readonly<Record<string, unknown>>) => Expression;
};

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
