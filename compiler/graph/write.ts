import { Namer } from '../declaration/names.js';
import type { InitializerEntrySource, Tensors, TensorSource } from '../declaration/types.js';
import { NacreError } from '../errors.js';
import { GraphEdge, type AppliedLayer, type Call, type Edge, type FunctionEntry } from '../layers/edge.js';
import { Reference } from '../layers/parameter-value.js';
import { Fills, isTensor, type Functions } from './fills.js';

type Fields = Readonly<Record<string, unknown>>;

/** A graph as far as it is written: what `pipe` continues. */
export interface Written {
  readonly inputs: readonly Fields[];
  readonly layerFunctions: readonly FunctionEntry[];
  readonly variables: readonly Fields[];
  readonly layers: readonly Fields[];
  readonly tensors: Tensors;
  /** What the declaration's `initializers` defines, and the functions of those that the host runs. */
  readonly initializers: readonly InitializerEntrySource[];
  readonly functions: Functions;
  /** Names of what builders made: inputs, layers, applications of layers, declared variables. */
  readonly names: ReadonlyMap<object, string>;
}

/** Appends the layers that lead to `outputs`. Returns the references of these, in order. */
export function writeLayers(
  base: Written,
  outputs: readonly Edge[],
): { readonly written: Written; readonly references: readonly string[] } {
  const writer = new Writer(base);
  const calls = callsOf(outputs, base.names);
  writer.name(calls);
  for (const call of calls) writer.write(call);
  return { references: outputs.map((edge) => writer.referenceOf(edge)), written: writer.written() };
}

const originOf = (edge: Edge): GraphEdge['origin'] => {
  if (edge instanceof GraphEdge) return edge.origin;
  throw new NacreError('edge', 'graph', 'takes edges made by input() and layers only');
};

/** Applications that are not known yet, in topological order: depth first, outputs and inputs from left to right. */
function callsOf(outputs: readonly Edge[], known: ReadonlyMap<object, string>): Call[] {
  const order: Call[] = [];
  const seen = new Set<Call>();
  const pending: { readonly call: Call; next: number }[] = [];
  const visit = (edge: Edge | null): void => {
    const origin = edge && originOf(edge);
    if (origin?.kind !== 'call' || seen.has(origin) || known.has(origin)) return;
    seen.add(origin);
    pending.push({ call: origin, next: 0 });
  };
  for (const output of outputs) {
    visit(output);
    while (pending.length > 0) {
      const top = pending[pending.length - 1]!;
      const { from } = top.call;
      if (top.next < from.length) visit(from[top.next++]!);
      else order.push(pending.pop()!.call);
    }
  }
  return order;
}

const qualified = (scope: readonly string[], name: string): string => [...scope, name].join('/');

class Writer {
  private readonly layers: Fields[];
  private readonly layerFunctions: FunctionEntry[];
  private readonly variables: Fields[];
  private readonly tensors: Record<string, TensorSource>;
  private readonly fills: Fills;
  private readonly names: Map<object, string>;

  constructor(private readonly base: Written) {
    this.layers = [...base.layers];
    this.layerFunctions = [...base.layerFunctions];
    this.variables = [...base.variables];
    this.tensors = { ...base.tensors };
    this.fills = new Fills(base.initializers, base.functions);
    this.names = new Map(base.names);
  }

  written(): Written {
    const { layers, layerFunctions, variables, tensors, fills, names } = this;
    const { initializers, functions } = fills;
    return { inputs: this.base.inputs, layers, layerFunctions, variables, tensors, initializers, functions, names };
  }

  /** Names every application: the first of a layer is the layer, those after it are entries of their own. */
  name(calls: readonly Call[]): void {
    const named = new Set<object>(this.names.keys());
    const given = new Map<Call, string>();
    for (const call of calls) {
      const { name } = call.layer.options;
      if (name !== undefined && !named.has(call.layer)) given.set(call, qualified(call.scope, name as string));
      named.add(call.layer);
    }
    const existing = [...this.base.inputs, ...this.layers].map((entry) => String(entry['name']));
    const namer = new Namer(new Set([...existing, ...given.values()]));
    for (const entry of this.base.layers) namer.next(this.kindOf(entry), String(entry['name']), scopeOf(entry));
    for (const call of calls) {
      const scope = call.scope.map((block) => `${block}/`).join('');
      const name = namer.next(call.layer.kind, given.get(call), scope);
      this.names.set(call, name);
      if (!this.names.has(call.layer)) this.names.set(call.layer, name);
    }
  }

  private kindOf(entry: Fields): string {
    const original =
      entry['use'] === undefined ? entry : this.base.layers.find((layer) => layer['name'] === entry['use']);
    return String(original?.['kind']);
  }

  referenceOf(edge: Edge): string {
    const origin = originOf(edge);
    if (origin.kind === 'reference') return origin.reference;
    if (origin.kind === 'input') {
      const name = this.names.get(origin);
      if (name === undefined) {
        throw new NacreError('input', 'graph', `uses an input that is not among its inputs; list it in inputs`);
      }
      return name;
    }
    const name = this.names.get(origin)!;
    const output = edge instanceof GraphEdge ? edge.output : undefined;
    return output === undefined ? name : `${name}:${output}`;
  }

  write(call: Call): void {
    const { layer } = call;
    const name = this.names.get(call)!;
    const from = call.from.map((edge) => edge && this.referenceOf(edge));
    const original = this.names.get(layer)!;
    if (layer.entry) this.declare(layer.entry);
    if (original === name) this.layers.push({ name, kind: layer.kind, from, ...this.options(layer, name) });
    else this.layers.push({ name, use: original, from });
  }

  /** Adds a function to the graph's, once. */
  private declare(entry: FunctionEntry): void {
    const known = this.layerFunctions.find(({ name }) => name === entry.name);
    if (!known) this.layerFunctions.push(entry);
    else if (known.source !== entry.source || JSON.stringify(known.options) !== JSON.stringify(entry.options)) {
      throw new NacreError('function', entry.name, 'two functions of this name differ; give one another name');
    }
  }

  private options(layer: AppliedLayer, name: string): Fields {
    const { name: _, ...options } = layer.options;
    return Object.fromEntries(
      Object.entries(options).map(([key, value]) => [
        key,
        key in layer.parameters ? this.parameter(value, `${name}.${key}`) : value,
      ]),
    );
  }

  private parameter(value: unknown, slot: string): unknown {
    if (value instanceof Reference) return { variable: this.variableOf(value, slot), transpose: value.transpose };
    const fill = this.fills.write(value, slot);
    if (!isTensor(fill)) return fill;
    this.tensors[slot] = fill;
    return { tensor: slot };
  }

  private variableOf({ owner }: Reference, slot: string): string {
    if (owner.kind === 'parameter') {
      const layer = this.names.get(owner.layer);
      if (layer !== undefined) return `${layer}.${owner.parameter}`;
      throw new NacreError('variable', slot, `shares the ${owner.parameter} of a layer that is not part of the graph`);
    }
    const { declaration } = owner;
    if (!this.names.has(declaration)) {
      this.names.set(declaration, declaration.name);
      const { initializer, ...rest } = declaration;
      const filled = initializer === undefined ? {} : { initializer: this.parameter(initializer, declaration.name) };
      this.variables.push({ ...rest, ...filled });
    }
    return declaration.name;
  }
}

const scopeOf = (entry: Fields): string => /^.*\//.exec(String(entry['name']))?.[0] ?? '';
