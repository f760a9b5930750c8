/** What a page and its worker say to each other. Messages without a field `nacre` are others'. */
import type { CompiledModule, CompileOptions } from '../compile.js';
import type { GraphDeclaration, GraphSource } from '../declaration.js';
import type { KerasOptions, KerasWeights, OpenKerasOptions } from '../import/keras/index.js';
import type { OnnxOptions } from '../import/onnx/index.js';
import type { GraphModelOptions, WeightShards } from '../import/tfjs/index.js';
import type { ErrorRecord } from './errors.js';

type Cloneable<T> = Exclude<T, (...args: never[]) => unknown>;

/** A model of another framework as its files: what the importer of the format takes, functions aside. */
export type ModelFile =
  | {
      readonly format: 'onnx';
      readonly bytes: Uint8Array;
      readonly options?: Omit<OnnxOptions, 'externalData'> & {
        readonly externalData?: Readonly<Record<string, Uint8Array>>;
      };
    }
  /** A layers-model of tfjs, or a topology of Keras. */
  | {
      readonly format: 'keras';
      readonly model: string | object;
      readonly weights?: Cloneable<KerasWeights>;
      readonly options?: KerasOptions;
    }
  /** `.keras`, `.h5`: the worker must be served with h5wasm. */
  | {
      readonly format: 'kerasFile';
      readonly bytes: Uint8Array;
      readonly options?: Omit<OpenKerasOptions, 'h5wasm'>;
    }
  /** A graph-model of tfjs. */
  | {
      readonly format: 'tfjs';
      readonly model: string | object;
      readonly weights: Cloneable<WeightShards>;
      readonly options?: GraphModelOptions;
    };

/** Options that can be posted. */
export type PostedOptions = Omit<CompileOptions, 'onProgress' | 'functions' | 'assemblyscript'>;

export interface CompileRequest {
  readonly nacre: 'compile';
  /** What answers carry too. */
  readonly id: number;
  readonly model: GraphSource | GraphDeclaration | string | ModelFile;
  readonly options: PostedOptions;
}

export type Progress = Parameters<NonNullable<CompileOptions['onProgress']>>[0];

export type Answer =
  | { readonly nacre: 'ready' }
  | { readonly nacre: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly nacre: 'compiled'; readonly id: number; readonly module: Omit<CompiledModule, 'functions'> }
  | { readonly nacre: 'failed'; readonly id: number; readonly error: ErrorRecord };

/** A worker as its page sees it, the scope of a worker, or a port of a channel. */
export interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message' | 'messageerror' | 'error', listener: (event: Event) => void): void;
  /** Of ports of channels. */
  start?(): void;
}

/** The data of a message, if it is one of these. */
export function dataOf(event: Event): Answer | CompileRequest | undefined {
  const { data } = event as MessageEvent<unknown>;
  return typeof data === 'object' && data !== null && 'nacre' in data ? (data as Answer | CompileRequest) : undefined;
}
