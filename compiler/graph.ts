import type {
  DefaultsSource,
  DimSource,
  GraphDeclaration,
  GraphSource,
  InputDType,
  Tensors,
} from './declaration/types.js';
import { isReused, resolveLayer } from './declaration/definitions.js';
import { parseDeclaration } from './declaration/parse.js';
import { NacreError, ShapeError } from './errors.js';
import { Fills, tensorsOfDefaults, type Functions } from './graph/fills.js';
import { readFunctions } from './graph/functions.js';
import { writeLayers, type Written } from './graph/write.js';
import type { InitializerValue } from './initializers/values.js';
import type { Rng } from './ir.js';
import { lower } from './lower/index.js';
import { compose, defaultInputOf } from './layers/stage.js';
import { GraphEdge, runStages, type Edge, type PipedDType, type Stage } from './layers/edge.js';
import { Reference, type ParameterValue, type VariableReference } from './layers/parameter-value.js';
import { faultOfGiven } from './lower/given.js';
import type { DType } from './tensor.js';

export { customLayer, type CustomLayerBuilder, type FunctionSource } from './layers/elementwise.js';
export { block, parallel, repeat, type ComposedStage } from './layers/stage.js';
export {
  bidirectional,
  timeDistributed,
  type Bidirectional,
  type BidirectionalOutputs,
  type RecurrentLayer,
} from './graph/wrappers.js';

/** An input of a graph. */
export interface InputEdge<D extends InputDType = InputDType> extends Edge<D> {
  readonly shape: readonly DimSource[];
}

/**
 * An input.
 *
 * @param shape the whole shape, batch included: numbers are fixed, names free (equal names are equal sizes), null is
 *   fixed by the first input if a variable's shape needs it
 */
export function input<const D extends InputDType = 'float32'>(
  shape: readonly DimSource[],
  options: { readonly dtype?: D } = {},
): InputEdge<D> {
  const dtype = options.dtype ?? ('float32' as D);
  return Object.assign(new GraphEdge({ kind: 'input', shape, dtype }, dtype), { shape });
}

export interface VariableOptions {
  readonly name: string;
  /** Left out, it is what the users need. */
  readonly shape?: readonly (number | null)[];
  /** Of its values, where a layer uses it as a weight; the graph's where it is left out. */
  readonly layout?: 'io' | 'oi';
  readonly initializer?: Exclude<ParameterValue, VariableReference> | { readonly tensor: string };
}

/** A variable that any number of parameters may share. */
export const variable = (options: VariableOptions): VariableReference =>
  new Reference({ kind: 'declared', declaration: { ...options } });

/** A graph, immutable: what `compile` takes. `I` and `O` are the dtypes of its inputs and outputs. */
export interface Graph<
  I extends Readonly<Record<string, DType>> = Readonly<Record<string, DType>>,
  O extends Readonly<Record<string, DType>> = Readonly<Record<string, DType>>,
> {
  /** Plain JSON. */
  readonly declaration: GraphDeclaration;
  /** The values that the declaration refers to. */
  readonly tensors: Tensors;
  /** The functions that its host initializers run. */
  readonly functions: Functions;
  /** A longer graph: its outputs go through the stages, and what comes out are the outputs, with the same names. */
  pipe<const S extends readonly Stage[]>(...stages: S): Graph<I, { readonly [K in keyof O]: PipedDType<S> }>;
  toString(): string;
  readonly '~types'?: readonly [inputs: I, outputs: O];
}

export interface GraphOptions {
  readonly name?: string;
  /** The generator of the random variables. */
  readonly rng?: Rng;
  readonly defaults?: DefaultsSource<InitializerValue>;
}

/** What is said for all of a graph, as a declaration has it. */
interface Head {
  readonly name?: string;
  readonly rng?: Rng;
  readonly defaults?: unknown;
}

class WrittenGraph {
  readonly declaration: GraphDeclaration;

