/** What a module says of itself, in its custom section `nacre.manifest`, as JSON; and the numbers of ABI version 1. */
export const ABI_VERSION = 1;
export const MANIFEST_SECTION = 'nacre.manifest';

/** What a module's functions return. The failed check, variable or position is what `failed()` returns then. */
export const Status = {
  ok: 0,
  /** A size breaks the rule `checks[failed()]`. */
  shape: -1,
  /** The sizes need more memory than the module allows itself. */
  memoryLimit: -2,
  /** The host refused to grow the memory. */
  memoryRefused: -3,
  /** Sizes this needs are not settled yet: call `infer`. */
  notInferred: -4,
  /** Variable `failed()` is not initialized. */
  uninitialized: -5,
  /** No variable has this index. */
  noVariable: -6,
  /** The module does not carry this initializer. */
  noInitializer: -7,
  /** An index into a table is outside it; `failed()` is its position. */
  index: -8,
  /** A host function must supply variable `failed()`. */
  awaitingHost: -9,
} as const;

/** Initializers of `initializeParameter`, by their codes. a and b are the two numbers (f64) they take, rounded to f32. */
export const initializerCodes = {
  /** a everywhere */
  constant: 0,
  /** [a, b) */
  uniform: 1,
  /** mean a, standard deviation b */
  normal: 2,
  /** mean a, standard deviation b, cut at two deviations */
  truncatedNormal: 3,
  /** Variance scaling by a: 16 + 4 · (0 fan-in, 1 fan-out, 2 average) + (0 uniform, 1 truncated, 2 untruncated normal) */
  varianceScaling: 16,
  /** The variable's own initializer or values. */
  own: 255,
} as const;

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
  readonly initializer: string;
  readonly users: readonly string[];
  readonly trainable: boolean;
  /** Its values travel with the module, so that it counts as initialized. */
  readonly given: boolean;
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
  /** Byte offset in the table of the record that `readParameter` fills: address, then one word a dim. */
  readonly parameter: number;
  /** Byte offset in the table of one byte a variable, 1 when it is initialized. */
  readonly states: number;
  /** Subject and text of each check, `{expected}` and `{got}` in the places of the sizes. */
  readonly checks: readonly (readonly [subject: string, text: string])[];
  /** Initializers that `initializeParameter` can be asked for. */
  readonly initializers: readonly string[];
  /** The seed that initializes unless another one is given, in decimal. */
  readonly seed: string;
  readonly memory: { readonly parameters: ManifestDim; readonly activations: ManifestDim; readonly max: number };
  /** FNV-1a, 64 bits, hexadecimal, over the module's sections before this one. */
  readonly hash: string;
}
