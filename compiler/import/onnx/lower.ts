import { Rebind } from '../../build.js';
import { MissingAxis } from '../../dim.js';
import { ImportError, NacreError, OptionError, ShapeError } from '../../errors.js';
import type { Port, TensorGraph, Value } from '../../ir.js';
import type { DimOption, LowerOptions } from '../../lower/index.js';
import { didYouMean } from '../../suggest.js';
import type { Tensor } from '../../tensor.js';
import { Unsupported } from '../../expand/context.js';
import { NodeContext } from './context.js';
import { formOf, newestOpset, oldestOpset } from './define.js';
import { FoldingBuild } from '../../expand/fold.js';
import type { OnnxAttribute, OnnxFile, OnnxFunction, OnnxGraph, OnnxNode, OnnxPort } from './model.js';
import { outputsOf, type AskedOutputs } from '../outputs.js';
import { isNoTensor } from './sequences.js';
import { readsOf } from './reads.js';
import { sortNodes } from '../sort.js';
import { operators } from './table.js';
import { InputSymbols, portOf } from '../ports.js';
import { elementsOf, requiring, valuesTold } from './told.js';
import { graphOf, NodeLayers } from '../layers.js';
import { Weights } from '../weights.js';

/** Nodes a model may become, loops and functions unrolled. */
const MOST_NODES = 1_000_000;

type Scope = Map<string, Value | undefined>;

/** A node that cannot be expanded. */
interface Refusal {
  readonly node: string;
  readonly op: string;
  readonly opset: number;
  readonly reason: string;
}

/**
 * Expands the nodes of a model into ops.
 *
 * @param bound values of inputs that are known when compiling, by name
 * @throws ImportError for a graph that is none, and for the operators that nacre does not have, all at once · ShapeError
 *   for sizes that can never fit · OptionError for dims that the model does not have
 */
export function lowerOnnx(
  file: OnnxFile,
  bound: ReadonlyMap<string, Tensor>,
  { dims = {}, outputs = [] }: LowerOptions & { readonly outputs?: AskedOutputs },
): TensorGraph {
  const lowering = (told?: Told): Lowering => new Lowering(file, bound, outputs, dims, told);
  try {
    return lowering().run();
  } catch (error) {
    const told = error instanceof ImportError && error.code === 'unsupported' ? lowering('symbols').solve() : undefined;
    if (!told || told.size === 0) throw error;
    return lowering(told).run();
  }
}

/** What stands for integer inputs that are not bound: symbols for their elements, or values that calls must give. */
type Told = 'symbols' | ReadonlyMap<string, Tensor>;

class Lowering {
  private readonly build = new FoldingBuild(() => false);
  private readonly symbols: InputSymbols;
  private readonly weights = new Weights(this.build);
  private readonly layers = new NodeLayers(this.weights);
  private readonly refusals: Refusal[] = [];
  /** Outputs of nodes that were refused. */
  private readonly lost = new Set<string>();
  private readonly counts = new Map<string, number>();
  /** Inputs whose values are told. */
  private readonly expected: (readonly [input: Value, tensor: Tensor])[] = [];

  constructor(
    private readonly file: OnnxFile,
    private readonly bound: ReadonlyMap<string, Tensor>,
    private readonly asked: AskedOutputs,
    dims: Readonly<Record<string, DimOption>>,
    private readonly told: Told | undefined,
  ) {
    this.symbols = new InputSymbols(dims);
  }

  private expandModel(): { readonly scope: Scope; readonly given: readonly OnnxPort[]; readonly inputs: Port[] } {
    const { graph, opsets } = this.file;
    this.checkOpsets(opsets);
    const scope: Scope = new Map();
    const initialized = new Set(graph.initializers.map(({ name }) => name));
    const given = graph.inputs.filter(({ name }) => !initialized.has(name));
    const inputs = given.flatMap((port) => this.input(port, scope));
    this.checkDims(given);
    this.bindInitializers(graph, scope);
    this.expandNodes(graph.nodes, scope, opsets);
    return { scope, given, inputs };
  }

  /** Values of inputs that follow from the sizes of outputs, where these are all that is missing. */
  solve(): ReadonlyMap<string, Tensor> | undefined {
    try {
      const { scope, given } = this.expandModel();
      if (this.refusals.length > 0) return undefined;
      return valuesTold(
        given.filter(({ name }) => !this.bound.has(name)),
        this.file.graph.outputs.map((port) => [port, scope.get(port.name)]),
      );
    } catch (error) {
      if (error instanceof NacreError) return undefined;
      throw error;
    }
  }

