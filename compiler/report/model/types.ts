import type { Dim } from '../../dim.js';
import type { DType } from '../../tensor.js';

/** A tensor's type. Sizes that are open are expressions over `ModelData.symbols`. */
export interface TypeData {
  readonly dtype: DType;
  readonly shape: readonly Dim[];
}

export interface PortData extends TypeData {
  readonly name: string;
}

/** An open size. */
export interface SymbolData {
  readonly name: string;
  readonly kind: 'free' | 'latched';
  readonly min: number;
  readonly max: number;
  /** The size that kernels are chosen for. */
  readonly typical: number;
}

/** An input, a layer or an output, as the graph is drawn. */
export interface NodeData {
  readonly role: 'input' | 'layer' | 'output';
  readonly name: string;
  /** The kind with its activation: `conv1d relu`. */
  readonly kind: string;
  readonly outputs: readonly TypeData[];
  /** Elements of the variables that no layer above uses. */
  readonly parameters: Dim;
  readonly multiplyAdds: Dim;
  /** As texts, with long values cut short. */
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly slots: readonly { readonly parameter: string; readonly variable: string }[];
  /** `weight heUniform`, as summaries say them. */
  readonly initializers: readonly string[];
}

/** What one node reads of another; `from` and `to` are indices of nodes. */
export interface EdgeData extends TypeData {
  readonly from: number;
  readonly to: number;
}

export interface VariableData extends TypeData {
  readonly name: string;
  readonly initializer: string;
  readonly users: readonly string[];
  readonly trainable: boolean;
  /** Its values travel with the module. */
  readonly given: boolean;
}

/** A buffer of the arena: where it stands from its start, and the first and the last step that uses it. */
export interface BufferData {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** Memory for the sizes that kernels are chosen for. */
export interface MemoryData {
  readonly at: Readonly<Record<string, number>>;
  /** In the order of their addresses; those without bytes are left out. */
  readonly regions: readonly { readonly name: string; readonly bytes: number }[];
  /** The layer of each step of `forward`. */
  readonly steps: readonly string[];
  readonly buffers: readonly BufferData[];
  /** Bytes of the arena, and the most of them in use at once. */
  readonly arena: number;
  readonly peak: number;
}

/** What the page shows of a model: plain JSON. */
export interface ModelData {
  /** Of a declaration that has one. */
  readonly name: string | undefined;
  readonly inputs: readonly PortData[];
  readonly outputs: readonly PortData[];
  readonly symbols: readonly SymbolData[];
  /** Whatever a node reads stands above it. */
  readonly nodes: readonly NodeData[];
  readonly edges: readonly EdgeData[];
  readonly variables: readonly VariableData[];
  readonly total: {
    readonly parameters: Dim;
    readonly trainable: Dim;
    readonly bytes: Dim;
    readonly multiplyAdds: Dim;
  };
  readonly memory: MemoryData;
  /** The memory in one line, as the summary has it. */
  readonly memoryText: string;
  /** How convolutions are computed, transposes that are left, layers without names. */
  readonly remarks: readonly string[];
  /** What the compiler says of the model though it is no fault. */
  readonly notes: readonly string[];
}
