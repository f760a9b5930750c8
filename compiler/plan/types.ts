/**
 * The kernel plan, the form between the tensor graph and the module: which kernel runs on which memory with which
 * numbers. Sizes that are not known when compiling stay `Dim`s, over the graph's symbols and the plan's definitions.
 */
import type { Dim } from '../dim.js';
import type { Formula } from '../formula.js';
import type {
  Constraint,
  CustomInitializer,
  Expression,
  LayerInfo,
  Node,
  Recipe,
  Rng,
  SymbolInfo,
  Variable,
} from '../ir.js';
import type { StoredValues } from '../stored.js';
import type { DType, Tensor } from '../tensor.js';
import type { Fact } from '../facts.js';
import type { ConvolutionAlgorithm } from './convolution-algorithm.js';
import type { FamilyName } from './families.js';

/** A place in memory. Sixteen bytes are readable from any of its elements on. */
export interface Buffer {
  readonly name: string;
  readonly bytes: Dim;
  /** Absolute, a multiple of 16; set when memory is laid out. */
  readonly address: Dim;
  /** The buffer that this one is a part of. */
  readonly within: BufferId | null;
}

/**
 * What the planner does to copy nothing that need not be: `views`, contiguous slices stay where they are; `parts`,
 * what is concatenated is computed in its place; `inPlace`, results over operands that are not needed any more;
 * `offsets`, buffers of known sizes overlap as their lifetimes allow instead of sharing slots.
 */
export const measures = ['views', 'parts', 'inPlace', 'offsets'] as const;
export type Measure = (typeof measures)[number];

export interface PlanOptions {
  /** The largest relative L2 error against float64 that an algorithm for convolutions may have, 1e-5 by default. */
  readonly errorBudget?: number | undefined;
  /** Bytes of memory above which no weights of convolutions are transformed. */
  readonly maxMemory?: number | undefined;
  /** Measures to leave out. */
  readonly without?: readonly Measure[];
}

export type Argument =
  | { readonly kind: 'size'; readonly size: Dim }
  | { readonly kind: 'address'; readonly buffer: BufferId; readonly offset: Dim }
  | { readonly kind: 'float'; readonly value: number }
  /** The address of a list of u32, which is written before the call. */
  | { readonly kind: 'list'; readonly buffer: BufferId; readonly sizes: readonly Dim[] };

/** Index into the plan's buffers. */
export type BufferId = number;

/** Where a step comes from. */
export interface Sourced {
  /** The layer, or the output or state that it writes. */
  readonly origin: string;
  /** What it computes, or helps to compute: the last step of a node completes it. A step may stand for none. */
  readonly node?: Node | undefined;
}

export interface KernelCall extends Sourced {
  readonly kind: 'call';
  readonly kernel: string;
  /** A body generated for these very sizes takes the library function's place. */
  readonly generated: boolean;
  /** Input 0 is the accumulator, 1 the bias element, 2 the residual element. */
  readonly epilogue: Expression | null;
  readonly args: readonly Argument[];
  /** What the steps of a recurrent layer do. */
  readonly recurrence?: Recurrence;
  /** The call returns 0, or what failed; then `forward` returns this status. */
  readonly failure: 'index' | null;
  /** The call returns a size: that of this name. */
  readonly defines: string | null;
  /** Why this kernel. */
  readonly reason: string;
}

/** The addresses that an update of a recurrent layer is called with, see assembly/template.ts. */
export const rowPointers = ['x', 'products', 'hidden', 'cell', 'peepholes', 'output'] as const;
export type RowPointer = (typeof rowPointers)[number];

/**
 * What happens to the elements of one row in one step: each result is computed and stored for all of them before the next one,
 * which must read the earlier ones as results, not what they replaced. Loops with one result are independent from element to
 * element: an LSTM's state and output in one loop wait for each other's tanh. In an expression the results come first, then the
 * inputs. The elements of an input start `part` rows after the pointer.
 */
export interface RowUpdate {
  readonly inputs: readonly { readonly pointer: RowPointer; readonly part: number }[];
  readonly results: readonly { readonly to: readonly RowPointer[]; readonly expression: Expression }[];
}

/** How a step of a recurrent layer is computed: the product's kernel, then the update, and before it the reset. */
export interface Recurrence {
  readonly product: 'gemv' | 'gemm' | 'matmul';
  readonly units: Dim;
  /** Of one product of the hidden state. */
  readonly columns: Dim;
  readonly update: RowUpdate;
  readonly reset?: RowUpdate;
}

/**
 * A generated loop nest: `output[i…] = expression(operands[i…])`. Strides count elements; an operand's stride is 0 where
 * it is broadcast. The output is contiguous.
 */
export interface Loop extends Sourced {
  readonly kind: 'loop';
  readonly expression: Expression;
  readonly sizes: readonly Dim[];
  readonly output: BufferId;
  /** `offset` counts elements too. */
  readonly operands: readonly { readonly buffer: BufferId; readonly offset?: Dim; readonly strides: readonly Dim[] }[];
}

