export { compile, type CompiledModule, type CompileOptions } from './compile.js';
export * from './graph.js';
export * from './layers/table.js';
export { build, type BuildOptions } from './model.js';
export { summary, type SummaryOptions } from './summary.js';
