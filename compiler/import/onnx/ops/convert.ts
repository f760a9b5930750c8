import * as f from '../../../formula.js';
import { bytesPerElement } from '../../../tensor.js';
import type { Expand, Operators } from '../define.js';
import { each } from '../../../expand/integers.js';
import { cast } from '../../../expand/maps.js';
import { dtypeAttribute, typeAttribute } from '../types.js';

/** The same bytes as another dtype of that width. */
const bitCast: Expand = (context, inputs) => {
  const x = context.input(inputs, 0);
  const dtype = dtypeAttribute(context, 'to');
  if (dtype === x.dtype) return x;
  if (bytesPerElement(dtype) !== bytesPerElement(x.dtype)) {
    return context.unsupported(`elements of ${x.dtype} do not have the width of ${dtype}`);
  }
  const [from, to] = [f.scalarOf(x.dtype), f.scalarOf(dtype)];
  return each(context, dtype, [x], ([a]) => (from === to ? a! : f.reinterpret(to, a!)));
};

/** Elements as the dtype of attribute `to`; double is computed in float32. */
const castTo: Expand = (context, inputs) => {
  const double = typeAttribute(context, 'to') === 'double';
  return cast(context, context.input(inputs, 0), double ? 'float32' : dtypeAttribute(context, 'to'));
};

/** Conversions between dtypes. */
export const conversions: Operators = {
  Cast: { 1: castTo },
  CastLike: {
    15: (context, inputs) => cast(context, context.input(inputs, 0), context.input(inputs, 1).dtype),
  },
  BitCast: { 26: bitCast },
};
