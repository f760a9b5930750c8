import {
  dependsOn,
  equal,
  lowerBound,
  min,
  mul,
  nonNegative,
  printDim,
  product,
  sub,
  symbolsOf,
  upperBound,
  type Dim,
} from './dim.js';
import { ShapeError } from './errors.js';
import { canonical, type Formula } from './formula.js';
import {
  unbounded,
  type BinaryFunction,
  type BoundedSize,
  type Comparison,
  type CompiledFunction,
  type Constraint,
  type Expression,
  type Node,
  type Op,
  type State,
  type TensorType,
  type UnaryFunction,
  type Value,
} from './ir.js';
import { inferShapes, type Checks } from './ops/index.js';
import type { DType } from './tensor.js';

/** The element of input `index`. */
export const element = (index: number): Expression => ({ kind: 'input', index });
export const scalar = (value: number): Expression => ({ kind: 'constant', value });
export const unary = (fn: UnaryFunction, x: Expression): Expression => ({ kind: 'unary', fn, x });
export const binary = (fn: BinaryFunction, left: Expression, right: Expression): Expression => ({
  kind: 'binary',
  fn,
  left,
  right,
});

/** `left fn right ? yes : no` */
export const select = (
  fn: Comparison,
  left: Expression,
  right: Expression,
  yes: Expression,
  no: Expression,
): Expression => ({ kind: 'select', fn, left, right, yes, no });

/** Two open sizes that turned out to be one: `name` is replaced by `dim` everywhere. */
export class Rebind extends Error {
  constructor(
    readonly symbol: string,
    readonly dim: Dim,
  ) {
    super(`${symbol} is ${printDim(dim)}`);
  }
}

export interface SuppressionOptions {
  readonly centerPointBox: boolean;
  readonly maxOutputBoxes: number | Value;
  readonly iouThreshold: number | Value;
  readonly scoreThreshold: number | Value;
}

/** Dims are u32 in a module's table. */
const MOST_SIZE = 0xffffffff;

/** Appends nodes while layers are lowered, and infers the shapes of what they define. */
export class Build implements Checks {
  readonly nodes: Node[] = [];
  readonly constraints: Constraint[] = [];
  readonly states: State[] = [];
  /** What layers call the axes of values, by id. */
  readonly axes = new Map<number, readonly string[]>();
  private nextId = 0;
  /** The sizes that depend on data, with what they are at most. */
  readonly limits = new Map<string, Dim>();

  /**
   * @param isOpen whether a symbol stands for an input size nobody named, so that it may be bound to what it must be
   * @param functions the user's functions, once they are compiled
   */
  constructor(
    private readonly isOpen: (symbol: string) => boolean,
    /** The layer being lowered: the subject of errors. */
    public subject = 'graph',
    private readonly functions: ReadonlyMap<string, CompiledFunction> = new Map(),
  ) {}

  value(type: TensorType, name: string): Value {
    return Object.freeze({ id: this.nextId++, name, dtype: type.dtype, shape: type.shape });
  }

  /** Applies an op; throws a `ShapeError` on sizes that can never fit. */
  op(op: Op, inputs: readonly Value[]): Value {
    return this.outputsOf(op, inputs)[0]!;
  }

  /** The same for an op with several outputs. */
  outputsOf(op: Op, inputs: readonly Value[]): Value[] {
    const outputs = inferShapes(op, inputs, this).map((type) => {
      for (const size of type.shape) this.requireSize(size);
      return this.value(type, this.subject);
    });
    this.nodes.push({ op, inputs, outputs, origin: this.subject });
    return outputs;
  }

  /** What the last call left for this one, zero the first time, see `State`; `keep` says what is left for the next. */
  state(name: string, type: TensorType): Value {
    return this.value(type, `${this.subject}.${name}`);
  }

  keep(state: Value, next: Value): void {
    this.states.push({ name: state.name, value: state, next });
  }

  private requireSize(size: Dim): void {
    if (typeof size === 'number' && !(Number.isInteger(size) && size >= 0 && size <= MOST_SIZE)) {
      this.fail(`would give an axis of size ${size}`);
    }
  }

  /**
   * The size that an op defines when it runs.
   * @param max what it is at most, over other symbols
   */
  bounded(max: Dim): BoundedSize {
    const name = `${this.subject}.count${this.limits.size === 0 ? '' : this.limits.size}`;
    this.limits.set(name, upperBound(max, this.limits) ?? unbounded(this.subject, max));
    return { name, max };
  }

  /** The positions of elements that are not 0: int64 [rank, count]. */
  nonZero(x: Value): Value {
    return this.op({ kind: 'nonZero', count: this.bounded(product(x.shape)) }, [x]);
  }

  /** The slices along an axis, or the elements, for which a condition (bool, one axis) holds. */
  compress(x: Value, condition: Value, axis: number | null): Value {
    return this.op({ kind: 'compress', axis, count: this.bounded(condition.shape[0] ?? 1) }, [x, condition]);
  }

  /** The different slices along an axis, or elements: values, first indices, inverse, counts. */
  unique(x: Value, axis: number | null, sorted: boolean): Value[] {
    const count = this.bounded(axis === null ? product(x.shape) : (x.shape[axis] ?? 1));
    return this.outputsOf({ kind: 'unique', axis, sorted, count }, [x]);
  }

