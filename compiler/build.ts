import { equal, printDim, symbolsOf, type Dim } from './dim.js';
import { ShapeError } from './errors.js';
import { canonical, type Formula } from './formula.js';
import type {
  BinaryFunction,
  Comparison,
  CompiledFunction,
  Constraint,
  Expression,
  Node,
  Op,
  TensorType,
  UnaryFunction,
  Value,
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

/** Appends nodes while layers are lowered, and infers the shapes of what they define. */
export class Build implements Checks {
  readonly nodes: Node[] = [];
  readonly constraints: Constraint[] = [];
  /** What layers call the axes of values, by id. */
  readonly axes = new Map<number, readonly string[]>();
  private nextId = 0;

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
    const outputs = inferShapes(op, inputs, this).map((type) => this.value(type, this.subject));
    this.nodes.push({ op, inputs, outputs, origin: this.subject });
    return outputs;
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
      this.bind(got, expected);
      this.bind(expected, got);
    }
    const constraint = { rule, got, expected, subject: this.subject, message };
    const known = this.constraints.some(
      (other) => other.rule === rule && equal(other.got, got) && equal(other.expected, expected),
    );
    if (!known) this.constraints.push(constraint);
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
