import type { CompiledModule, SignatureOf } from '../compile.js';
import type { GraphDeclaration, GraphSource } from '../declaration.js';
import { NacreError, OptionError } from '../errors.js';
import type { Graph } from '../graph.js';
import { errorOf } from './errors.js';
import { dataOf, type CompileRequest, type ModelFile, type Port, type Progress } from './messages.js';
import type { PostedOptions } from './messages.js';

/** What a worker compiles: a graph without host functions, a declaration, or the files of a model. */
export type WorkerModel = Graph | GraphDeclaration | GraphSource | ModelFile | string;

export interface WorkerCompileOptions extends PostedOptions {
  readonly onProgress?: (progress: Progress) => void;
  /** Buffers of the model that the worker takes over instead of copying them. */
  readonly transfer?: readonly Transferable[];
}

export interface WorkerCompiler {
  /**
   * Compiles in the worker; requests are answered in their order.
   *
   * @throws what `compile` and the importer of the format do, with the same fields and texts · OptionError for what cannot be
   *   sent to a worker · NacreError where the worker does not start, and after `close`
   */
  compile<const M extends WorkerModel>(
    model: M,
    options?: WorkerCompileOptions,
  ): Promise<CompiledModule<M extends ModelFile ? SignatureOf<string> : SignatureOf<M>>>;
  /** Ends the worker, also in the middle of a model; what it has not answered is rejected. */
  close(): void;
}

interface Waiting {
  readonly resolve: (module: CompiledModule) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: WorkerCompileOptions['onProgress'];
}

/** @param worker that calls `serveCompiler`, or a port to it */
export function connectCompiler(worker: Port & { terminate?(): void; close?(): void }): WorkerCompiler {
  const waiting = new Map<number, Waiting>();
  let next = 0;
  let isReady = false;
  let ended: Error | undefined;
  const rejectAll = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const take = (id: number): Waiting | undefined => {
    const found = waiting.get(id);
    waiting.delete(id);
    return found;
  };
  worker.addEventListener('message', (event) => {
    const answer = dataOf(event);
    isReady ||= answer !== undefined;
    if (answer?.nacre === 'progress') waiting.get(answer.id)?.onProgress?.(answer.progress);
    if (answer?.nacre === 'compiled') take(answer.id)?.resolve({ ...answer.module, functions: {} });
    if (answer?.nacre === 'failed') take(answer.id)?.reject(errorOf(answer.error));
  });
  const fail = (event: Event): void => {
    const { message = 'no reason is known' } = event as Partial<ErrorEvent>;
    const error = new NacreError('worker', 'worker', isReady ? `failed: ${message}` : `does not start: ${message}`);
    if (!isReady) ended = error;
    rejectAll(error);
  };
  worker.addEventListener('error', fail);
  worker.addEventListener('messageerror', fail);
  worker.start?.();

  const compile = (model: WorkerModel, { onProgress, transfer = [], ...options }: WorkerCompileOptions = {}) =>
    new Promise<CompiledModule>((resolve, reject) => {
      if (ended) throw ended;
      const id = next++;
      const request: CompileRequest = { nacre: 'compile', id, ...requestOf(model, options) };
      try {
        worker.postMessage(request, [...transfer]);
      } catch (error) {
        throw new OptionError('worker', 'compile', `cannot be sent to a worker: ${(error as Error).message}`);
      }
      waiting.set(id, { resolve, reject, onProgress });
    });
  const close = (): void => {
    ended ??= new NacreError('worker', 'worker', 'is closed');
    rejectAll(ended);
    (worker.terminate ?? worker.close)?.call(worker);
  };
  return { compile: compile as WorkerCompiler['compile'], close };
}

const hasFunctions = (value: unknown): boolean =>
  typeof value === 'function' || (typeof value === 'object' && value !== null && Object.values(value).some(isFunction));
const isFunction = (value: unknown): boolean => typeof value === 'function';

/** @throws OptionError for functions, which stay where they are */
function requestOf(model: WorkerModel, options: PostedOptions): Pick<CompileRequest, 'model' | 'options'> {
  for (const [name, value] of Object.entries(options)) {
    if (hasFunctions(value)) {
      throw new OptionError('worker', `compile.${name}`, 'has functions, which cannot be sent to a worker');
    }
  }
  if (typeof model !== 'object') return { model, options };
  if ('lower' in model) {
    const what = 'is imported already; send its file, such as { format: "onnx", bytes }';
    throw new OptionError('worker', 'model', what);
  }
  if (!isGraph(model)) return { model, options };
  const [host] = Object.keys(model.functions);
  if (host !== undefined) {
    throw new OptionError('worker', host, 'is a host initializer, which cannot be sent to a worker');
  }
  return { model: model.declaration, options: { ...options, tensors: { ...model.tensors, ...options.tensors } } };
}

const isGraph = (model: Exclude<WorkerModel, string>): model is Graph => 'declaration' in model && 'functions' in model;
