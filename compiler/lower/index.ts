import { Build, Rebind } from '../build.js';
import { mul, product, substitute, symbol, symbolsOf, type Dim } from '../dim.js';
import {
  isReused,
  outputIndex,
  resolveLayer,
  splitReference,
  type DefinedLayer,
  type DimSource,
  type GraphDeclaration,
  type LayerDeclaration,
  type Tensors,
} from '../declaration.js';
import { isWeight } from '../declaration/definitions.js';
import { InternalError, OptionError, ShapeError } from '../errors.js';
import { fansOf } from '../initializers/fans.js';
import type { CompiledFunction, LayerInfo, Port, SymbolInfo, TensorGraph, Value } from '../ir.js';
import type { Slot } from '../layers/define.js';
import { show } from '../show.js';
import { didYouMean } from '../suggest.js';
import { nameOutputs, portOf } from './axes.js';
import { Variables, type MatchedTensors } from './variables.js';

/** What may be said of a dim when compiling: its size, or its limits and the size kernels are chosen for. */
export type DimOption = number | { readonly min?: number; readonly max?: number; readonly typical?: number };

export interface LowerOptions {
  /** What `{tensor}` refers to. */
  readonly tensors?: Tensors;
  /** What variables take by name. */
  readonly matched?: MatchedTensors;
  /** By name, or by input axis for sizes without one: `x[1]`. */
  readonly dims?: Readonly<Record<string, DimOption>>;
  /** The functions of the declaration, compiled; without them all is known but the numbers of inputs they take. */
  readonly functions?: ReadonlyMap<string, CompiledFunction>;
}

const MOST = 0xffffffff;
const LIMITS = ['min', 'max', 'typical'];

interface OpenDim {
  readonly name: string;
  readonly source: 'free' | 'latched' | 'open';
  readonly input: string;
  readonly axis: number;
}

/**
 * Expands layers into ops on values of known rank. Sizes that nobody named take the size they turn out to need.
 *
 * @throws ShapeError for sizes that can never fit
 */
export function lower(declaration: GraphDeclaration, options: LowerOptions = {}): TensorGraph {
  const dims = collectDims(declaration);
  const bindings = boundDims(dims, options.dims ?? {});
  for (;;) {
    try {
      return lowerOnce(declaration, dims, bindings, options);
    } catch (error) {
      if (!(error instanceof Rebind)) throw error;
      bindings.set(error.symbol, error.dim);
    }
  }
}

const dimName = (size: DimSource, input: string, axis: number): string =>
  typeof size === 'string' ? size : typeof size === 'object' && size !== null ? size.latched : `${input}[${axis}]`;

function collectDims(declaration: GraphDeclaration): ReadonlyMap<string, OpenDim> {
  const dims = new Map<string, OpenDim>();
  for (const { name: input, shape } of declaration.inputs) {
    shape.forEach((size, axis) => {
      if (typeof size === 'number') return;
      const name = dimName(size, input, axis);
      const source = typeof size === 'string' ? 'free' : size === null ? 'open' : 'latched';
      if (!dims.has(name)) dims.set(name, { name, source, input, axis });
    });
  }
  return dims;
}

function boundDims(dims: ReadonlyMap<string, OpenDim>, options: LowerOptions['dims'] & object): Map<string, Dim> {
  const bindings = new Map<string, Dim>();
  for (const [name, option] of Object.entries(options)) {
    if (!dims.has(name)) {
      throw new OptionError('dims', 'dims', `the model has no dim '${name}'${didYouMean(name, [...dims.keys()])}`);
    }
    checkOption(`dims.${name}`, option);
    if (typeof option === 'number') bindings.set(name, option);
    else if ((option.min ?? 1) > (option.max ?? MOST)) {
      throw new OptionError('dims', `dims.${name}`, `min ${option.min} is above max ${option.max}`);
    }
  }
  return bindings;
}

function checkOption(subject: string, option: unknown): void {
  const fail = (what: string): never => {
    throw new OptionError('dims', subject, what);
  };
  const isSize = typeof option === 'number';
  if (!isSize && (typeof option !== 'object' || option === null)) {
    fail(`must be a size or { min, max, typical }, got ${show(option)}`);
  }
  for (const [what, size] of Object.entries(isSize ? { size: option } : (option as object))) {
    if (!isSize && !LIMITS.includes(what)) fail(`unknown field '${what}'${didYouMean(what, LIMITS)}`);
    if (Number.isInteger(size) && size >= 1 && size <= MOST) continue;
    fail(`${isSize ? '' : `${what} `}must be an integer from 1 to ${MOST}, got ${show(size)}`);
  }
}

