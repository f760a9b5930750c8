import { Build } from '../build.js';
import { valueOf, type Dim } from '../dim.js';
import { definedSize, type Node, type Op, type OpKind, type Value } from '../ir.js';
import { evaluateNode } from '../ops/index.js';
import { numberOf, ScalarArithmetic, scalarOfFloat, undecided, type Scalar } from '../ops/fraction.js';
import { evaluateRatios, evaluateSizes, Undecided, type SymbolicContent } from '../ops/symbolic.js';
import { arrayOf, volume, type DType, type Tensor } from '../tensor.js';
import * as f from '../formula.js';

/** Results with more elements are computed by the module, once, when it is prepared. */
const MOST_ELEMENTS = 65536;
/** What sizes are computed with is smaller still. */
const MOST_SIZES = 256;

/** Nodes that are followed back from a value; what depends on more counts as unknown. */
const MOST_DEPTH = 500;

/** Ops that only move elements, so that a size moves as any element does. */
const movers: ReadonlySet<OpKind> = new Set(['reshape', 'transpose', 'concat', 'slice', 'gather']);

const none: ReadonlyMap<string, number> = new Map();

/**
 * Appends nodes, and knows what those compute that depend on constants and sizes alone: the arithmetic on shapes that
 * exported models are full of.
 */
export class FoldingBuild extends Build {
  private readonly tensors = new Map<number, Tensor>();
  private readonly sizes = new Map<number, SymbolicContent>();
  private readonly arithmetic = new ScalarArithmetic(this.limits);
  private readonly producers = new Map<number, Node>();
  /** Values of variables and of what follows from them, which count as known only where a model needs to know. */
  private readonly settled = new Map<number, Tensor>();
  private readonly settledSizes = new Map<number, SymbolicContent>();
  /** Values that are not known, and those that do not follow from sizes. */
  private readonly unknown = new Set<number>();
  private readonly unfollowed = new Set<number>();
  private depth = 0;

  /** A value known when compiling. */
  constant(tensor: Tensor): Value {
    return this.op({ kind: 'constant', tensor }, []);
  }

  /** Integers that may be sizes, as a tensor of one axis or a scalar. */
  integers(elements: readonly Dim[], shape: readonly number[] = [elements.length], dtype: DType = 'int64'): Value {
    if (elements.every((element) => typeof element === 'number')) {
      return this.constant({ dtype, shape, data: arrayOf(dtype, elements) });
    }
    const type = f.scalarOf(dtype);
    const position = shape.length === 0 ? f.i32(0) : f.axis(0);
    const formula = elements.reduceRight<f.Formula | undefined>((rest, element, at) => {
      const value = f.convert(type, f.size(element));
      return rest ? f.select(f.equal(position, f.i32(at)), value, rest) : value;
    }, undefined);
    return this.compute(dtype, shape, formula!);
  }

  /** Notes the values of a variable. */
  settle(value: Value, tensor: Tensor): void {
    this.settled.set(value.id, tensor);
  }

  /** Notes that the elements of a value are sizes. */
  follow({ id, dtype, shape }: Value, elements: readonly Dim[]): void {
    this.sizes.set(id, { dtype, shape: shape as readonly number[], elements });
  }

  override op(op: Op, inputs: readonly Value[]): Value {
    const value = super.op(op, inputs);
    const node = this.nodes.at(-1)!;
    this.producers.set(value.id, node);
    if (op.kind === 'constant') this.tensors.set(value.id, op.tensor);
    else if (inputs.every(({ id }) => this.tensors.has(id))) {
      const tensor = this.fold(node, (id) => this.tensors.get(id));
      if (tensor) this.tensors.set(value.id, tensor);
    } else this.foldSizes(node);
    const tensor = this.tensors.get(value.id);
    if (tensor && op.kind !== 'constant') {
      this.nodes[this.nodes.length - 1] = { ...node, op: { kind: 'constant', tensor }, inputs: [] };
    }
    return value;
  }

