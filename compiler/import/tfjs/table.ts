import type { Operators } from './define.js';
import { activations } from './ops/activations.js';
import { arithmetic } from './ops/arithmetic.js';
import { blocks } from './ops/blocks.js';
import { control } from './ops/control.js';
import { convolutions } from './ops/convolution.js';
import { gathering } from './ops/gathering.js';
import { logic } from './ops/logic.js';
import { normalizations } from './ops/normalization.js';
import { parts } from './ops/parts.js';
import { poolings } from './ops/pooling.js';
import { products } from './ops/products.js';
import { reductions } from './ops/reductions.js';
import { resizing } from './ops/resize.js';
import { selection } from './ops/selection.js';
import { shapes } from './ops/shapes.js';
import { spread } from './ops/spread.js';
import { values } from './ops/values.js';

/** Every operator that is read, by family. */
const tables = {
  activations,
  arithmetic,
  blocks,
  control,
  convolutions,
  gathering,
  logic,
  normalizations,
  parts,
  poolings,
  products,
  reductions,
  resizing,
  selection,
  shapes,
  spread,
  values,
} as const satisfies Readonly<Record<string, Operators>>;

/** Operators by name. The object has no prototype, since names come from files. */
export const operators: Operators = Object.assign(
  Object.create(null) as Operators,
  ...Object.values<Operators>(tables),
) as Operators;

/** What is read without an entry. */
const sources = ['Const', 'Placeholder'];

/** Names of the operators that are read, by family, in alphabetical order. */
export const families: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    Object.entries<Operators>(tables).map(([family, table]) => [family, Object.keys(table).sort()]),
  ),
  sources,
};
