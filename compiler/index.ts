export { compile, type CompiledModule, type CompileOptions } from './compile.js';
export * from './graph.js';
export * from './layers/table.js';
