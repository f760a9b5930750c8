import { ImportError } from '../../errors.js';
import type { Layout, Value } from '../../ir.js';
import type { Tensor } from '../../tensor.js';
import { ExpandContext, toNumber } from '../../expand/context.js';
import type { FoldingBuild } from '../../expand/fold.js';
import type { WeightUse } from '../weights.js';
import type { OnnxAttribute, OnnxGraph, OnnxNode } from './model.js';
import { isNoTensor } from './sequences.js';

/** Floats of nodes up to this many are numbers of a computation rather than weights. */
const MOST_CONSTANT = 16;

/** What expands the graphs that are attributes of nodes. */
export interface Subgraphs {
  /** Expands the nodes of a graph, whose inputs stand for these values, and gives its outputs. */
  expand(graph: OnnxGraph, inputs: readonly Value[]): readonly Value[];
}

/** One node while it is expanded: its attributes, what is known of its inputs, and where its ops go. */
export class NodeContext extends ExpandContext {
  constructor(
    build: FoldingBuild,
    readonly node: OnnxNode,
    readonly opset: number,
    private readonly subgraphs: Subgraphs,
    private readonly use: (value: Value, use: WeightUse) => void,
    private readonly store: (tensor: Tensor) => Value,
  ) {
    super(build);
  }

  private attribute<K extends OnnxAttribute['kind']>(
    name: string,
    kind: K,
  ): Extract<OnnxAttribute, { kind: K }> | undefined {
    const found = this.node.attributes.get(name);
    if (found === undefined) return undefined;
    if (found.kind === kind) return found as Extract<OnnxAttribute, { kind: K }>;
    throw new ImportError('attribute', this.build.subject, `${name} must be of type ${kind}, got ${found.kind}`);
  }

  private required(name: string): never {
    throw new ImportError('attribute', this.build.subject, `${this.node.op} needs attribute ${name}`);
  }

  has(name: string): boolean {
    return this.node.attributes.has(name);
  }

  /** @param otherwise without it the attribute is required */
  float(name: string, otherwise?: number): number {
    return this.attribute(name, 'float')?.value ?? otherwise ?? this.required(name);
  }

  /** An integer that fits in a JavaScript number; others are cut to ±2⁵³. */
  int(name: string, otherwise?: number): number {
    const value = this.attribute(name, 'int')?.value;
    return value === undefined ? (otherwise ?? this.required(name)) : toNumber(value);
  }

  flag(name: string, otherwise = false): boolean {
    return this.int(name, otherwise ? 1 : 0) !== 0;
  }

  string(name: string, otherwise?: string): string {
    return this.attribute(name, 'string')?.value ?? otherwise ?? this.required(name);
  }

  /** A string among those known. */
  oneOf<const T extends string>(name: string, known: readonly T[], otherwise?: T): T {
    const value = this.string(name, otherwise);
    if (known.includes(value as T)) return value as T;
    return this.unsupported(`${name} '${value}'; known are ${known.join(', ')}`);
  }

  ints(name: string): readonly number[] | undefined {
    return this.attribute(name, 'ints')?.value.map(toNumber);
  }

  floats(name: string): readonly number[] | undefined {
    return this.attribute(name, 'floats')?.value;
  }

  strings(name: string): readonly string[] | undefined {
    return this.attribute(name, 'strings')?.value;
  }

  tensor(name: string): Tensor | undefined {
    return this.attribute(name, 'tensor')?.value.read();
  }

  graph(name: string): OnnxGraph {
    return this.attribute(name, 'graph')?.value ?? this.required(name);
  }

  expand(graph: OnnxGraph, inputs: readonly Value[]): readonly Value[] {
    return this.subgraphs.expand(graph, inputs);
  }

  /** An input that must be there: a tensor, a sequence or an optional. */
  anyInput(inputs: readonly (Value | undefined)[], index: number): Value {
    const value = inputs[index];
    if (value) return value;
    throw new ImportError('input', this.build.subject, `${this.node.op} needs input ${index}`);
  }

  /** A tensor that must be there. */
  input(inputs: readonly (Value | undefined)[], index: number): Value {
    const value = this.anyInput(inputs, index);
    return isNoTensor(value) ? this.unsupported(`input ${index} is a sequence or an optional`) : value;
  }

  /** Whether anything may read an output. */
  wants(output: number): boolean {
    return (this.node.outputs[output] ?? '') !== '';
  }

  /** A tensor that the node holds: a variable, as initializers of the model are, or a constant where it is small. */
  held(tensor: Tensor): Value {
    const isSmall = tensor.data.length <= MOST_CONSTANT || tensor.shape.length === 0;
    return tensor.dtype !== 'float32' || isSmall ? this.build.constant(tensor) : this.store(tensor);
  }

  /** Notes that an input is a weight of this node, with the order of axes in which the model keeps it. */
  weight(value: Value, parameter: string, layout: Layout | null = null): Value {
    this.use(value, { parameter, layout });
    return value;
  }
}
