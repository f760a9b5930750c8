/** What the worker of the compiler does. */
import { loaderSource } from '../../compiler/artifacts/index.js';
import { compilePipeline, type CompileOptions } from '../../compiler/compile.js';
import { readDims } from '../../compiler/dims-text.js';
import { OptionError } from '../../compiler/errors.js';
import { Pipeline } from '../../compiler/pipeline.js';
import type { ReportData } from '../../compiler/report/document.js';
import { describeModel } from '../../compiler/report/model/index.js';
import { VERSION } from '../../compiler/version.js';
import type { Progress } from '../workers/rpc.js';
import { openSource, type OpenedSource } from './source.js';

/** As the form has them. */
export interface FormOptions {
  readonly target: 'baseline' | 'relaxed';
  readonly weights: 'seed' | 'embed' | 'external';
  readonly storage: 'f32' | 'f16' | 'int8';
  readonly seed: string;
  readonly dims: string;
}

export interface CompileRequest {
  /** Tells whether these are the files of the call before. */
  readonly source: number;
  readonly files: readonly File[];
  /** A declaration in the place of that of the files, whose tensors it keeps. */
  readonly text?: string | undefined;
  /** Of the files that are written. */
  readonly name: string;
  readonly options: FormOptions;
}

export interface Compiled {
  readonly data: ReportData;
  /** The declaration, of a model that is one. */
  readonly text?: string | undefined;
  readonly milliseconds: number;
}

let opened: { readonly source: number; readonly model: OpenedSource } | undefined;

async function open({ source, files, text }: CompileRequest, progress: Progress): Promise<OpenedSource> {
  if (files.length === 0) return { model: text ?? '', tensors: {}, text: text ?? '' };
  if (opened?.source !== source) {
    const read: { name: string; bytes: Uint8Array }[] = [];
    for (const file of files) {
      progress(`reading ${file.name}`);
      read.push({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
    }
    progress(`importing ${files[0]!.name}`);
    opened = { source, model: await openSource(read) };
  }
  const { model } = opened;
  return text === undefined || model.text === undefined ? model : { ...model, model: text, text };
}

function optionsOf({ target, weights, storage, seed, dims }: FormOptions): CompileOptions {
  if (!/^\d{1,20}$/.test(seed) || BigInt(seed) >> 64n !== 0n) {
    throw new OptionError('option', 'seed', `must be a whole number from 0 to 2^64 - 1, got '${seed}'`);
  }
  return {
    ...{ target, weights, storage, seed: BigInt(seed) },
    ...(dims.trim() !== '' && { dims: readDims([dims], 'dims') }),
  };
}

async function gzipSize(bytes: Uint8Array): Promise<number> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new CompressionStream('gzip'));
  return (await new Response(stream).arrayBuffer()).byteLength;
}

async function compile(request: CompileRequest, progress: Progress): Promise<Compiled> {
  const { name } = request;
  const options = optionsOf(request.options);
  const { model, tensors, text } = await open(request, progress);
  const start = performance.now();
  progress('compiling');
  const pipeline = new Pipeline(model, { tensors, ...(options.dims && { dims: options.dims }) });
  const module = await compilePipeline(pipeline, {
    ...options,
    onProgress: ({ stage, done, total }) => {
      if (done < total) progress(`compiling: ${stage} (${done + 1} of ${total})`);
    },
  });
  const milliseconds = performance.now() - start;
  const files = { wasm: `./${name}.wasm`, weights: `./${name}.safetensors` };
  const { binary, types, weights } = module;
  const data: ReportData = {
    version: VERSION,
    model: describeModel(pipeline, module),
    module: {
      ...{ name, binary, types, gzip: await gzipSize(binary), loader: (await loaderSource(module, files)).js },
      ...(weights && { weights }),
    },
    histograms: [],
    inputs: {},
  };
  return { data, text, milliseconds };
}

export const compilerFunctions = { compile } as const;
export type CompilerFunctions = typeof compilerFunctions;
