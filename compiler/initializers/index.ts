/** Initializers as data: this entry depends on nothing, so that it can be used beside the runtime. */
export * from './table.js';
export { load, mixed, type LoadedTensors } from './by-name.js';
export { custom, type CustomFactory, type CustomValue } from './custom.js';
export type { Seed } from './define.js';
export * as gluon from './presets/gluon.js';
export * as neupy from './presets/neupy.js';
export * as tfjs from './presets/tfjs.js';
export * as torch from './presets/torch.js';
export type { HostInitializer, HostRandom } from './host.js';
export type {
  Initializer,
  InitializerDeclaration,
  InitializerEntry,
  InitializerKind,
  InitializerName,
  InitializerSource,
  InitializerValue,
  Load,
  LoadValue,
  Mixed,
} from './values.js';
