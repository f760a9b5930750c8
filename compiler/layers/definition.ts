import type { Attributes, ResolvedOfAll, SourcesOf } from '../attributes.js';
import type { Build } from '../build.js';
import type { Dim } from '../dim.js';
import type { Initializer } from '../initializers/values.js';
import type { Layout, Value } from '../ir.js';
import type { DType } from '../tensor.js';
import type { Edge, Stage } from './edge.js';
import type { ParameterValue, VariableReference } from './parameter-value.js';
import type { ComposedStage } from './stage.js';

/** A slot that a variable fills. */
export interface Parameter<Optional extends boolean = boolean> {
  readonly initializer: Initializer;
  readonly optional: Optional;
  /** False for statistics, such as a moving mean. */
  readonly trainable: boolean;
}

export type Parameters = Readonly<Record<string, Parameter>>;

export interface SlotOptions {
  /** The order in which users see the elements; null where no framework differs. */
  readonly layout?: Layout;
  /** For initializers; by default those of the shape, see `fansOf`. */
  readonly fanIn?: Dim;
  readonly fanOut?: Dim;
}

/** The variable behind a parameter, of the shape given. */
export type Slot = (shape: readonly Dim[], options?: SlotOptions) => Value;

export type Slots<P> = {
  readonly [K in keyof P]: P[K] extends { readonly optional: true } ? Slot | undefined : Slot;
};

/** Names by position, those ending in `?` may be left out; or any number of inputs. */
export type InputNames = readonly string[] | 'list';
/** Names by position, or as many as the definition's `count` says, called `0`, `1`, …. */
export type OutputNames = readonly string[] | 'list';

export type InputValues<I> = I extends readonly string[]
  ? { readonly [K in keyof I]: I[K] extends `${string}?` ? Value | undefined : Value }
  : readonly Value[];

export interface LayerDefinition<
  K extends string = string,
  A extends Attributes = Attributes,
  P extends Parameters = Parameters,
  I extends InputNames = InputNames,
  O extends OutputNames = OutputNames,
  D extends DType = DType,
> {
  readonly kind: K;
  readonly inputs: I;
  readonly outputs: O;
  /** Of its outputs, as builders type them. */
  readonly dtype: D;
  /** The shape of the input that `sequential` makes where none is given. */
  readonly defaultInput: readonly (number | string | null)[] | undefined;
  readonly attributes: A;
  readonly parameters: P;
  /** How many outputs there are where they are a list. */
  count?(attributes: ResolvedOfAll<A>): number;
  /** Appends what the layer computes; one value for each output. */
  lower(
    build: Build,
    attributes: ResolvedOfAll<A>,
    parameters: Slots<P>,
    inputs: InputValues<I>,
  ): Value | readonly Value[];
}

type Flat<T> = T extends infer U ? { [K in keyof U]: U[K] } : never;

/** What people write for a layer's attributes and parameters; `V` is how they may write a parameter. */
export type Options<D, V = ParameterValue> =
  D extends LayerDefinition<string, infer A, infer P>
    ? Flat<
        SourcesOf<A> & {
          readonly [K in keyof P]?: P[K] extends { readonly optional: true } ? V | false : V;
        }
      >
    : never;

export type Outputs<O, D extends DType> = O extends 'list'
  ? readonly Edge<D>[]
  : O extends readonly [string]
    ? Edge<D>
    : O extends readonly string[]
      ? Readonly<Record<O[number], Edge<D>>>
      : never;

/** A layer: applied by calling it. Applied twice it is one layer with one set of variables. */
export interface Layer<D = LayerDefinition> {
  (
    ...from: readonly (Edge | null)[]
  ): D extends LayerDefinition<string, Attributes, Parameters, InputNames, infer O, infer T> ? Outputs<O, T> : never;
  readonly kind: D extends LayerDefinition<infer K> ? K : never;
  readonly options: Readonly<Record<string, unknown>>;
  /** Its variables, for other layers to share. */
  readonly parameters: D extends LayerDefinition<string, Attributes, infer P>
    ? { readonly [K in keyof P]: VariableReference }
    : never;
  /** This layer, then the stages. */
  pipe(...stages: readonly Stage[]): ComposedStage;
}

type Named<O> = Flat<O & { readonly name?: string }>;

/** Makes layers of one kind. */
export type LayerBuilder<D> = (object extends Options<D>
  ? (options?: Named<Options<D>>) => Layer<D>
  : (options: Named<Options<D>>) => Layer<D>) & { readonly definition: D };
