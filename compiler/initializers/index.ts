/** Initializers as data: this entry depends on nothing, so that it can be used beside the runtime. */
export * from './table.js';
export { mixed } from './values.js';
export type { Seed } from './define.js';
export type {
  Initializer,
  InitializerDeclaration,
  InitializerKind,
  InitializerName,
  InitializerSource,
  Mixed,
} from './values.js';
