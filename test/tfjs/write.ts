import type { DType, Tensor } from '../../compiler/tensor.js';

/** An attribute: text, an integer, a truth value, lists of these, or what says its kind. */
export type WrittenAttribute =
  | string
  | number
  | boolean
  | readonly string[]
  | readonly number[]
  | { readonly float: number }
  | { readonly type: string }
  | { readonly function: string };

export interface WrittenNode {
  readonly name: string;
  readonly op: string;
  readonly inputs?: readonly string[];
  readonly attributes?: Readonly<Record<string, WrittenAttribute>>;
}

export interface WrittenInput {
  readonly name: string;
  readonly dtype?: DType;
  /** −1 for a size that is open; undefined for a rank that is not told. */
  readonly shape: readonly number[] | undefined;
}

export interface WrittenFunction {
  readonly name: string;
  readonly inputs: readonly string[];
  /** Values by the names of outputs. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly nodes: readonly WrittenNode[];
}

export interface WrittenGraph {
  readonly nodes: readonly WrittenNode[];
  readonly inputs?: readonly WrittenInput[];
  readonly constants?: Readonly<Record<string, Tensor>>;
  /** Values by the names of the signature; without them there is none. */
  readonly outputs?: Readonly<Record<string, string>>;
  readonly functions?: readonly WrittenFunction[];
}

export interface WrittenModel {
  readonly format: string;
  readonly signature?: object;
  readonly modelTopology: { readonly node: readonly object[]; readonly library: object };
  readonly weightsManifest: readonly { readonly paths: readonly string[]; readonly weights: readonly object[] }[];
}

export const types: Readonly<Record<string, string>> = { float32: 'DT_FLOAT', int32: 'DT_INT32', bool: 'DT_BOOL' };

const text = (value: string): string => btoa(value);

function attribute(value: WrittenAttribute): object {
  if (typeof value === 'string') return { s: text(value) };
  if (typeof value === 'number') return { i: String(value) };
  if (typeof value === 'boolean') return { b: value };
  if ('float' in value) return { f: value.float };
  if ('type' in value) return { type: value.type };
  if ('function' in value) return { func: { name: value.function, attr: {} } };
  const list = value as readonly (string | number)[];
  if (list.every((each) => typeof each === 'string')) return { list: { s: list.map(text) } };
  return { list: { i: list.map(String) } };
}

const written = ({ name, op, inputs = [], attributes = {} }: WrittenNode): object => ({
  name,
  op,
  input: inputs,
  attr: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, attribute(value)])),
});

const shapeOf = (shape: readonly number[] | undefined): object =>
  shape ? { dim: shape.map((size) => ({ size: String(size) })) } : { unknownRank: true };

/** A graph-model as its `model.json`, and its weights as one shard. */
export function graphModel(graph: WrittenGraph): { json: WrittenModel; weights: Uint8Array } {
  const { nodes, inputs = [], constants = {}, outputs, functions = [] } = graph;
  const entries = Object.entries(constants);
  const placeholders = inputs.map(({ name, dtype = 'float32', shape }) => ({
    name,
    op: 'Placeholder',
    attr: { dtype: { type: types[dtype] }, shape: { shape: shapeOf(shape) } },
  }));
  const json = {
    format: 'graph-model',
    ...(outputs && {
      signature: {
        inputs: Object.fromEntries(
          inputs.map(({ name, dtype = 'float32', shape }) => {
            return [`${name}:0`, { name: `${name}:0`, dtype: types[dtype], tensorShape: shapeOf(shape) }];
          }),
        ),
        outputs: Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, { name: value }])),
      },
    }),
    modelTopology: {
      node: [
        ...placeholders,
        ...entries.map(([name, { dtype }]) => ({ name, op: 'Const', attr: { dtype: { type: types[dtype] } } })),
        ...nodes.map(written),
      ],
      library: {
        function: functions.map((each) => ({
          signature: {
            name: each.name,
            inputArg: each.inputs.map((name) => ({ name })),
            outputArg: Object.keys(each.outputs).map((name) => ({ name })),
          },
          nodeDef: each.nodes.map(written),
          ret: each.outputs,
        })),
      },
    },
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: entries.map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
      },
    ],
  };
  const parts = entries.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return { json, weights: Uint8Array.from(parts.flatMap((part) => [...part])) };
}
