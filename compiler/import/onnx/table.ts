import type { Operators } from './define.js';
import { accumulation } from './ops/cumulative.js';
import { activations } from './ops/activations.js';
import { argument } from './ops/argument.js';
import { arithmetic } from './ops/arithmetic.js';
import { conversions } from './ops/convert.js';
import { identity } from './ops/identity.js';
import { logic } from './ops/logic.js';
import { matrices } from './ops/matrix.js';
import { norms } from './ops/norms.js';
import { reductions } from './ops/reduce.js';
import { quantization } from './ops/quantize.js';
import { recurrence } from './ops/recurrent.js';
import { selection } from './ops/selection.js';
import { softmax } from './ops/softmax.js';

/** Every operator of ONNX's own set that is read, by family. */
export const families = {
  accumulation,
  activations,
  argument,
  arithmetic,
  conversions,
  identity,
  logic,
  matrices,
  norms,
  reductions,
  quantization,
  recurrence,
  selection,
  softmax,
} as const satisfies Readonly<Record<string, Operators>>;

/** Operators by name. The object has no prototype, since names come from files. */
export const operators: Operators = Object.assign(Object.create(null) as Operators, ...Object.values(families));
