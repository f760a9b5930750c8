import type { HostInitializer } from './host.js';
import type { DType } from './manifest.js';
import type { Feed, ForwardModel, Signature, Tensor } from './types.js';

/**
 * An initializer by name, with options, or a number for a constant, as `nacre/initializers` makes them; or a function of
 * the host.
 */
export type RuntimeInitializer =
  | string
  | number
  | { readonly kind: string; readonly [option: string]: unknown }
  | { readonly kind: 'mixed'; readonly rules: readonly (readonly [pattern: string, initializer: unknown])[] }
  | HostInitializer;

/** Variables by layer, name or pattern. */
export type Selection = string | RegExp | readonly (string | RegExp)[];

export interface InitializeOptions {
  /** Below 2⁶⁴; `'random'` asks the host. By default the seed in use, which without `only` it becomes. */
  readonly seed?: number | bigint | 'random';
  /** Also what is initialized already: the same values again, unless the seed is another. */
  readonly force?: boolean;
  /** A layer, a block, a variable or slot name, a RegExp searched in variable names, or a list of these. */
  readonly only?: Selection;
  /**
   * Variables that are named themselves take it. Of layers, or of all, the weights without a value of their own do: an
   * initializer or values that the declaration gives them are such a value, the defaults of the layer and graph are not.
   */
  readonly initializer?: RuntimeInitializer;
}

export interface Initialized {
  /** Names of the variables that were filled. */
  readonly initialized: readonly string[];
  /** Those that wait for an open size: they are filled by the first `resize` or `forward`. */
  readonly deferred: readonly string[];
  /** Those that were initialized already, or whose values travel with the module. */
  readonly skipped: readonly string[];
}

export interface VariableInfo {
  readonly name: string;
  readonly shape: readonly (number | null)[];
  readonly dtype: DType;
  readonly initializer: string;
  readonly users: readonly string[];
  /** `deferred`: it cannot be initialized before the model has an input, see `waitsFor`. */
  readonly state: 'ready' | 'uninitialized' | 'deferred';
  /** The open input axes that its shape waits for, or else the model's memory. */
  readonly waitsFor: string | undefined;
}

export interface VariableList extends ReadonlyArray<VariableInfo> {
  /** A table: names, shapes, initializers, states. */
  toString(): string;
}

interface Place {
  readonly shape: readonly number[];
  /** The offset of an element. */
  readonly index: (...at: number[]) => number;
}

type Edit = (data: Float32Array, place: Place) => Feed<'float32'> | undefined;

export interface Variables<S extends Signature = Signature> {
  /** Each variable once, those whose name the pattern is found in; prints as a table. */
  list(pattern?: RegExp): VariableList;
  /**
   * A copy, in the variable's own layout.
   * @throws VariableError for one that is unknown or not initialized
   */
  get(name: S['variables']): Tensor<'float32'>;
  /**
   * Gives a variable its values.
   * @throws VariableError for one that is unknown or whose sizes are open · ShapeError · InputError
   */
  set(name: S['variables'], value: Feed<'float32'>): void;
  /** Edits a copy in place, or returns new values. */
  update(name: S['variables'], edit: Edit): void;
  /**
   * `count` elements from `first` on that the variable's initializer gives it under the seed in use, computed without the
   * others, and beyond its size too, unless its values travel with the module.
   * @throws VariableError for one that is filled only as a whole · InputError for elements it does not have
   */
  sample(name: S['variables'], first?: number | bigint, count?: number): Float32Array;
}

type Shapes<P> = { readonly [K in keyof P]: readonly (number | null)[] };

/** A model with variables: what `nacre/runtime` gives. */
export interface Model<S extends Signature = Signature> extends ForwardModel<S> {
  readonly variables: Variables<S>;
  /** The seed in use. */
  readonly seed: bigint;
  /** Sizes of inputs and outputs, null while open. */
  readonly shapes: { readonly inputs: Shapes<S['inputs']>; readonly outputs: Shapes<S['outputs']> };
  /**
   * Fills variables, by default those that are not yet. Where an open size has to be settled first, the request is
   * remembered until it is.
   * @throws InputError for options · VariableError for what is named and does not exist, or is not carried
   */
  initialize(options?: InitializeOptions): Initialized;
  /** `(?, 10) -> [... 3 layers ...] -> (?, 10)`, inputs counted among the layers. */
  toString(): string;
}