  constructor(
    private readonly written: Written,
    private readonly head: Head,
    outputs: readonly { readonly name: string; readonly from: string }[],
  ) {
    const { initializers, inputs, layerFunctions, variables, layers, tensors } = written;
    const entries = layerFunctions.length > 0 ? { functions: layerFunctions } : {};
    const source = { nacre: 1, ...head, initializers, inputs, ...entries, variables, layers, outputs };
    this.declaration = parseDeclaration(source, { tensors });
    checkTensors(this.declaration, tensors);
    Object.freeze(this);
  }

  get tensors(): Tensors {
    return this.written.tensors;
  }

  get functions(): Functions {
    return this.written.functions;
  }

  pipe(...stages: readonly Stage[]): WrittenGraph {
    const { outputs } = this.declaration;
    const from = outputs.map((output) => new GraphEdge({ kind: 'reference', reference: output.from }, 'float32'));
    const edges = runStages(stages, from);
    if (edges.length !== outputs.length) {
      throw new NacreError(
        'join',
        'pipe',
        `makes ${edges.length} of ${outputs.length} outputs; write graph({ inputs, outputs })`,
      );
    }
    const { written, references } = writeLayers(this.written, edges);
    const named = references.map((reference, index) => ({ name: outputs[index]!.name, from: reference }));
    return new WrittenGraph(written, this.head, named);
  }

  /** Sizes that cannot fit leave the outputs' names in the place of their shapes. */
  toString(): string {
    try {
      const { outputs } = lower(this.declaration, { tensors: this.tensors });
      return printGraph(
        this.declaration,
        outputs.map(({ value }) => value.shape.map((size) => (typeof size === 'number' ? size : null))),
      );
    } catch (error) {
      if (error instanceof ShapeError) return printGraph(this.declaration);
      throw error;
    }
  }
}

type DTypesOf<E> = { readonly [K in keyof E]: E[K] extends Edge<infer D> ? D : never };

/** The graph between inputs and outputs, both by name. */
export function graph<
  const I extends Readonly<Record<string, InputEdge>>,
  const O extends Readonly<Record<string, Edge>>,
>(parts: GraphOptions & { readonly inputs: I; readonly outputs: O }): Graph<DTypesOf<I>, DTypesOf<O>> {
  const { inputs, outputs, defaults, ...rest } = parts;
  const names = new Map<object, string>();
  const written = Object.entries(inputs).map(([name, edge]) => {
    if (!(edge instanceof GraphEdge) || edge.origin.kind !== 'input') {
      throw new NacreError('input', 'graph', `inputs.${name} is not made by input()`);
    }
    const origin: object = edge.origin;
    const other = names.get(origin);
    if (other !== undefined) throw new NacreError('input', 'graph', `inputs.${name} and inputs.${other} are one input`);
    names.set(origin, name);
    return { name, shape: edge.shape, dtype: dtypeOf(edge) };
  });
  const fills = new Fills([], {});
  const head: Head = { ...rest, ...(defaults !== undefined && { defaults: writeDefaults(defaults, fills) }) };
  const { initializers, functions } = fills;
  const tensors = tensorsOfDefaults(defaults ?? {});
  const start: Written = {
    ...{ inputs: written, layerFunctions: [], variables: [], layers: [] },
    ...{ tensors, initializers, functions, names },
  };
  const end = writeLayers(start, Object.values(outputs));
  const ports = Object.keys(outputs).map((name, index) => ({ name, from: end.references[index]! }));
  return new WrittenGraph(end.written, head, ports) as Graph<DTypesOf<I>, DTypesOf<O>>;
}

/** Anything may come from JavaScript; what is no list of rules is left to the parser. */
function writeDefaults(defaults: DefaultsSource<InitializerValue>, fills: Fills): unknown {
  const { rules, initializer } = defaults;
  const written: Record<string, unknown> = { ...defaults };
  if (Array.isArray(rules)) {
    written['rules'] = rules.map((rule: unknown) =>
      Array.isArray(rule) ? [rule[0], ...rule.slice(1).map((value) => fills.writeAnywhere(value, 'defaults'))] : rule,
    );
  }
  if (initializer !== undefined) written['initializer'] = fills.writeAnywhere(initializer, 'defaults');
  return written;
}

