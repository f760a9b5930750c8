import { InternalError } from '../errors.js';
import {
  childrenOf,
  keyOf,
  type BinaryFunction,
  type Comparison,
  type Expression,
  type FunctionCall,
  type UnaryFunction,
} from '../ir.js';
import { v128, type Module, type Ref } from './binaryen.js';
import type { Locals } from './code.js';

interface MathLibrary {
  readonly module: Module;
  call(name: string, args: Ref[], result: number): Ref;
  /** A function of vectors in a loop. */
  compute(name: string, args: Ref[], locals: Locals): Ref;
  isInlined(name: string): boolean;
  /** Calls a user's function of scalars. */
  callFunction(name: string, args: Ref[]): Ref;
}

interface Surroundings {
  /** Four elements of an input. */
  readonly input: (index: number) => Ref;
  /** Receives code that must run before the value is used. */
  readonly before: Ref[];
  /** A constant in all lanes; by default spelled out where it is used. */
  readonly constant?: (value: number) => Ref;
  /** Whether the code runs many times, so that functions it uses are worth a copy. */
  readonly repeats?: boolean;
  /** How many lanes hold elements: 1 leaves the others undefined. */
  readonly lanes?: 1 | 4;
}

const native: Readonly<Partial<Record<UnaryFunction, (module: Module, x: Ref) => Ref>>> = {
  negate: (module, x) => module.f32x4.neg(x),
  absolute: (module, x) => module.f32x4.abs(x),
  floor: (module, x) => module.f32x4.floor(x),
  ceil: (module, x) => module.f32x4.ceil(x),
  round: (module, x) => module.f32x4.nearest(x),
  squareRoot: (module, x) => module.f32x4.sqrt(x),
};

const operators = { add: 'add', subtract: 'sub', multiply: 'mul', divide: 'div' } as const;
const comparisons = { less: 'lt', lessOrEqual: 'le', equal: 'eq' } as const satisfies Record<Comparison, string>;

const isNumber = (expression: Expression): boolean => expression.kind === 'constant' && !Number.isNaN(expression.value);

/** Four lanes of an expression. A sub-expression that occurs twice is computed once. */
export function emitExpression(
  library: MathLibrary,
  locals: Locals,
  root: Expression,
  { input, before, constant, repeats = false, lanes = 4 }: Surroundings,
): Ref {
  const { module } = library;
  const uses = countUses(root);
  const shared = new Map<string, () => Ref>();

  const emit = (expression: Expression): Ref => {
    if (expression.kind === 'constant') {
      return constant?.(expression.value) ?? module.f32x4.splat(module.f32.const(expression.value));
    }
    const key = keyOf(expression);
    const known = shared.get(key);
    if (known) return known();
    const value = compute(expression);
    if (uses.get(key)! < 2) return value;
    const local = locals.make(v128);
    before.push(local.set(value));
    shared.set(key, local.get);
    return local.get();
  };

  const compute = (expression: Exclude<Expression, { kind: 'constant' }>): Ref => {
    switch (expression.kind) {
      case 'input':
        return input(expression.index);
      case 'unary': {
        const x = emit(expression.x);
        const operation = native[expression.fn];
        if (operation) return operation(module, x);
        return repeats ? library.compute(expression.fn, [x], locals) : library.call(expression.fn, [x], v128);
      }
      case 'binary': {
        const left = emit(expression.left);
        return emitBinary(library, expression.fn, left, emit(expression.right), expression);
      }
      case 'select': {
        const left = emit(expression.left);
        const mask = module.f32x4[comparisons[expression.fn]](left, emit(expression.right));
        const yes = emit(expression.yes);
        return module.v128.bitselect(yes, emit(expression.no), mask);
      }
      case 'call':
        return emitCall(expression);
    }
  };

  /** A user's function lane by lane. */
  const emitCall = (call: FunctionCall): Ref => {
    if (lanes > 1 && !call.total)
      throw new InternalError(`${call.function} may not return in lanes without an element`);
    const args = call.args.map((arg): ((lane: number) => Ref) => {
      if (arg.kind === 'constant') return () => module.f32.const(arg.value);
      const vector = locals.make(v128);
      before.push(vector.set(emit(arg)));
      return (lane) => module.f32x4.extract_lane(vector.get(), lane);
    });
    const result = (lane: number): Ref =>
      library.callFunction(
        call.function,
        args.map((arg) => arg(lane)),
      );
    let vector = module.f32x4.splat(result(0));
    for (let lane = 1; lane < lanes; lane++) vector = module.f32x4.replace_lane(vector, lane, result(lane));
    return vector;
  };
  return emit(root);
}

function emitBinary(
  library: MathLibrary,
  fn: BinaryFunction,
  left: Ref,
  right: Ref,
  source: Extract<Expression, { kind: 'binary' }>,
): Ref {
  const { module } = library;
  if (fn === 'power' || fn === 'remainder' || fn === 'modulo') return library.call(fn, [left, right], v128);
  if (fn !== 'maximum' && fn !== 'minimum') return module.f32x4[operators[fn]](left, right);
  // pmin and pmax are single instructions and keep a NaN in their first operand: enough beside a constant.
  const { f32x4 } = module;
  const [quick, full] = fn === 'maximum' ? [f32x4.pmax, f32x4.max] : [f32x4.pmin, f32x4.min];
  if (isNumber(source.right)) return quick(left, right);
  return isNumber(source.left) ? quick(right, left) : full(left, right);
}

/** Whether an expression has a function that loops take the body of. */
export function hasInlined(library: MathLibrary, expression: Expression): boolean {
  if (expression.kind === 'unary' && !native[expression.fn] && library.isInlined(expression.fn)) return true;
  return childrenOf(expression).some((child) => hasInlined(library, child));
}

function countUses(root: Expression): Map<string, number> {
  const uses = new Map<string, number>();
  const visit = (expression: Expression): void => {
    const key = keyOf(expression);
    uses.set(key, (uses.get(key) ?? 0) + 1);
    if (uses.get(key)! > 1) return;
    childrenOf(expression).forEach(visit);
  };
  visit(root);
  return uses;
}
