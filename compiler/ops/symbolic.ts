/** Formulas over sizes: what a computation of small integers gives when some of them are sizes known only when called. */
import { add, floorDiv, max, mul, sub, type Dim } from '../dim.js';
import type { Formula, FormulaBinary } from '../formula.js';

/** The computation does not follow when its sizes are unknown. */
export class Undecided extends Error {}

const undecided = (): never => {
  throw new Undecided();
};

const binary: Readonly<Partial<Record<FormulaBinary, (left: Dim, right: Dim) => Dim>>> = {
  add,
  subtract: sub,
  multiply: mul,
  // Sizes are not negative, so that truncation and floor agree.
  divide: (left, right) => (right === 0 ? undecided() : floorDiv(left, right)),
  maximum: max,
};

export interface SymbolicContent {
  readonly shape: readonly number[];
  readonly elements: readonly Dim[];
}

/**
 * The element at an index of a computation over integers.
 *
 * @throws Undecided where it takes a comparison of unknown sizes, or arithmetic that sizes have not
 */
export function evaluateSizes(formula: Formula, inputs: readonly SymbolicContent[], index: readonly number[]): Dim {
  const names = new Map<string, Dim>();
  const known = (part: Formula): number => {
    const value = evaluate(part);
    return typeof value === 'number' ? value : undecided();
  };
  const evaluate = (part: Formula): Dim => {
    switch (part.kind) {
      case 'number':
        return Number.isSafeInteger(Number(part.value)) ? Number(part.value) : undecided();
      case 'axis':
        return index[part.axis]!;
      case 'size':
        return part.size;
      case 'load': {
        const { shape, elements } = inputs[part.input]!;
        const at = part.indices.reduce((position, each, axis) => position * shape[axis]! + known(each), 0);
        return elements[at] ?? undecided();
      }
      case 'name':
        return names.get(part.name)!;
      case 'let':
        names.set(part.name, evaluate(part.value));
        return evaluate(part.body);
      case 'select':
        return known(part.condition) === 0 ? evaluate(part.no) : evaluate(part.yes);
      case 'check':
        return known(part.condition) === 0 ? undecided() : evaluate(part.body);
      case 'convert':
        return part.to.startsWith('i') ? evaluate(part.x) : undecided();
      case 'unary':
        return part.fn === 'negate' ? mul(evaluate(part.x), -1) : undecided();
      case 'binary': {
        const [left, right] = [evaluate(part.left), evaluate(part.right)];
        if (typeof left === 'number' && typeof right === 'number') return both(part.fn, left, right);
        return (binary[part.fn] ?? undecided)(left, right);
      }
      case 'compare': {
        const difference = sub(evaluate(part.left), evaluate(part.right));
        return typeof difference === 'number' ? compared(part.fn, difference) : undecided();
      }
      case 'fold': {
        const count = known(part.count);
        const set = (values: readonly Dim[]): void => {
          part.states.forEach(({ name }, at) => names.set(name, values[at]!));
        };
        set(part.states.map(({ initial }) => evaluate(initial)));
        for (let index = 0; index < count; index++) {
          const values = part.states.map(({ next }) => {
            names.set(part.index, index);
            return evaluate(next);
          });
          set(values);
        }
        return evaluate(part.result);
      }
      case 'previous':
      case 'reinterpret':
        return undecided();
    }
  };
  return evaluate(formula);
}

function both(fn: FormulaBinary, left: number, right: number): number {
  switch (fn) {
    case 'add':
      return left + right;
    case 'subtract':
      return left - right;
    case 'multiply':
      return left * right;
    case 'divide':
      return right === 0 ? 0 : Math.trunc(left / right);
    case 'remainder':
      return right === 0 ? left : left % right;
    case 'minimum':
      return Math.min(left, right);
    case 'maximum':
      return Math.max(left, right);
    case 'and':
      return (left === 0 || left === 1) && (right === 0 || right === 1) ? left & right : undecided();
    case 'or':
      return (left === 0 || left === 1) && (right === 0 || right === 1) ? left | right : undecided();
    default:
      return undecided();
  }
}

function compared(fn: Extract<Formula, { kind: 'compare' }>['fn'], difference: number): number {
  const holds = {
    equal: difference === 0,
    notEqual: difference !== 0,
    less: difference < 0,
    lessOrEqual: difference <= 0,
    greater: difference > 0,
    greaterOrEqual: difference >= 0,
  };
  return holds[fn] ? 1 : 0;
}
