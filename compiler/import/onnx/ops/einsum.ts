import { einsum } from '../../../expand/einsum.js';
import type { Operators } from '../define.js';

/** Sums of products by equations. */
export const einsums: Operators = {
  Einsum: {
    12: (context, inputs) => {
      const values = inputs.map((_, at) => context.input(inputs, at));
      return einsum(context, context.string('equation'), values);
    },
  },
};