/** Refuses tensors of other types where a variable takes them; those that nobody takes may be of any. */
function checkTensors({ layers, variables }: GraphDeclaration, tensors: Tensors): void {
  const check = (variable: string, fill: unknown): void => {
    if (typeof fill !== 'object' || fill === null || !('tensor' in fill)) return;
    const source = tensors[fill.tensor as string];
    const fault = source && faultOfGiven(source);
    if (fault !== undefined) throw new NacreError('tensor', variable, fault);
  };
  for (const { name, initializer } of variables) check(name, initializer);
  for (const layer of layers) {
    if (isReused(layer)) continue;
    for (const [parameter, fill] of Object.entries(resolveLayer(layer).parameters))
      check(`${layer.name}.${parameter}`, fill);
  }
}

const dtypeOf = (edge: InputEdge): InputDType => edge.dtype;

/** Stages one after the other: input `x`, output `y`. Without an input the first layer's kind says what it takes. */
export function sequential<const D extends InputDType, const S extends readonly Stage[]>(
  stages: readonly [InputEdge<D>, ...S],
  options?: GraphOptions,
): Graph<{ readonly x: D }, { readonly y: PipedDType<S> }>;
export function sequential<const S extends readonly Stage[]>(
  stages: S,
  options?: GraphOptions,
): Graph<{ readonly x: 'float32' }, { readonly y: PipedDType<S> }>;
export function sequential(stages: readonly (InputEdge | Stage)[], options: GraphOptions = {}): Graph {
  const [first, ...rest] = stages;
  const isGiven = first instanceof GraphEdge;
  const x = isGiven ? (first as InputEdge) : defaultInput(first as Stage | undefined);
  const y = runStages([compose((isGiven ? rest : stages) as readonly Stage[])], [x]);
  if (y.length !== 1) {
    throw new NacreError('join', 'sequential', `ends in ${y.length} outputs; join them with concatenate() or add()`);
  }
  return graph({ ...options, inputs: { x }, outputs: { y: y[0]! } });
}

function defaultInput(first: Stage | undefined): InputEdge {
  const shape = defaultInputOf(first);
  if (shape) return input(shape);
  throw new NacreError(
    'input',
    'sequential',
    `does not know what its first stage takes; start with input(['batch', …])`,
  );
}

/**
 * The graph of a declaration.
 *
 * @param source what people write, or its JSON text
 * @param functions what its host initializers run, by name; those left out are given when the model is initialized
 * @throws DeclarationError with all faults at once · OptionError for functions the declaration does not have
 */
export function fromDeclaration(
  source: GraphSource | GraphDeclaration | string,
  tensors: Tensors = {},
  functions: Functions = {},
): Graph {
  const declaration = parseDeclaration(source, { tensors });
  const { nacre: _, initializers, functions: layerFunctions = [], inputs, ...rest } = declaration;
  const { variables, layers, outputs, ...head } = rest;
  const own = {
    ...{ initializers, layerFunctions, inputs, variables, layers, tensors },
    ...{ functions: readFunctions(functions, declaration), names: new Map<object, string>() },
  };
  return new WrittenGraph(own as unknown as Written, head, outputs);
}

/**
 * One line for a graph: `(?, 10) -> [... 3 layers ...] -> (?, 10)`, inputs counted among the layers.
 *
 * @param outputs the shapes of the outputs, null for an open size; without them the outputs' names stand
 */
export function printGraph(declaration: GraphDeclaration, outputs?: readonly (readonly (number | null)[])[]): string {
  const open = (shape: readonly unknown[]): string =>
    `(${shape.map((dim) => (typeof dim === 'number' ? dim : '?')).join(', ')})`;
  const inputs = declaration.inputs.map((input) => open(input.shape));
  const ends = outputs ? outputs.map(open) : declaration.outputs.map((output) => output.name);
  const count = declaration.inputs.length + declaration.layers.length;
  const list = (items: readonly string[]): string => (items.length === 1 ? items[0]! : `[${items.join(', ')}]`);
  return `${list(inputs)} -> [... ${count} layers ...] -> ${list(ends)}`;
}
