import type { Operators } from './define.js';
import { activationOperators } from './ops/activations.js';
import { arithmeticOperators } from './ops/arithmetic.js';
import { conversionOperators } from './ops/convert.js';
import { identityOperators } from './ops/identity.js';
import { logicOperators } from './ops/logic.js';
import { softmaxOperators } from './ops/softmax.js';

/** Every operator of ONNX's own set that is read, by family. */
export const families = {
  activations: activationOperators,
  arithmetic: arithmeticOperators,
  conversions: conversionOperators,
  identity: identityOperators,
  logic: logicOperators,
  softmax: softmaxOperators,
} as const satisfies Readonly<Record<string, Operators>>;

/** Operators by name. The object has no prototype, since names come from files. */
export const operators: Operators = Object.assign(Object.create(null) as Operators, ...Object.values(families));
