import type { Operators } from './define.js';
import { convolutions } from './ops/convolution.js';
import { elementwise } from './ops/elementwise.js';
import { products } from './ops/matmul.js';
import { normalizations } from './ops/normalization.js';
import { poolings } from './ops/pooling.js';

/** Every operator of ONNX's own set that is read, by family. */
export const families = { convolutions, elementwise, normalizations, poolings, products } as const satisfies Readonly<
  Record<string, Operators>
>;

/** Operators by name. The object has no prototype, since names come from files. */
export const operators: Operators = Object.assign(Object.create(null) as Operators, ...Object.values(families));
