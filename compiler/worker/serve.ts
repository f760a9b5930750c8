import type { CompileOptions } from '../compile.js';
import type { ModelSource } from '../pipeline.js';
import { recordOf } from './errors.js';
import { dataOf, type Answer, type CompileRequest, type ModelFile, type Port } from './messages.js';

export interface ServeOptions extends Pick<CompileOptions, 'assemblyscript'> {
  /** Where requests come from; the scope of the worker if left out. */
  readonly port?: Port;
  /** Imports h5wasm, for files of HDF5: `() => import('h5wasm')`. */
  readonly h5wasm?: () => Promise<unknown>;
}

/**
 * Compiles, in a worker, what `connectCompiler` asks for, one model after the other. Importers and Binaryen are loaded by the
 * first request that needs them.
 */
export function serveCompiler({ port = globalThis as unknown as Port, ...loaders }: ServeOptions = {}): void {
  const post = (answer: Answer, transfer: Transferable[] = []): void => {
    port.postMessage(answer, transfer);
  };
  const answer = async ({ id, model, options }: CompileRequest): Promise<void> => {
    try {
      const [{ compile }, source] = await Promise.all([import('../compile.js'), sourceOf(model, loaders)]);
      const { assemblyscript } = loaders;
      const { functions: _, ...module } = await compile(source, {
        ...options,
        ...(assemblyscript && { assemblyscript }),
        onProgress: (progress) => {
          post({ nacre: 'progress', id, progress });
        },
      });
      const buffers = [module.binary, module.weights].flatMap((bytes) => (bytes ? [bytes.buffer as ArrayBuffer] : []));
      post({ nacre: 'compiled', id, module }, buffers);
    } catch (error) {
      post({ nacre: 'failed', id, error: recordOf(error) });
    }
  };
  let last = Promise.resolve();
  port.addEventListener('message', (event) => {
    const request = dataOf(event);
    if (request?.nacre === 'compile') last = last.then(() => answer(request));
  });
  port.start?.();
  post({ nacre: 'ready' });
}

async function sourceOf(model: CompileRequest['model'], { h5wasm }: ServeOptions): Promise<ModelSource> {
  if (!isFile(model)) return model;
  switch (model.format) {
    case 'onnx':
      return (await import('../import/onnx/index.js')).importOnnx(model.bytes, model.options);
    case 'keras':
      return (await import('../import/keras/index.js')).importKeras(model.model, model.weights, model.options);
    case 'kerasFile': {
      const { openKeras } = await import('../import/keras/index.js');
      return openKeras(model.bytes, { ...model.options, ...(h5wasm && { h5wasm }) });
    }
    case 'tfjs':
      return (await import('../import/tfjs/index.js')).importGraphModel(model.model, model.weights, model.options);
  }
}

const isFile = (model: CompileRequest['model']): model is ModelFile => typeof model === 'object' && 'format' in model;
