import { Rebind } from '../../build.js';
import { MissingAxis } from '../../dim.js';
import { ImportError, ShapeError } from '../../errors.js';
import { Unsupported } from '../../expand/context.js';
import { FoldingBuild } from '../../expand/fold.js';
import type { Port, TensorGraph, Value } from '../../ir.js';
import type { LowerOptions } from '../../lower/index.js';
import type { Tensor } from '../../tensor.js';
import { graphOf, NodeLayers } from '../layers.js';
import { outputsOf, type AskedOutputs } from '../outputs.js';
import { InputSymbols, portOf } from '../ports.js';
import { sortNodes } from '../sort.js';
import { Weights } from '../weights.js';
import { NodeContext } from './context.js';
import type { GraphFile, GraphNode, NodeGraph, Reference } from './model.js';
import { referenceOf } from './read.js';
import { operators } from './table.js';

/** Nodes that are expanded, those of functions at each call. */
const MOST_NODES = 200_000;

type Scope = Map<string, readonly (Value | undefined)[]>;

/** A node that cannot be expanded. */
interface Refusal {
  readonly node: string;
  readonly op: string;
  readonly reason: string;
}

/**
 * Expands the nodes of a graph-model into ops: those that its outputs depend on.
 *
 * @param bound values of inputs that are known when compiling, by name
 * @throws ImportError for a graph that is none, and for the operators that nacre does not have, all at once · ShapeError
 *   for sizes that can never fit · OptionError for dims and outputs that the model does not have
 */
export function lowerGraphModel(
  file: GraphFile,
  bound: ReadonlyMap<string, Tensor>,
  { dims = {}, outputs = [] }: LowerOptions & { readonly outputs?: AskedOutputs },
): TensorGraph {
  return new Lowering(file, bound, outputs, new InputSymbols(dims)).run();
}

class Lowering {
  private readonly build = new FoldingBuild(() => false);
  private readonly weights = new Weights(this.build);
  private readonly layers = new NodeLayers(this.weights);
  private readonly refusals: Refusal[] = [];
  /** Functions that are being expanded. */
  private readonly calls: string[] = [];
  private count = 0;

  constructor(
    private readonly file: GraphFile,
    private readonly bound: ReadonlyMap<string, Tensor>,
    private readonly asked: AskedOutputs,
    private readonly symbols: InputSymbols,
  ) {}

  run(): TensorGraph {
    const { graph, inputs: declared, outputs } = this.file;
    const named = new Map(outputs.map(({ name, source }) => [name, source]));
    const sources = this.asked === 'all' ? [...graph.keys()] : this.asked.filter((name) => graph.has(nodeOf(name)));
    const roots = [...named.values(), ...sources.map((name) => referenceOf(name, 'outputs'))];
    const scope: Scope = new Map();
    const needed = reachable(graph, new Set(declared.map(({ node }) => node)), roots);
    const given = declared.filter(({ node }) => needed.has(node) || graph.get(node)?.op === 'Placeholder');
    const inputs = given.flatMap((port): Port[] => {
      const tensor = this.bound.get(port.name);
      const value = tensor ? this.build.constant(tensor) : this.build.value(this.symbols.typeOf(port), port.name);
      scope.set(port.node, [value]);
      return tensor ? [] : [portOf(port.name, value)];
    });
    this.symbols.check(given);
    this.expandNodes(graph, scope, roots);
    if (this.refusals.length > 0) throw refuse(this.refusals);
    const valueOf = (name: string): Value | undefined => {
      const { node, output } = named.get(name) ?? referenceOf(name, 'outputs');
      return scope.get(node)?.[output];
    };
    const values = {
      inputs: given.map(({ node }) => node),
      outputs: [...named.keys()],
      nodes: [...graph.keys()],
    };
    const isKnown = (value: Value): boolean => this.weights.has(value) || this.build.fixedOf(value) !== undefined;
    const names = outputsOf(values, this.asked, valueOf, isKnown);
    const ports = names.map((name) => {
      const value = valueOf(name);
      if (value) return portOf(name, value);
      throw new ImportError('graph', name, 'is an output that nothing gives');
    });
    const { build, weights, layers } = this;
    const symbols = this.symbols.infos(inputs);
    return graphOf(undefined, { build, weights, layers: layers.list }, { inputs, outputs: ports, symbols });
  }

  private expandNodes(graph: NodeGraph, scope: Scope, roots: readonly Reference[]): void {
    const needed = reachable(graph, scope, roots);
    const nodes = [...graph.values()].filter(({ name }) => needed.has(name) && !scope.has(name));
    const wanted = new Map<string, Set<number>>();
    for (const { node, output } of [...roots, ...nodes.flatMap(({ inputs }) => inputs)]) {
      wanted.set(node, (wanted.get(node) ?? new Set()).add(output));
    }
    const sortable = nodes.map((node) => ({ node, outputs: [node.name] }));
    for (const { node } of sortNodes(sortable, ({ node: each }) => readsOf(graph, each))) {
      this.expandNode(node, scope, wanted.get(node.name) ?? new Set());
    }
  }

