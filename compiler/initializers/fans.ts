import { mul, product, type Dim } from '../dim.js';

/** The fans of a slot of this shape: [in, out], […kernel, in, out], [n] for both, 1 for a scalar. */
export function fansOf(shape: readonly Dim[]): { readonly fanIn: Dim; readonly fanOut: Dim } {
  if (shape.length < 2) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 };
  const receptiveField = product(shape.slice(0, -2));
  return { fanIn: mul(receptiveField, shape.at(-2)!), fanOut: mul(receptiveField, shape.at(-1)!) };
}
