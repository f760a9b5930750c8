/**
 * `nacre/worker`: compiling in a worker, which leaves its page free. A worker calls `serveCompiler`, its page `connectCompiler`;
 * neither loads the compiler before a model is sent.
 */
export { connectCompiler, type WorkerCompileOptions, type WorkerCompiler, type WorkerModel } from './connect.js';
export type { ErrorRecord } from './errors.js';
export type { ModelFile, Port, Progress } from './messages.js';
export { serveCompiler, type ServeOptions } from './serve.js';