  /** What depends on data has known sizes where the data are known. */
  override outputsOf(op: Op, inputs: readonly Value[]): Value[] {
    const known = inputs.flatMap(({ id }) => this.tensors.get(id) ?? []);
    const isSmall = known.length === inputs.length && known.every(({ data }) => data.length <= MOST_ELEMENTS);
    if (!definedSize(op) || !isSmall) return super.outputsOf(op, inputs);
    const node = { op, inputs, outputs: [], origin: this.subject };
    return evaluateNode(node, known, { size: (dim) => valueOf(dim, none)! }).map((tensor) => this.constant(tensor));
  }

  /** Computes a node whose inputs are known. */
  private fold(node: Node, tensorOf: (id: number) => Tensor | undefined): Tensor | undefined {
    const [output] = node.outputs as readonly [Value];
    const shape = knownShape(output);
    if (!shape || volume(shape) > MOST_ELEMENTS || dependsOnSizes(node.op)) {
      this.foldSizes(node);
      return;
    }
    const inputs = node.inputs.map(({ id }) => tensorOf(id)!);
    try {
      const [tensor] = evaluateNode(node, inputs, { size: (dim) => valueOf(dim, none)! });
      return tensor;
    } catch (error) {
      // An index outside its table is an error of the call, not of the model.
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  private foldSizes(node: Node): void {
    const [output] = node.outputs as readonly [Value];
    const content = this.followed(node, (input) => this.contentOf(input));
    if (!content) return;
    const numbers = content.elements.map(numberOf);
    if (numbers.every((number) => number !== undefined)) {
      const { dtype, shape } = content;
      this.tensors.set(output.id, { dtype, shape, data: arrayOf(dtype, numbers) });
    } else this.sizes.set(output.id, content);
  }

  /** What a node makes of sizes. */
  private followed(node: Node, contentOf: (input: Value) => SymbolicContent | undefined): SymbolicContent | undefined {
    const [output] = node.outputs as readonly [Value];
    const shape = knownShape(output);
    if (!shape || volume(shape) > MOST_SIZES) return undefined;
    const inputs: SymbolicContent[] = [];
    for (const input of node.inputs) {
      const content = contentOf(input);
      if (!content) return undefined;
      inputs.push(content);
    }
    const elements = decided(() => {
      if (node.op.kind === 'compute') return computed(node.op, shape, inputs, this.arithmetic);
      return node.op.kind === 'elementwise'
        ? mapped(node.op, shape, inputs, this.arithmetic)
        : moved(node, shape, inputs);
    });
    return elements && { dtype: output.dtype, shape, elements };
  }

  private contentOf(value: Value): SymbolicContent | undefined {
    return this.sizes.get(value.id) ?? contentOfTensor(this.tensors.get(value.id));
  }

  private deeper<T>(follow: () => T | undefined): T | undefined {
    if (this.depth === MOST_DEPTH) return undefined;
    this.depth++;
    try {
      return follow();
    } finally {
      this.depth--;
    }
  }

  /** What a value is known to be; variables count as what they start as. */
  tensorOf(value: Value): Tensor | undefined {
    const known = this.tensors.get(value.id) ?? this.settled.get(value.id);
    const node = this.producers.get(value.id);
    if (known || !node || node.inputs.length === 0 || this.unknown.has(value.id)) return known;
    const inputs = new Map<number, Tensor>();
    for (const input of node.inputs) {
      const tensor = this.deeper(() => this.tensorOf(input));
      if (!tensor) break;
      inputs.set(input.id, tensor);
    }
    const isKnown = node.inputs.every(({ id }) => inputs.has(id));
    const tensor = isKnown ? this.fold(node, (id) => inputs.get(id)) : undefined;
    if (tensor) this.settled.set(value.id, tensor);
    else this.unknown.add(value.id);
    return tensor;
  }

  /** What a value is known to be in terms of sizes; variables count as what they start as. */
  private settledContentOf(value: Value): SymbolicContent | undefined {
    const known =
      this.contentOf(value) ?? this.settledSizes.get(value.id) ?? contentOfTensor(this.settled.get(value.id));
    const node = this.producers.get(value.id);
    if (known || !node || node.inputs.length === 0 || this.unfollowed.has(value.id)) return known;
    const content = this.followed(node, (input) => this.deeper(() => this.settledContentOf(input)));
    if (content) this.settledSizes.set(value.id, content);
    else this.unfollowed.add(value.id);
    return content;
  }

  /** What a value is whatever variables are. */
  fixedOf(value: Value): Tensor | undefined {
    return this.tensors.get(value.id);
  }

  /** The integers a value is known to be, in row-major order, some of which may be sizes. */
  sizesOf(value: Value): readonly Dim[] | undefined {
    return value.dtype === 'float32' ? undefined : (this.ratiosOf(value) as readonly Dim[] | undefined);
  }

  /** The numbers a value is known to be, in row-major order, as sizes or quotients of sizes. */
  ratiosOf(value: Value): readonly Scalar[] | undefined {
    return (contentOfTensor(this.tensorOf(value)) ?? this.settledContentOf(value))?.elements;
  }
}

function contentOfTensor(tensor: Tensor | undefined): SymbolicContent | undefined {
  if (!tensor || tensor.data.length > MOST_SIZES) return undefined;
  const { dtype, shape } = tensor;
  const numbers = Array.from(tensor.data as ArrayLike<number | bigint>, Number);
  if (dtype === 'float32') {
    const elements = decided(() => numbers.map(scalarOfFloat));
    return elements && { dtype, shape, elements };
  }
  return numbers.every(Number.isSafeInteger) ? { dtype, shape, elements: numbers } : undefined;
}

const knownShape = ({ shape }: Value): readonly number[] | undefined =>
  shape.every((size) => typeof size === 'number') ? shape : undefined;

function dependsOnSizes(op: Op): boolean {
  const found = op.kind === 'compute' && f.hasPart(op.formula, ({ kind }) => kind === 'size');
  const dims = op.kind === 'slice' ? [...op.starts, ...op.sizes] : op.kind === 'pad' ? op.padding.flat() : [];
  return found || dims.some((dim) => typeof dim !== 'number');
}

function decided<T>(compute: () => T): T | undefined {
  try {
    return compute();
  } catch (error) {
    // An index outside is an error of the call, not of the model.
    if (error instanceof Undecided || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What a function gives for every index of a shape, in row-major order. */
function overIndices<T>(shape: readonly number[], each: (index: readonly number[]) => T): T[] {
  const index = shape.map(() => 0);
  return Array.from({ length: volume(shape) }, () => {
    const element = each(index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
    return element;
  });
}

const computed = (
  { formula }: Extract<Op, { kind: 'compute' }>,
  shape: readonly number[],
  inputs: readonly SymbolicContent[],
  arithmetic: ScalarArithmetic,
): Scalar[] => overIndices(shape, (index) => evaluateSizes(formula, inputs, index, arithmetic));

const mapped = (
  { expression }: Extract<Op, { kind: 'elementwise' }>,
  shape: readonly number[],
  inputs: readonly SymbolicContent[],
  arithmetic: ScalarArithmetic,
): Scalar[] =>
  overIndices(shape, (index) =>
    evaluateRatios(
      expression,
      inputs.map(({ shape: own, elements }) => {
        const at = own.reduce(
          (position, size, axis) => position * size + (size === 1 ? 0 : index[axis + shape.length - own.length]!),
          0,
        );
        return elements[at]!;
      }),
      arithmetic,
    ),
  );

/** Moves positions in the place of elements, and looks up what stands there. */
function moved(node: Node, shape: readonly number[], inputs: readonly SymbolicContent[]): Scalar[] | undefined {
  if (!movers.has(node.op.kind) || dependsOnSizes(node.op)) return undefined;
  const sources = node.op.kind === 'gather' ? inputs.slice(0, 1) : inputs;
  const all = sources.flatMap(({ elements }) => elements);
  let start = 0;
  const positions = sources.map(({ shape: from, elements }): Tensor => {
    const data = Int32Array.from(elements, (_, at) => start + at);
    start += elements.length;
    return { dtype: 'int32', shape: from, data };
  });
  const indices = inputs.slice(sources.length).map(({ shape: own, elements }): Tensor => {
    return { dtype: 'int32', shape: own, data: Int32Array.from(elements, (index) => numberOf(index) ?? undecided()) };
  });
  const outputs = [{ ...node.outputs[0]!, dtype: 'int32', shape } as Value];
  const context = { size: (dim: Dim) => valueOf(dim, none)! };
  const [result] = evaluateNode({ ...node, outputs }, [...positions, ...indices], context);
  return Array.from(result!.data as Int32Array, (position) => all[position]!);
}