  private expandNode(node: GraphNode, scope: Scope, wanted: ReadonlySet<number>): void {
    const { name, op } = node;
    if (++this.count > MOST_NODES) {
      throw new ImportError(
        'size',
        name,
        `the model has more than ${MOST_NODES} nodes when its functions are expanded`,
      );
    }
    if (op === 'Const') {
      scope.set(name, [this.constant(name)]);
      return;
    }
    const outer = this.build.subject;
    const own = this.layers.open();
    this.build.subject = name;
    const begin = this.build.nodes.length;
    try {
      const expand = operators[op];
      if (!expand) throw new Unsupported('the operator is not read');
      const inputs = node.inputs.map((input) => this.read(scope, input, name));
      // What a refused node would give is undefined, and what needs it is not reported again.
      if (inputs.some((value) => value === undefined)) {
        scope.set(name, []);
        return;
      }
      const values = inputs as readonly Value[];
      const calls = { call: (called: string, given: readonly Value[]) => this.call(called, given) };
      const context = new NodeContext(this.build, node, wanted, calls, (value, use) =>
        this.layers.use(name, value, use),
      );
      const result = expand(context, values);
      const outputs = Array.isArray(result) ? (result as readonly (Value | undefined)[]) : [result as Value];
      this.layers.useOthers(name, values);
      scope.set(name, outputs);
      const missing = [...wanted].find((output) => !outputs[output]);
      if (missing !== undefined) throw new Unsupported(`output ${missing} is read, which it does not give`);
      const computes = this.build.nodes.slice(begin).some((each) => each.op.kind !== 'constant');
      if (computes) this.layers.describe(name, op, outputs, node.attributes);
    } catch (error) {
      if (error instanceof MissingAxis) throw new ImportError('shape', name, error.message);
      if (error instanceof Rebind) throw new ShapeError('shape', name, error.message);
      if (!(error instanceof Unsupported)) throw error;
      this.refusals.push({ node: name, op, reason: error.message });
      scope.set(name, []);
    } finally {
      this.build.subject = outer;
      this.layers.close(own);
    }
  }

  private constant(name: string): Value {
    const source = this.file.weights.get(name);
    if (source) return this.weights.initializer(source);
    throw new ImportError('weights', name, 'is a constant that the weightsManifest does not have');
  }

  /** Undefined for what a refused node would give. */
  private read(scope: Scope, { node, output }: Reference, reader: string): Value | undefined {
    const values = scope.get(node);
    if (!values) throw new ImportError('graph', reader, `reads '${node}', which nothing gives`);
    const value = values[output];
    if (value || values.length === 0) return value;
    throw new ImportError('graph', reader, `reads output ${output} of '${node}', which has ${values.length}`);
  }

  /** A function of the model, expanded where it is called. */
  private call(name: string, inputs: readonly Value[]): readonly Value[] {
    const called = this.file.functions.get(name);
    if (!called) throw new ImportError('graph', this.build.subject, `calls '${name}', which the library does not have`);
    if (this.calls.includes(name)) throw new ImportError('graph', name, 'is a function that calls itself');
    if (called.inputs.length !== inputs.length) {
      const what = `calls '${name}' on ${inputs.length} values, it takes ${called.inputs.length}`;
      throw new ImportError('graph', this.build.subject, what);
    }
    this.calls.push(name);
    const scope: Scope = new Map(called.inputs.map((input, at) => [input, [inputs[at]]]));
    try {
      this.expandNodes(called.graph, scope, called.outputs);
    } finally {
      this.calls.pop();
    }
    return called.outputs.map((output) => {
      return this.read(scope, output, name) ?? unsupportedInside();
    });
  }
}

function unsupportedInside(): never {
  throw new Unsupported('a node inside it is not supported');
}

const nodeOf = (name: string): string => name.split(':')[0]!;

/** A loop is read from the step before, which is no cycle: the operators of loops are refused by name. */
function readsOf(graph: NodeGraph, { op, inputs }: GraphNode): readonly string[] {
  const names = inputs.map(({ node }) => node);
  return op === 'Merge' ? names.filter((name) => graph.get(name)?.op !== 'NextIteration') : names;
}

/** The nodes that values depend on, without those that others stand for. */
function reachable(
  graph: NodeGraph,
  given: { has(name: string): boolean },
  roots: readonly Reference[],
): ReadonlySet<string> {
  const found = new Set<string>();
  const open = roots.map(({ node }) => node);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    if (!given.has(name)) open.push(...(graph.get(name)?.inputs ?? []).map(({ node }) => node));
  }
  return found;
}

/** One error that lists every node nacre cannot take. */
function refuse(refusals: readonly Refusal[]): ImportError {
  const lines = refusals.map(({ node, op, reason }) => `  ${op} at ${node}: ${reason}`);
  const count = refusals.length === 1 ? '1 node is' : `${refusals.length} nodes are`;
  return new ImportError('unsupported', 'model', `${count} not supported\n${lines.join('\n')}`);
}
