/** What a module says of itself, in its custom section `nacre.manifest`, as JSON; and the numbers of ABI version 1. */
export const ABI_VERSION = 1;
export const MANIFEST_SECTION = 'nacre.manifest';
/** The most elements that `sampleParameter` gives at a time. */
export const SAMPLE_COUNT = 1024;

export * as initializerCodes from './initializer-codes.js';
export * as Status from './status.js';

export type DType = 'float32' | 'int32' | 'int64' | 'uint8' | 'int8' | 'bool';

/** A size: a number, the name of a symbol, or an expression over symbols. */
export type ManifestDim = number | string;

export interface ManifestPort {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly ManifestDim[];
  /** Byte offset in the table of the u32 words: address, then one a dim. */
  readonly table: number;
}

export interface ManifestVariable {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly ManifestDim[];
  readonly layout: string | null;
  /** As listings show it: `glorotUniform`, `normal(0, 0.05)`, `values`. */
  readonly initializer: string;
  /** The initializer is the layer's or the graph's default, so that `initialize({ initializer })` may replace it. */
  readonly default: boolean;
  readonly users: readonly string[];
  readonly trainable: boolean;
  /** Its values travel with the module, or in its file of weights, so that it counts as initialized. */
  readonly given: boolean;
  /** The function of the host that fills it. */
  readonly host?: string;
  /** What that function draws from unless the graph's seed, in decimal. */
  readonly seed?: string;
}

/** Where the values of a variable stand in the file of weights. */
export interface ManifestTensor {
  readonly name: string;
  readonly dtype: 'float32' | 'float16' | 'bfloat16' | 'uint8' | 'int8' | 'uint16';
  /** How many values there are. */
  readonly count: number;
  /** Bytes of the file, scales and offsets included, from `begin` to before `end`. */
  readonly begin: number;
  readonly end: number;
  /** How many of these are scales and offsets; missing if none. */
  readonly scales?: number;
}

/** The file with the values of a module's variables, in safetensors. */
export interface ManifestWeights {
  readonly bytes: number;
  /** Of the whole file, in hexadecimal. */
  readonly sha256: string;
  /** In the order of their bytes. */
  readonly tensors: readonly ManifestTensor[];
}

/** A step of `forward`, which `step(i)` runs alone. */
export interface ManifestStep {
  /** A kernel of the library, or `loop` or `compute` for a loop nest that was generated. */
  readonly kernel: string;
  /** The layers that it computes, wholly or in part, in the order of the graph. */
  readonly layers: readonly string[];
  /** Why this kernel. */
  readonly reason: string;
  /** Shapes of what it reads but variables and constants, and of what it gives. */
  readonly inputs: readonly (readonly ManifestDim[])[];
  readonly outputs: readonly (readonly ManifestDim[])[];
  /** Of products, as the direct form counts them. */
  readonly multiplyAdds: ManifestDim;
  /** Floating-point operations: two a multiply-add, one for each operation of an expression. */
  readonly operations: ManifestDim;
  /** Bytes of its operands and of its results, each once. */
  readonly read: ManifestDim;
  readonly written: ManifestDim;
  /** It overwrites what it reads, so that twice in a row is not once; missing if it does not. */
  readonly inPlace?: true;
}

/** What a module was made with, besides what its other fields tell; options that are at their defaults are missing. */
export interface ManifestBuild {
  /** The version of nacre. */
  readonly nacre: string;
  readonly weights?: 'embed' | 'external';
  readonly storage?: 'f16' | 'int8';
  readonly errorBudget?: number;
}

/** The test that a module carries of itself. */
export interface ManifestSelfTest {
  /** The sizes of each input. */
  readonly inputs: readonly (readonly number[])[];
  /**
   * How far floats may be from the expected ones, as a share of 1 + the largest magnitude that is expected in the output; 0 when
   * bits must be equal.
   */
  readonly tolerance: number;
}

export interface Manifest {
  readonly abi: number;
  readonly name?: string;
  readonly target: 'baseline' | 'relaxed';
  /** Layers and inputs, counted as `toString` shows them. */
  readonly layers: number;
  readonly table: number;
  readonly inputs: readonly ManifestPort[];
  readonly outputs: readonly ManifestPort[];
  readonly variables: readonly ManifestVariable[];
  readonly symbols: readonly {
    readonly name: string;
    readonly kind: 'free' | 'latched';
    readonly input: string;
    readonly axis: number;
    /** The least and the largest size, where they are not 1 and 2³² − 1. */
    readonly min?: number;
    readonly max?: number;
  }[];
  /** Sizes of outputs that depend on data, with the most they can be; missing if there are none. */
  readonly bounded?: readonly { readonly name: string; readonly max: ManifestDim }[];
  /** Byte offset in the table of the record that `readParameter` fills: address, then one word a dim. */
  readonly parameter: number;
  /** Byte offset in the table of the numbers (f64) that `initializeParameter` takes besides two. */
  readonly arguments: number;
  /** Byte offset in the table of one byte a variable, 1 when it is initialized. */
  readonly states: number;
  /** Subject and text of each check, `{expected}` and `{got}` in the places of the sizes. */
  readonly checks: readonly (readonly [subject: string, text: string])[];
  /**
   * Kinds of initializers that `initializeParameter` can be asked for. Each stands for its family too: uniform, normal,
   * truncated normal with their variance-scaled forms, or constant.
   */
  readonly initializers: readonly string[];
  /** The generator; philox if missing. */
  readonly rng?: 'jax' | 'torch';
  /** The model's own initializers, with the defaults of their options, in the order of their codes. */
  readonly custom?: readonly { readonly name: string; readonly options: Readonly<Record<string, number>> }[];
  /** The seed that initializes unless another one is given, in decimal. */
  readonly seed: string;
  /** The file that has the values of variables; missing if the module has them. */
  readonly weights?: ManifestWeights;
  /** What `selfTest` runs; missing unless the module was compiled with one. */
  readonly selfTest?: ManifestSelfTest;
  /** Parameters cannot be changed; missing if they can. */
  readonly frozen?: true;
  /** Bytes; `states` is missing where nothing lasts between calls. */
  readonly memory: {
    readonly parameters: ManifestDim;
    readonly activations: ManifestDim;
    readonly states?: ManifestDim;
    readonly max: number;
  };
  /** What `step(i)` runs, by i; missing unless the module was compiled to be profiled. */
  readonly steps?: readonly ManifestStep[];
  /** Missing where the emitter was used alone. */
  readonly build?: ManifestBuild;
  /** FNV-1a, 64 bits, hexadecimal, over the module's sections before this one. */
  readonly hash: string;
}
