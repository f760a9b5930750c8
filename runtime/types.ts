import type { HostFunctions } from './host.js';
import type { Manifest } from './manifest.js';

/** The typed array of each element type. `bool` is one byte an element, 0 or 1. */
export interface Arrays {
  float32: Float32Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  int8: Int8Array;
  bool: Uint8Array;
}
export type DType = keyof Arrays;

/** Values in row-major order, with their sizes. */
export interface Tensor<D extends DType = DType, S extends readonly number[] = readonly number[]> {
  readonly data: Arrays[D];
  readonly shape: S;
}

/** Rows of rows, of one length each. */
export type Nested = readonly (number | bigint | boolean | Nested)[];

/** What an input takes: values with a shape, values alone (one open size follows from their count), or nested lists. */
export type Feed<D extends DType = DType> =
  { readonly data: Arrays[D] | readonly number[]; readonly shape: readonly number[] } | Arrays[D] | Nested;

/** The names and types of a model, as the compiler writes them beside a module. */
export interface Signature {
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly variables: string;
}

/** A `WebAssembly.Module` of which the signature is known. */
export type CompiledWasm<S extends Signature = Signature> = WebAssembly.Module & { readonly '~signature'?: S };

/** Where a module comes from: compiled already, or bytes. */
export type Source<S extends Signature = Signature> =
  | CompiledWasm<S>
  | Uint8Array
  | ArrayBuffer
  | {
      readonly binary: Uint8Array;
      /** Of a module whose weights are in a file, for `nacre/runtime/external`. */
      readonly weights?: Uint8Array;
      readonly functions?: HostFunctions;
      readonly '~signature'?: S;
    }
  | { readonly baseline: CompiledWasm<S> | Uint8Array; readonly relaxed: CompiledWasm<S> | Uint8Array };

/** What may have to be waited for: a source, a response with a module's bytes, or a promise of either. */
export type Sourced<S extends Signature = Signature> = Source<S> | Response | PromiseLike<Source<S> | Response>;

/** A model that computes: what `nacre/runtime/forward` gives. */
export interface ForwardModel<S extends Signature = Signature> {
  readonly manifest: Manifest;
  /**
   * Views of the module's memory, made afresh on each read; void after `resize` or `forward`. Where the sizes of outputs
   * depend on data they are those of the last call, and void after `run` too.
   */
  readonly inputs: { readonly [K in keyof S['inputs']]: S['inputs'][K]['data'] };
  readonly outputs: { readonly [K in keyof S['outputs']]: S['outputs'][K]['data'] };
  /**
   * Computes outputs from inputs. Sizes and initialization follow by themselves; data is copied in and out.
   * @throws InputError for data that is missing or of the wrong type or count · ShapeError for sizes that do not fit
   */
  forward(inputs: {
    readonly [K in keyof S['inputs']]: S['inputs'][K] extends Tensor<infer D> ? Feed<D> : never;
  }): S['outputs'];
  /** Settles sizes: checks them and lays out memory. Inputs left out keep theirs. */
  resize(shapes: { readonly [K in keyof S['inputs']]?: S['inputs'][K]['shape'] }): void;
  /**
   * Computes what stands in `outputs` from what stands in `inputs`, without copying or allocating. The first call fills
   * what is not initialized, with the seed in use, as does the first `forward`.
   */
  run(): void;
  /** Clears the state of stateful layers. */
  reset(): void;
}
