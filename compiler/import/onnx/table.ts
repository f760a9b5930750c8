import type { Operators } from './define.js';
import { elementwise } from './ops/elementwise.js';
import { recurrence } from './ops/recurrent.js';
import { selection } from './ops/selection.js';

/** Every operator of ONNX's own set that is read, by family. */
export const families = {
  elementwise,
  recurrence,
  selection,
} as const satisfies Readonly<Record<string, Operators>>;

/** Operators by name. The object has no prototype, since names come from files. */
export const operators: Operators = Object.assign(Object.create(null) as Operators, ...Object.values(families));