/** A generated loop nest over the elements of a contiguous output, each by a formula of its index. */
export interface Compute extends Sourced {
  readonly kind: 'compute';
  readonly formula: Formula;
  readonly dtype: DType;
  readonly sizes: readonly Dim[];
  readonly output: BufferId;
  /** Strides count elements. */
  readonly operands: readonly { readonly buffer: BufferId; readonly dtype: DType; readonly strides: readonly Dim[] }[];
}

export type Step = KernelCall | Loop | Compute;

/**
 * `groups` matrices [taps · k, n] of a canonical weight: element (tap · k + i, j) of a group stands
 * tap · tapStride + i · strideK + j · strideN elements after its first.
 */
export interface Packing {
  readonly k: Dim;
  readonly n: Dim;
  readonly strideK: Dim;
  readonly strideN: Dim;
  readonly taps: number;
  readonly tapStride: Dim;
  readonly groups: Dim;
  /** Elements between the first elements of two groups. */
  readonly groupStride: Dim;
}

/** The numbers of a packing in the order in which the kernels that pack and unpack take them. */
export const packingFields = [
  'k',
  'n',
  'strideK',
  'strideN',
  'taps',
  'tapStride',
  'groups',
  'groupStride',
] as const satisfies readonly (keyof Packing)[];

export interface PlannedVariable {
  readonly variable: Variable;
  readonly shape: readonly Dim[];
  readonly count: Dim;
  readonly fanIn: Dim;
  readonly fanOut: Dim;
  readonly weightFanIn: Dim;
  readonly buffer: BufferId;
  /** The packed form is the only copy; the canonical one appears in scratch while it is read or written. */
  readonly packing: Packing | null;
  readonly filling: Filling;
  /** What the families' kernels ask of it. */
  readonly facts: Readonly<Partial<Record<Fact, Dim>>>;
}

/** An initializer in a module: its kind as users name it, and the family that it draws from. */
export interface CarriedInitializer {
  readonly kind: string;
  readonly family: FamilyName;
}

/** How a variable gets its first values. */
export type Filling =
  | { readonly kind: 'recipe'; readonly recipe: Recipe; readonly seed?: bigint }
  /** External values do not travel with the module: the host writes them. */
  | { readonly kind: 'values'; readonly values: StoredValues; readonly external?: boolean };

export interface PlannedPort {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly Dim[];
  readonly buffer: BufferId;
}

/** How a convolution is computed. */
export interface PlannedConvolution {
  readonly layer: string;
  readonly algorithm: ConvolutionAlgorithm;
  /** What `winogradError` says of its relative L2 error; null for what sums products as they are. */
  readonly error: number | null;
}

export interface KernelPlan {
  readonly name: string | undefined;
  /** What was decided and who compiles should know. */
  readonly notes: readonly string[];
  readonly rng: Rng;
  /** Initializers that the module carries besides those of its variables. */
  readonly asked: readonly CarriedInitializer[];
  readonly customs: readonly CustomInitializer[];
  readonly symbols: readonly SymbolInfo[];
  /** Sizes that calls return, in their order, with their limits over the symbols. Memory is planned for the limits. */
  readonly bounded: readonly Definition[];
  readonly constraints: readonly Constraint[];
  readonly inputs: readonly PlannedPort[];
  readonly outputs: readonly PlannedPort[];
  readonly variables: readonly PlannedVariable[];
  readonly constants: readonly { readonly buffer: BufferId; readonly tensor: Tensor }[];
  readonly buffers: readonly Buffer[];
  readonly prepare: readonly Step[];
  readonly forward: readonly Step[];
  /** In the order in which they are computed. */
  readonly convolutions: readonly PlannedConvolution[];
  readonly memory: MemoryPlan;
  readonly layers: readonly LayerInfo[];
}

/** A size that `infer` computes once and names; it may use the ones before it. */
export interface Definition {
  readonly name: string;
  readonly dim: Dim;
}

export interface MemoryPlan {
  /** In the order in which they are computed. */
  readonly definitions: readonly Definition[];
  readonly tableAddress: number;
  readonly table: TableLayout;
  /** Where canonical weights appear while packed ones are read or written, and the bytes of all scratch memory. */
  readonly scratch: Dim;
  readonly scratchBytes: Dim;
  /** From `scratch`: what initializers take, and two states of a sequential generator. */
  readonly initializerOffset: Dim;
  readonly generatorOffset: Dim;
  /** The first byte after constants, parameters and states: a number unless the size of one of them is open. */
  readonly parameterEnd: Dim;
  /** The first byte after everything. */
  readonly end: Dim;
  /** What lasts between calls, if anything does. */
  readonly states: {
    readonly address: Dim;
    readonly bytes: Dim;
    /** The bytes, settled. */
    readonly size: Dim;
  } | null;
  /** Bytes of parameters and prepared forms, and of everything that only lives during a call. */
  readonly parameterBytes: Dim;
  readonly activationBytes: Dim;
}

/** Byte offsets into the table, see docs/abi.md. */
export interface TableLayout {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly parameter: number;
  readonly arguments: number;
  readonly states: number;
  readonly bytes: number;
}