  run(): TensorGraph {
    const { graph } = this.file;
    const { scope, inputs } = this.expandModel();
    if (this.refusals.length > 0) throw refuse(this.refusals);
    const names = outputsOf(
      {
        inputs: graph.inputs.map(({ name }) => name),
        outputs: graph.outputs.map(({ name }) => name),
        nodes: graph.nodes.flatMap((node) => node.outputs),
      },
      this.asked,
      (name) => scope.get(name),
      (value) => this.weights.has(value) || this.build.fixedOf(value) !== undefined,
    );
    const outputs = names.map((name) => this.output(name, this.read(scope, name, 'the outputs')));
    return this.finish(inputs, this.checked(outputs));
  }

  private checkOpsets(opsets: ReadonlyMap<string, number>): void {
    const version = opsets.get('') ?? (opsets.size === 0 ? 1 : undefined);
    if (version === undefined || (version >= oldestOpset && version <= newestOpset)) return;
    const text = `uses operator set ${version}; nacre reads ${oldestOpset} to ${newestOpset}`;
    throw new ImportError('opset', 'model', text);
  }

  /** Declares an input; one that is bound is a constant. */
  private input(port: OnnxPort, scope: Scope): Port[] {
    const { name } = port;
    const tensor = this.bound.get(name);
    if (tensor) {
      scope.set(name, this.build.constant(tensor));
      return [];
    }
    const value = this.build.value(this.symbols.typeOf(port), name);
    scope.set(name, this.standIn(name, value));
    return [portOf(name, value)];
  }

  /** What nodes read in the place of an input. */
  private standIn(name: string, value: Value): Value {
    if (this.told === 'symbols') {
      const elements = elementsOf(name, value);
      if (elements) this.build.follow(value, elements);
      return value;
    }
    const tensor = this.told?.get(name);
    if (!tensor) return value;
    this.expected.push([value, tensor]);
    return this.build.constant(tensor);
  }

  private checked(outputs: readonly Port[]): readonly Port[] {
    const [first, ...others] = outputs;
    if (!first || this.expected.length === 0) return outputs;
    return [portOf(first.name, requiring(this.build, first.value, this.expected)), ...others];
  }

  private output(name: string, value: Value): Port {
    if (!isNoTensor(value)) return portOf(name, value);
    throw new ImportError('output', name, 'is a sequence or an optional, which a module does not give');
  }

  private checkDims(inputs: readonly OnnxPort[]): void {
    this.symbols.check(inputs);
    for (const name of this.bound.keys()) {
      if (this.file.graph.inputs.some((input) => input.name === name)) continue;
      const known = inputs.map((input) => input.name);
      throw new OptionError('bind', 'bind', `the model has no input '${name}'${didYouMean(name, known)}`);
    }
  }

  private bindInitializers({ initializers }: OnnxGraph, scope: Scope): void {
    for (const initializer of initializers) scope.set(initializer.name, this.weights.initializer(initializer));
  }

  private read(scope: Scope, name: string, reader: string): Value {
    const value = scope.get(name);
    if (value) return value;
    throw new ImportError('graph', reader, `reads '${name}', which nothing gives`);
  }

  private expandNodes(nodes: readonly OnnxNode[], scope: Scope, opsets: ReadonlyMap<string, number>): void {
    for (const node of sortNodes(nodes, readsOf)) this.expandNode(node, scope, opsets);
  }

  private nameOf({ name, op }: OnnxNode): string {
    if (name !== '') return name;
    const count = (this.counts.get(op) ?? 0) + 1;
    this.counts.set(op, count);
    return `${op}_${count}`;
  }

