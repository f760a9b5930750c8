export { compile, type CompiledModule, type CompileOptions, type SignatureOf } from './compile.js';
export * from './graph.js';
export * from './layers/table.js';
export { build, type BuildOptions } from './model.js';
export { summary, type SummaryOptions } from './summary.js';
export * as initializers from './initializers/index.js';
export { DeclarationError, ImportError, InternalError, OptionError, type Issue } from './errors.js';
export { InputError, ModuleError, NacreError, ShapeError, VariableError } from '../runtime/errors.js';
