import type { Dim } from '../../dim.js';
import { ImportError } from '../../errors.js';
import type { Layout, Value } from '../../ir.js';
import type { Scalar } from '../../ops/fraction.js';
import { volume, type DType, type Tensor } from '../../tensor.js';
import type { FoldingBuild } from '../../expand/fold.js';
import type { OnnxAttribute, OnnxGraph, OnnxNode } from './model.js';
import { isNoTensor } from './sequences.js';

/** Floats of nodes up to this many are numbers of a computation rather than weights. */
const MOST_CONSTANT = 16;

/** Why a node cannot be expanded. */
export class Unsupported extends Error {}

/** What expands the graphs that are attributes of nodes. */
export interface Subgraphs {
  /** Expands the nodes of a graph, whose inputs stand for these values, and gives its outputs. */
  expand(graph: OnnxGraph, inputs: readonly Value[]): readonly Value[];
}

/** A weight as variables show it. */
export interface WeightUse {
  readonly parameter: string;
  readonly layout: Layout | null;
}

/** One node while it is expanded: its attributes, what is known of its inputs, and where its ops go. */
export class NodeContext {
  constructor(
    readonly build: FoldingBuild,
    readonly node: OnnxNode,
    readonly opset: number,
    private readonly subgraphs: Subgraphs,
    private readonly use: (value: Value, use: WeightUse) => void,
    private readonly store: (tensor: Tensor) => Value,
  ) {}

  /** Refuses the node. */
  unsupported(reason: string): never {
    throw new Unsupported(reason);
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

  /** What a value is known to be when compiling. */
  constantOf(value: Value | undefined): Tensor | undefined {
    return value && this.build.tensorOf(value);
  }

  /** The elements that an input must be known to have. */
  numbers(value: Value, what: string): readonly number[] {
    const tensor = this.constantOf(value);
    if (tensor) return Array.from(tensor.data as ArrayLike<number | bigint>, toNumber);
    return this.unsupported(`${what} must be known when compiling`);
  }

  /** The only element that an input must be known to have; what is absent gives `otherwise`. */
  number(value: Value | undefined, what: string, otherwise: number): number {
    if (!value) return otherwise;
    const numbers = this.numbers(value, what);
    if (numbers.length === 1) return numbers[0]!;
    throw new ImportError('input', this.build.subject, `${what} must be one number, got ${numbers.length}`);
  }

  /** The integers that an input must be known to have, some of which may be sizes that only a call tells. */
  sizes(value: Value, what: string): readonly Dim[] {
    return this.build.sizesOf(value) ?? this.unsupported(`${what} must be known when compiling, or follow from sizes`);
  }

  /** Places along axes that a value is known to hold, which may be sizes; those beyond ±2⁵³, which mean an end, are cut. */
  positionsOf(value: Value): readonly Dim[] | undefined {
    return this.constantOf(value) ? this.numbers(value, 'positions') : this.build.sizesOf(value);
  }

  /** The numbers that an input must be known to have, which may be quotients of sizes that only a call tells. */
  ratios(value: Value, what: string): readonly Scalar[] {
    return this.build.ratiosOf(value) ?? this.unsupported(`${what} must be known when compiling, or follow from sizes`);
  }

  /** A tensor that the node holds: a variable, as initializers of the model are, or a constant where it is small. */
  held(tensor: Tensor): Value {
    const isSmall = tensor.data.length <= MOST_CONSTANT || tensor.shape.length === 0;
    return tensor.dtype !== 'float32' || isSmall ? this.build.constant(tensor) : this.store(tensor);
  }

  /** Refuses a list, or the axes of a tensor, unless there are so many. */
  requireCount(what: string, got: number, expected: number): void {
    if (got === expected) return;
    throw new ImportError('input', this.build.subject, `${what} must be ${expected}, got ${got}`);
  }

  /** An axis counted from the end where it is negative. */
  axis(axis: number, rank: number): number {
    const index = axis < 0 ? axis + rank : axis;
    if (Number.isInteger(index) && index >= 0 && index < rank) return index;
    throw new ImportError('axis', this.build.subject, `axis ${axis} is outside a tensor of rank ${rank}`);
  }

  /** Notes that an input is a weight of this node, with the order of axes in which the model keeps it. */
  weight(value: Value, parameter: string, layout: Layout | null = null): Value {
    this.use(value, { parameter, layout });
    return value;
  }

  /** A scalar of a dtype. */
  scalar(dtype: DType, value: number): Value {
    return this.full(dtype, [], value);
  }

  /** A constant with the same value everywhere. */
  full(dtype: DType, shape: readonly number[], value: number): Value {
    const count = volume(shape);
    const data =
      dtype === 'float32'
        ? new Float32Array(count).fill(value)
        : dtype === 'int64'
          ? new BigInt64Array(count).fill(BigInt(value))
          : dtype === 'int32'
            ? new Int32Array(count).fill(value)
            : dtype === 'int8'
              ? new Int8Array(count).fill(value)
              : new Uint8Array(count).fill(value);
    return this.build.constant({ dtype, shape, data });
  }
}

/** Values beyond ±2⁵³, which stand for "to the end" where they occur, are cut. */
function toNumber(value: number | bigint): number {
  if (typeof value === 'number') return value;
  const most = BigInt(Number.MAX_SAFE_INTEGER);
  return Number(value > most ? most : value < -most ? -most : value);
}