function lowerOnce(
  declaration: GraphDeclaration,
  dims: ReadonlyMap<string, OpenDim>,
  bindings: ReadonlyMap<string, Dim>,
  options: LowerOptions,
): TensorGraph {
  const isOpen = (name: string): boolean => dims.has(name) && dims.get(name)!.source !== 'free';
  const build = new Build(isOpen, undefined, options.functions);
  const sizeOf = (size: DimSource, input: string, axis: number): Dim => {
    if (typeof size === 'number') return size;
    let dim: Dim = symbol(dimName(size, input, axis));
    for (let next = substitute(dim, bindings); next !== dim; next = substitute(dim, bindings)) {
      if (typeof next !== 'number' && typeof dim !== 'number' && next.key === dim.key) break;
      dim = next;
    }
    return dim;
  };
  const values = new Map<string, readonly Value[]>();
  for (const { name, shape, dtype } of declaration.inputs) {
    values.set(name, [build.value({ dtype, shape: shape.map((size, axis) => sizeOf(size, name, axis)) }, name)]);
  }
  const variables = new Variables(build, declaration, options.tensors ?? {}, options.matched);
  const definitions = new Map<string, DefinedLayer>();
  const layers: LayerInfo[] = [];
  const read = (reference: string): Value => {
    const { name, output } = splitReference(reference);
    const layer = definitions.get(name);
    const index = layer ? outputIndex(resolveLayer(layer).definition, output) : 0;
    const value = values.get(name)?.[index];
    if (!value) throw new InternalError(`no value '${reference}'`);
    return value;
  };
  for (const layer of declaration.layers) {
    build.subject = layer.name;
    const info = lowerLayer(layer, build, read, variables, definitions);
    values.set(layer.name, info.outputs);
    layers.push(info);
  }
  const inputs = declaration.inputs.map(({ name }) => portOf(build, name, read(name)));
  const outputs = declaration.outputs.map(({ name, from }) => portOf(build, name, read(from)));
  const { list, initialize } = variables.finish();
  const symbols = symbolsInForce(
    dims,
    inputs,
    [...list, ...build.states].flatMap(({ value }) => value.shape),
    options.dims ?? {},
  );
  for (const { name, value } of [...list, ...build.states]) checkSizesOf(name, value, symbols, dims);
  return {
    name: declaration.name,
    rng: declaration.rng,
    customs: declaration.initializers.filter((entry) => 'source' in entry),
    symbols,
    inputs,
    outputs,
    ...(build.states.length > 0 && { states: build.states }),
    variables: list,
    constraints: build.constraints,
    initialize,
    prepare: [],
    forward: build.nodes,
    notes: variables.notes,
    layers,
  };
}

function lowerLayer(
  layer: LayerDeclaration,
  build: Build,
  read: (reference: string) => Value,
  variables: Variables,
  definitions: Map<string, DefinedLayer>,
): LayerInfo {
  const defined = isReused(layer) ? definitions.get(layer.use)! : layer;
  definitions.set(layer.name, defined);
  const { definition, attributes, parameters } = resolveLayer(defined);
  const used: { parameter: string; variable: string }[] = [];
  const slots: Record<string, Slot | undefined> = {};
  let weightFanIn: Dim | undefined;
  for (const [parameter, declared] of Object.entries(parameters)) {
    if (declared === false) continue;
    const { trainable } = definition.parameters[parameter]!;
    slots[parameter] = (shape, options = {}) => {
      const user = `${layer.name}.${parameter}`;
      const own = `${defined.name}.${parameter}`;
      if (shape.length >= 2 && isWeight(parameter)) weightFanIn ??= options.fanIn ?? fansOf(shape).fanIn;
      const slot = variables.slot({ user, own, declared, shape, options, trainable, weightFanIn });
      used.push({ parameter, variable: slot.variable });
      return slot.value;
    };
  }
  const inputs = layer.from.map((reference) => (reference === null ? undefined : read(reference)));
  const result = definition.lower(build, attributes, slots as never, inputs as never);
  const activation = attributes['activation'] as { readonly kind?: string } | undefined;
  const outputs = Array.isArray(result) ? (result as readonly Value[]) : [result as Value];
  nameOutputs(build, attributes, inputs[0], outputs);
  const shown = activation?.kind !== undefined && activation.kind !== 'linear' && defined.kind !== 'activation';
  const called = attributes['function'] as string | undefined;
  const detail = called ?? (shown ? activation.kind : undefined);
  return {
    name: layer.name,
    kind: defined.kind,
    label: isReused(layer)
      ? `${defined.kind} = ${layer.use}`
      : [defined.kind, ...(detail === undefined ? [] : [detail])].join(' '),
    outputs,
    parameters: used,
  };
}

/** The dims that stayed open, in the order of the inputs: those nobody named are latched if a variable or state needs them. */
function symbolsInForce(
  dims: ReadonlyMap<string, OpenDim>,
  inputs: readonly Port[],
  lastingDims: readonly Dim[],
  options: LowerOptions['dims'] & object,
): SymbolInfo[] {
  const needed = new Set(lastingDims.flatMap((dim) => [...symbolsOf(dim)]));
  const present = new Set(inputs.flatMap(({ value }) => value.shape.flatMap((dim) => [...symbolsOf(dim)])));
  return [...dims.values()]
    .filter(({ name }) => present.has(name))
    .map(({ name, source, input, axis }) => {
      const option = options[name];
      const { min = 1, max = MOST, typical } = typeof option === 'object' ? option : {};
      const kind = source === 'latched' || (source === 'open' && needed.has(name)) ? 'latched' : 'free';
      const usual = typical ?? (axis === 0 ? 1 : 64);
      return { name, kind, input, axis, min, max, typical: Math.min(Math.max(usual, min), max) };
    });
}

/** Refuses sizes that may change between calls where something lasts from one to the next. */
function checkSizesOf(
  subject: string,
  value: Value,
  symbols: readonly SymbolInfo[],
  dims: ReadonlyMap<string, OpenDim>,
): void {
  for (const name of symbolsOf(mul(product(value.shape), 1))) {
    const info = symbols.find((candidate) => candidate.name === name);
    if (info?.kind !== 'free') continue;
    const { input, axis } = dims.get(name)!;
    throw new ShapeError(
      'free-dim',
      subject,
      `its shape needs '${name}' (axis ${axis} of input ${input}), which may change between calls; ` +
        'give a number, or null to fix it at the first input',
    );
  }
}