  private expandNode(node: OnnxNode, scope: Scope, opsets: ReadonlyMap<string, number>): void {
    const name = this.nameOf(node);
    const opset = opsets.get(node.domain) ?? (node.domain === '' ? newestOpset : 1);
    const define = (values: readonly (Value | undefined)[]): void => {
      node.outputs.forEach((output, at) => {
        if (output !== '') scope.set(output, values[at]);
      });
    };
    const refused = (reason: string): void => {
      this.refusals.push({ node: name, op: opName(node), opset, reason });
      for (const output of node.outputs) this.lost.add(output);
      define([]);
    };
    const outer = this.build.subject;
    const own = this.layers.open();
    this.build.subject = name;
    const begin = this.build.nodes.length;
    try {
      const local = this.file.functions.get(`${node.domain}.${node.op}`);
      if (local) {
        define(this.call(local, node, scope));
        return;
      }
      const versions = node.domain === '' ? operators[node.op] : undefined;
      const form = versions && formOf(versions, opset);
      if (!form) {
        refused(versions ? 'this version of the operator is not read' : 'the operator is not read');
        return;
      }
      if (node.inputs.some((input) => this.lost.has(input))) {
        for (const output of node.outputs) this.lost.add(output);
        define([]);
        return;
      }
      const inputs = node.inputs.map((input) => (input === '' ? undefined : this.read(scope, input, name)));
      const context = new NodeContext(
        this.build,
        node,
        opset,
        { expand: (graph, values) => this.expandGraph(graph, values, scope, opsets) },
        (value, use) => this.layers.use(name, value, use),
        (tensor) => this.weights.variable(node.outputs.find((output) => output !== '') ?? name, tensor),
      );
      const result = form(context, inputs);
      this.layers.useOthers(name, inputs);
      const outputs = Array.isArray(result) ? (result as readonly (Value | undefined)[]) : [result as Value];
      define(outputs);
      if (this.build.nodes.length > MOST_NODES) {
        throw new ImportError(
          'size',
          name,
          `the model has more than ${MOST_NODES} operations when its loops are unrolled`,
        );
      }
      const computes = this.build.nodes.slice(begin).some(({ op }) => op.kind !== 'constant');
      if (computes) this.layers.describe(name, node.op, outputs, node.attributes);
    } catch (error) {
      if (error instanceof Unsupported) refused(error.message);
      else if (error instanceof MissingAxis) throw new ImportError('shape', name, error.message);
      else if (error instanceof Rebind) throw new ShapeError('shape', name, error.message);
      else throw error;
    } finally {
      this.build.subject = outer;
      this.layers.close(own);
    }
  }

  /** A graph that is an attribute sees the values around it. */
  private expandGraph(
    graph: OnnxGraph,
    inputs: readonly Value[],
    outer: Scope,
    opsets: ReadonlyMap<string, number>,
  ): readonly Value[] {
    const scope: Scope = new Map(outer);
    this.bindInitializers(graph, scope);
    graph.inputs.forEach(({ name }, at) => scope.set(name, inputs[at]));
    this.expandNodes(graph.nodes, scope, opsets);
    if (graph.outputs.some(({ name }) => this.lost.has(name)))
      throw new Unsupported('a node inside it is not supported');
    return graph.outputs.map(({ name }) => this.read(scope, name, `graph ${graph.name}`));
  }

  /** A function of the model, expanded where it is called. */
  private call(called: OnnxFunction, node: OnnxNode, outer: Scope): readonly (Value | undefined)[] {
    const scope: Scope = new Map();
    called.inputs.forEach((name, at) => {
      const input = node.inputs[at] ?? '';
      scope.set(name, input === '' ? undefined : this.read(outer, input, called.name));
    });
    const attribute = (value: OnnxAttribute): OnnxAttribute | undefined =>
      value.kind === 'reference' ? (node.attributes.get(value.value) ?? called.defaults.get(value.value)) : value;
    const nodes = called.nodes.map((inner) => ({
      ...inner,
      attributes: new Map(
        [...inner.attributes].flatMap(([name, value]) => {
          const found = attribute(value);
          return found ? [[name, found] as const] : [];
        }),
      ),
    }));
    this.expandNodes(nodes, scope, called.opsets.size > 0 ? called.opsets : this.file.opsets);
    if (called.outputs.some((name) => this.lost.has(name))) throw new Unsupported('a node inside it is not supported');
    return called.outputs.map((name) => scope.get(name));
  }

  private finish(inputs: readonly Port[], outputs: readonly Port[]): TensorGraph {
    const { name } = this.file.graph;
    return graphOf(
      name === '' ? undefined : name,
      { build: this.build, weights: this.weights, layers: this.layers.list },
      {
        inputs,
        outputs,
        symbols: this.symbols.infos(inputs),
      },
    );
  }
}

const opName = ({ domain, op }: OnnxNode): string => (domain === '' ? op : `${domain}.${op}`);

/** One error that lists every node nacre cannot take. */
function refuse(refusals: readonly Refusal[]): ImportError {
  const lines = refusals.map(({ node, op, opset, reason }) => `  ${op} (opset ${opset}) at ${node}: ${reason}`);
  const count = refusals.length === 1 ? '1 node is' : `${refusals.length} nodes are`;
  return new ImportError('unsupported', 'model', `${count} not supported\n${lines.join('\n')}`);
}
