/** An ONNX model as its file has it, without what nothing reads. */
import type { Tensor } from '../../tensor.js';
import type { ModelPort, ModelDim } from '../ports.js';

export type OnnxDim = ModelDim;

export interface OnnxFile {
  readonly irVersion: number;
  /** `exporter 1.2`, as far as it says. */
  readonly producer: string;
  /** Versions of operator sets by domain; that of ONNX itself is ''. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: OnnxGraph;
  /** Functions that the model defines for itself, by `domain.name`. */
  readonly functions: ReadonlyMap<string, OnnxFunction>;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  readonly initializers: readonly OnnxTensor[];
}

export interface OnnxFunction {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly opsets: ReadonlyMap<string, number>;
  /** Attributes with the values they have where a caller gives none. */
  readonly defaults: ReadonlyMap<string, OnnxAttribute>;
  readonly nodes: readonly OnnxNode[];
}

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  readonly domain: string;
  /** Names of values, '' for an optional one that is absent. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

export type OnnxAttribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'graph'; readonly value: OnnxGraph }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly bigint[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'reference'; readonly value: string }
  | { readonly kind: 'other'; readonly value: string };

/** An input or an output; its type is written as `tensor(float)`. */
export type OnnxPort = ModelPort;

export interface OnnxTensor {
  readonly name: string;
  /** `float16`: the element type as ONNX calls it. */
  readonly type: string;
  readonly dims: readonly number[];
  /** @throws ImportError for data that is missing or does not fill the dims */
  read(): Tensor;
}
