import type {
  InitializerDeclaration,
  InitializerEntry,
  InitializerSource,
  Load,
  Mixed,
} from '../initializers/values.js';
import type { Rng } from '../ir.js';
import type { Options } from '../layers/define.js';
import type { FunctionSource } from '../layers/elementwise.js';
import type { NestedNumbers } from '../layers/parameter-value.js';
import type * as layerTable from '../layers/table.js';
import type { StoredValues } from '../stored.js';
import type { DType } from '../tensor.js';

export type {
  InitializerDeclaration,
  InitializerEntry,
  InitializerName,
  InitializerSource,
} from '../initializers/values.js';
export type { FunctionSource } from '../layers/elementwise.js';

type Table = typeof layerTable;
export type LayerKind = keyof Table;

export type InputDType = Exclude<DType, 'int8'>;
export const inputDTypes: readonly InputDType[] = ['float32', 'int32', 'int64', 'uint8', 'bool'];

/** A number is fixed, a name is free, null is latched if a variable's shape needs it. */
export type DimSource = number | string | null | { readonly latched: string };

/** `a`, `lstm_1:hidden`, or a list by position with null for an absent optional input. */
export type From = string | readonly (string | null)[];

/** The values of a parameter beside the declaration: of a dtype told by `dtype`, or else by the array. */
export type TensorSource =
  | Float32Array
  | StoredValues
  | { readonly dtype?: string; readonly shape: readonly number[]; readonly data: ArrayBufferView };
export type Tensors = Readonly<Record<string, TensorSource>>;

/** What people may write for a parameter in a declaration. */
export type ParameterSource =
  | InitializerSource
  | NestedNumbers
  | { readonly tensor: string }
  | { readonly variable: string; readonly transpose?: boolean };

/** One object type a kind: of intersections that many, TypeScript would not look for the one that `kind` names. */
type Flat<T> = T extends infer U ? { [K in keyof U]: U[K] } : never;

type DefinedLayerSource = {
  [K in LayerKind]: Flat<
    { readonly name?: string; readonly kind: K; readonly from?: From } & Options<
      Table[K]['definition'],
      ParameterSource
    >
  >;
}[LayerKind];

export type LayerSource = DefinedLayerSource | { readonly name?: string; readonly use: string; readonly from?: From };

export interface DefaultsSource<I = InitializerSource> {
  readonly dataFormat?: 'channelsLast' | 'channelsFirst';
  /** Of weights: outputs last, or first as in torch and Gluon. */
  readonly layout?: 'io' | 'oi';
  /** A RegExp source that is searched in the variable's name, and what fills it; the first that is found decides. */
  readonly rules?: readonly (readonly [pattern: string, initializer: I])[];
  /** For weights only: parameters whose name ends in `weight`. */
  readonly initializer?: I;
}

/** A kind of initializer of one's own: AssemblyScript, or a function of the host's. */
export type InitializerEntrySource =
  | {
      readonly name: string;
      /** Their values where they are left out, in the order of the function's parameters. */
      readonly options?: Readonly<Record<string, number>>;
      readonly source: string;
    }
  | { readonly name: string; readonly host: true };

/** A declaration as people write it, with aliases and without what goes without saying. */
export interface GraphSource {
  readonly nacre: 1;
  readonly name?: string;
  readonly rng?: Rng;
  readonly initializers?: readonly InitializerEntrySource[];
  readonly inputs: readonly {
    readonly name: string;
    readonly shape: readonly DimSource[];
    readonly dtype?: InputDType;
  }[];
  readonly defaults?: DefaultsSource;
  /** What layers of kind `elementwise` may call. */
  readonly functions?: readonly FunctionSource[];
  readonly variables?: readonly {
    readonly name: string;
    readonly shape?: readonly (number | null)[];
    readonly dtype?: 'float32';
    /** Of the values, where a layer uses it as a weight; the graph's where it is left out. */
    readonly layout?: 'io' | 'oi';
    readonly initializer?: Exclude<ParameterSource, { readonly variable: string }>;
  }[];
  readonly layers: readonly LayerSource[];
  readonly outputs: readonly (string | { readonly name: string; readonly from: string })[];
}

/** What fills a variable: an initializer, values, or a tensor beside the declaration. */
export type FillDeclaration = InitializerDeclaration | NestedNumbers | { readonly tensor: string };

/**
 * What fills a slot: a variable of its own, or another's. `variable` is a declared variable or the slot of a layer above
 * that has a variable of its own.
 */
export type ParameterDeclaration = FillDeclaration | { readonly variable: string; readonly transpose: boolean };

export interface InputDeclaration {
  readonly name: string;
  readonly shape: readonly DimSource[];
  readonly dtype: InputDType;
}

export interface VariableDeclaration {
  readonly name: string;
  /** Left out where the users say it. */
  readonly shape?: readonly (number | null)[];
  readonly dtype: 'float32';
  readonly layout: 'io' | 'oi';
  readonly initializer: FillDeclaration;
}

/** A layer with its attributes and parameters beside the three fields; `resolveLayer` tells them apart. */
export interface DefinedLayer {
  readonly name: string;
  readonly kind: LayerKind;
  /** By position: a name, or `name:output` for an output that is not the first. */
  readonly from: readonly (string | null)[];
  readonly use?: never;
  readonly [option: string]: unknown;
}

/** A layer above, applied again. */
export interface ReusedLayer {
  readonly name: string;
  readonly use: string;
  readonly from: readonly (string | null)[];
}

export type LayerDeclaration = DefinedLayer | ReusedLayer;

export type MixedDeclaration = Mixed<ParsedInitializer>;
export type LoadDeclaration = Load<ParsedInitializer>;
/** An initializer, or how one is chosen for a variable. */
export type ParsedInitializer = InitializerDeclaration | MixedDeclaration | LoadDeclaration;

export interface DefaultsDeclaration {
  readonly dataFormat: 'channelsLast' | 'channelsFirst';
  readonly layout: 'io' | 'oi';
  readonly rules: readonly (readonly [pattern: string, initializer: ParsedInitializer])[];
  readonly initializer?: ParsedInitializer;
}

export interface FunctionDeclaration extends FunctionSource {
  readonly options: Readonly<Record<string, number>>;
}

export interface OutputDeclaration {
  readonly name: string;
  readonly from: string;
}

/** A declaration without faults, frozen, with every default written out; plain JSON. */
export interface GraphDeclaration {
  readonly nacre: 1;
  readonly name?: string;
  readonly rng: Rng;
  readonly initializers: readonly InitializerEntry[];
  readonly inputs: readonly InputDeclaration[];
  readonly defaults: DefaultsDeclaration;
  /** Left out where there are none. */
  readonly functions?: readonly FunctionDeclaration[];
  readonly variables: readonly VariableDeclaration[];
  readonly layers: readonly LayerDeclaration[];
  readonly outputs: readonly OutputDeclaration[];
}
