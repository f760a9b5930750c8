import type { Operators } from './define.js';
import { activations } from './ops/activations.js';
import { argument } from './ops/argument.js';
import { arithmetic } from './ops/arithmetic.js';
import { attentions } from './ops/attention.js';
import { constants } from './ops/constants.js';
import { control } from './ops/control.js';
import { conversions } from './ops/convert.js';
import { convolutions } from './ops/convolution.js';
import { accumulation } from './ops/cumulative.js';
import { deformables } from './ops/deformable.js';
import { einsums } from './ops/einsum.js';
import { gathering } from './ops/gathering.js';
import { grids } from './ops/grid.js';
import { identity } from './ops/identity.js';
import { linearAttentions } from './ops/linear-attention.js';
import { logic } from './ops/logic.js';
import { products } from './ops/matmul.js';
import { matrices } from './ops/matrix.js';
import { normalizations } from './ops/normalization.js';
import { norms } from './ops/norms.js';
import { parts } from './ops/parts.js';
import { poolings } from './ops/pooling.js';
import { quantization } from './ops/quantize.js';
import { quantizedProducts } from './ops/quantized.js';
import { recurrence } from './ops/recurrent.js';
import { reductions } from './ops/reduce.js';
import { regions } from './ops/regions.js';
import { resizing } from './ops/resize.js';
import { rotaries } from './ops/rotary.js';
import { selection } from './ops/selection.js';
import { sequences } from './ops/sequences.js';
import { shapes } from './ops/shapes.js';
import { signals } from './ops/signal.js';
import { softmax } from './ops/softmax.js';
import { spread } from './ops/spread.js';
import { unpoolings } from './ops/unpooling.js';

/** Every operator of ONNX's own set that is read, by family. */
const families = {
  accumulation,
  activations,
  argument,
  arithmetic,
  attentions,
  constants,
  control,
  conversions,
  convolutions,
  deformables,
  einsums,
  gathering,
  grids,
  identity,
  linearAttentions,
  logic,
  matrices,
  normalizations,
  norms,
  parts,
  poolings,
  products,
  quantization,
  quantizedProducts,
  recurrence,
  reductions,
  regions,
  resizing,
  rotaries,
  selection,
  sequences,
  shapes,
  signals,
  softmax,
  spread,
  unpoolings,
} as const satisfies Readonly<Record<string, Operators>>;

/** Operators by name. The object has no prototype, since names come from files. */
export const operators: Operators = Object.assign(
  Object.create(null) as Operators,
  ...Object.values<Operators>(families),
) as Operators;
