/** A graph-model of tfjs as its model.json has it, without what nothing reads. */
import type { ModelPort } from '../ports.js';
import type { WeightSource } from '../weights.js';

export interface GraphFile {
  readonly graph: NodeGraph;
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly GraphOutput[];
  /** Functions that nodes call, by name. */
  readonly functions: ReadonlyMap<string, GraphFunction>;
  /** Values of constants, by the names of their nodes. */
  readonly weights: ReadonlyMap<string, WeightSource>;
}

/** Nodes by name, in the order of the file. */
export type NodeGraph = ReadonlyMap<string, GraphNode>;

/** An input, and the node that stands for it. */
export interface GraphInput extends ModelPort {
  readonly node: string;
}

export interface GraphOutput {
  readonly name: string;
  readonly source: Reference;
}

export interface GraphFunction {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly Reference[];
  readonly graph: NodeGraph;
}

/** One of a node's outputs. */
export interface Reference {
  readonly node: string;
  readonly output: number;
}

export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** Values that it computes with; control inputs are left out. */
  readonly inputs: readonly Reference[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** A size: a number, or null for one that is open. */
export type Shape = readonly (number | null)[];

export type Attribute =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'type'; readonly value: string }
  | { readonly kind: 'function'; readonly value: string }
  /** Undefined for a rank that is not told. */
  | { readonly kind: 'shape'; readonly value: Shape | undefined }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  /** A list without elements, or one that nothing reads. */
  | { readonly kind: 'list' }
  | { readonly kind: 'other' };
