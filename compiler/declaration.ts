/** Declarations, version 1: what people write, and the complete form that everything else reads. */
export { isReused, outputIndex, resolveLayer, splitReference } from './declaration/definitions.js';
export { parseDeclaration } from './declaration/parse.js';
export type * from './declaration/types.js';