  /**
   * The best boxes of each class: int64 [count, 3] of batch, class and box. What is no number is a value of one element,
   * the most boxes of a class int64, thresholds float32.
   */
  nonMaxSuppression(boxes: Value, scores: Value, options: SuppressionOptions): Value {
    const { centerPointBox, maxOutputBoxes, iouThreshold, scoreThreshold } = options;
    const [batch = 1, classes = 1, many = 1] = scores.shape;
    const most = typeof maxOutputBoxes === 'number' ? maxOutputBoxes : null;
    const count = this.bounded(mul(mul(batch, classes), most === null ? many : min(many, most)));
    const constant = (value: number | Value, dtype: DType): Value => {
      if (typeof value !== 'number') return value;
      const data = dtype === 'int64' ? BigInt64Array.of(BigInt(value)) : Float32Array.of(value);
      return this.op({ kind: 'constant', tensor: { dtype, shape: [], data } }, []);
    };
    const limits = [
      constant(maxOutputBoxes, 'int64'),
      constant(iouThreshold, 'float32'),
      constant(scoreThreshold, 'float32'),
    ];
    return this.op({ kind: 'nonMaxSuppression', centerPointBox, most, count }, [boxes, scores, ...limits]);
  }

  elementwise(expression: Expression, ...inputs: Value[]): Value {
    return this.op({ kind: 'elementwise', expression }, inputs);
  }

  /** `fn` of two values, broadcast. */
  binary(fn: BinaryFunction, left: Value, right: Value): Value {
    return this.elementwise(binary(fn, element(0), element(1)), left, right);
  }

  /** A user's function of the elements of values, broadcast, and of numbers. */
  call(name: string, inputs: readonly Value[], options: readonly number[]): Value {
    const compiled = this.functions.get(name);
    if (compiled && compiled.inputs !== inputs.length) {
      const inputsText = compiled.inputs === 1 ? '1 input' : `${compiled.inputs} inputs`;
      this.fail(`${name} takes ${inputsText}, got ${inputs.length}`);
    }
    const args = [...inputs.map((_, index) => element(index)), ...options.map(scalar)];
    const call = { kind: 'call', function: name, args, total: compiled?.total ?? false } as const;
    return this.elementwise(call, ...inputs);
  }

  /** Each element of an output of this type by a formula of its index. */
  compute(dtype: DType, shape: readonly Dim[], formula: Formula, ...inputs: Value[]): Value {
    return this.op({ kind: 'compute', shape, dtype, formula: canonical(formula) }, inputs);
  }

  reshape(x: Value, shape: readonly Dim[]): Value {
    return this.op({ kind: 'reshape', shape }, [x]);
  }

  /**
   * Requires a size, now where both are known, otherwise in `infer`.
   * @param message what is wrong, with `{expected}` and `{got}` in the places of the sizes
   */
  require(rule: Constraint['rule'], got: Dim, expected: Dim, message: string): void {
    if (typeof got === 'number' && typeof expected === 'number') {
      if (rule === 'equal' ? got === expected : got >= expected) return;
      this.fail(fillIn(message, expected, got), expected, got);
    }
    if (rule === 'equal') {
      if (equal(got, expected)) return;
      this.refuseBounded(got, expected, message);
      this.bind(got, expected);
      this.bind(expected, got);
    }
    if (rule === 'atLeast' && (dependsOn(got, this.limits) || dependsOn(expected, this.limits))) {
      const least = lowerBound(sub(got, expected), this.limits);
      if (least === undefined || !nonNegative(least)) this.refuseBounded(got, expected, message);
      return;
    }
    const constraint = { rule, got, expected, subject: this.subject, message };
    const known = this.constraints.some(
      (other) => other.rule === rule && equal(other.got, got) && equal(other.expected, expected),
    );
    if (!known) this.constraints.push(constraint);
  }

  /** Refuses a requirement that only the data decide. */
  private refuseBounded(got: Dim, expected: Dim, message: string): void {
    const open = [...symbolsOf(got), ...symbolsOf(expected)].filter((name) => this.limits.has(name));
    if (open.length === 0) return;
    this.fail(
      `${fillIn(message, expected, got)}; ${open.join(', ')} depends on data and cannot be checked`,
      expected,
      got,
    );
  }

  /** Refuses the layer. */
  fail(what: string, expected?: Dim, got?: Dim): never {
    throw new ShapeError(
      'shape',
      this.subject,
      what,
      expected === undefined ? undefined : printDim(expected),
      got === undefined ? undefined : printDim(got),
    );
  }

  private bind(open: Dim, to: Dim): void {
    if (typeof open === 'number' || open.terms.length !== 1) return;
    const [term] = open.terms;
    const atom = term!.factors[0];
    const isSymbol = term!.coefficient === 1 && term!.factors.length === 1 && atom?.kind === 'symbol';
    // A size cannot be defined by itself: that stays a constraint.
    if (isSymbol && this.isOpen(atom.name) && !symbolsOf(to).has(atom.name)) {
      throw new Rebind(atom.name, to);
    }
  }
}

export const fillIn = (message: string, expected: Dim, got: Dim): string =>
  message.replaceAll('{expected}', printDim(expected)).replaceAll('{got}', printDim(got));
