import { ImportError } from '../../errors.js';
import { ExpandContext } from '../../expand/context.js';
import type { FoldingBuild } from '../../expand/fold.js';
import { cast } from '../../expand/maps.js';
import type { Layout, Value } from '../../ir.js';
import type { DType } from '../../tensor.js';
import type { WeightUse } from '../weights.js';
import type { Attribute, GraphNode } from './model.js';
import { dtypeOf } from './types.js';

/** What expands the functions that nodes call. */
export interface Calls {
  /** Expands a function of the model on these values. */
  call(name: string, inputs: readonly Value[]): readonly Value[];
}

/** Dtypes that are wider come later. */
const widths: readonly DType[] = ['bool', 'int32', 'float32'];

/** One node while it is expanded: its attributes, what is known of its inputs, and where its ops go. */
export class NodeContext extends ExpandContext {
  /** @param wanted numbers of the outputs that anything reads */
  constructor(
    build: FoldingBuild,
    readonly node: GraphNode,
    readonly wanted: ReadonlySet<number>,
    private readonly calls: Calls,
    private readonly use: (value: Value, use: WeightUse) => void,
  ) {
    super(build);
  }

  private attribute<K extends Attribute['kind']>(name: string, kind: K): Extract<Attribute, { kind: K }> | undefined {
    const found = this.node.attributes.get(name);
    if (found === undefined) return undefined;
    if (found.kind === kind) return found as Extract<Attribute, { kind: K }>;
    throw new ImportError('attribute', this.build.subject, `${name} must be of type ${kind}, got ${found.kind}`);
  }

  private required(name: string): never {
    throw new ImportError('attribute', this.build.subject, `${this.node.op} needs attribute ${name}`);
  }

  /** @param otherwise without it the attribute is required */
  float(name: string, otherwise?: number): number {
    return this.attribute(name, 'float')?.value ?? otherwise ?? this.required(name);
  }

  int(name: string, otherwise?: number): number {
    return this.attribute(name, 'int')?.value ?? otherwise ?? this.required(name);
  }

  flag(name: string): boolean {
    return this.attribute(name, 'bool')?.value ?? false;
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

  /** Integers; none where the attribute is absent. */
  ints(name: string): readonly number[] {
    return this.node.attributes.get(name)?.kind === 'list' ? [] : (this.attribute(name, 'ints')?.value ?? []);
  }

  strings(name: string): readonly string[] {
    return this.node.attributes.get(name)?.kind === 'list' ? [] : (this.attribute(name, 'strings')?.value ?? []);
  }

  /** The dtype in which elements of the type that an attribute names are computed. */
  dtype(name: string): DType {
    const type = this.attribute(name, 'type')?.value ?? this.required(name);
    return dtypeOf(type) ?? this.unsupported(`${name} is ${type}, which nacre does not store`);
  }

  /** Expands the function that an attribute names on these values. */
  call(name: string, inputs: readonly Value[]): readonly Value[] {
    return this.calls.call(this.attribute(name, 'function')?.value ?? this.required(name), inputs);
  }

  input(inputs: readonly (Value | undefined)[], index: number): Value {
    const value = inputs[index];
    if (value) return value;
    throw new ImportError('input', this.build.subject, `${this.node.op} needs input ${index}`);
  }

  /** An input as float32. */
  real(inputs: readonly (Value | undefined)[], index: number): Value {
    return cast(this, this.input(inputs, index), 'float32');
  }

  /** Inputs in the widest of their dtypes, as tfjs makes them: of bool, int32 and float32. */
  alike(inputs: readonly (Value | undefined)[], indices: readonly number[]): Value[] {
    const values = indices.map((index) => this.input(inputs, index));
    const widest = widths[Math.max(...values.map(({ dtype }) => widths.indexOf(dtype)))] ?? 'float32';
    return values.map((value) => cast(this, value, widest));
  }

  /** The only integer that an input must be known to have. */
  integer(inputs: readonly (Value | undefined)[], index: number, what: string): number {
    const number = this.number(this.input(inputs, index), what, 0);
    if (Number.isInteger(number)) return number;
    throw new ImportError('input', this.build.subject, `${what} must be an integer, got ${number}`);
  }

  /** Notes that an input is a weight of this node, with the order of axes in which the model keeps it. */
  weight(value: Value, parameter: string, layout: Layout | null = null): Value {
    this.use(value, { parameter, layout });
    return value;
  }
}
