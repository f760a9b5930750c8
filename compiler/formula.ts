/**
 * Formulas: what op `compute` gives for one element of its output, from the element's index and elements of the inputs
 * at indices that are computed too. Scalars are f32, f64, i32 or i64; stored uint8, int8 and bool elements are i32, and
 * a comparison is i32 0 or 1. Integers wrap around. An element is loaded unchecked: its indices must be inside the
 * tensor by construction, behind a `select` that keeps them so, or after a `check`.
 */
import type { Dim } from './dim.js';
import { InternalError } from './errors.js';
import type { UnaryFunction } from './functions.js';
import type { DType } from './tensor.js';

export type ScalarType = 'f32' | 'f64' | 'i32' | 'i64';

/** Integers have `negate` and `absolute` of these, f64 the ones that are no function of the vector library. */
export type FormulaUnary = 'truncate' | 'isNaN' | UnaryFunction;

/**
 * Division of integers truncates; by zero it gives 0, as `remainder` gives the dividend. `remainder` has the sign of the
 * dividend. Shifts take the amount modulo the width; `shiftRight` fills with zeros within the `bits` of the left type.
 */
export type FormulaBinary =
  | ('add' | 'subtract' | 'multiply' | 'divide' | 'minimum' | 'maximum' | 'remainder' | 'power')
  | ('and' | 'or' | 'xor' | 'shiftLeft' | 'shiftRight');

export type Comparison = 'equal' | 'notEqual' | 'less' | 'lessOrEqual' | 'greater' | 'greaterOrEqual';

export type Formula =
  | { readonly kind: 'number'; readonly type: ScalarType; readonly value: number | bigint }
  /** The element's index along an axis of the output, i32. */
  | { readonly kind: 'axis'; readonly axis: number }
  /** A size, i32. */
  | { readonly kind: 'size'; readonly size: Dim }
  /** An element of an input, by an i32 index for each of its axes. */
  | { readonly kind: 'load'; readonly input: number; readonly indices: readonly Formula[] }
  /** What the output has before this element along an axis, whose index must not be 0. */
  | { readonly kind: 'previous'; readonly axis: number; readonly type: ScalarType }
  | { readonly kind: 'unary'; readonly fn: FormulaUnary; readonly x: Formula }
  | { readonly kind: 'binary'; readonly fn: FormulaBinary; readonly left: Formula; readonly right: Formula }
  | { readonly kind: 'compare'; readonly fn: Comparison; readonly left: Formula; readonly right: Formula }
  /** Only the chosen side is computed. */
  | { readonly kind: 'select'; readonly condition: Formula; readonly yes: Formula; readonly no: Formula }
  /** Saturating from float to integer (NaN gives 0), wrapping from i64 to i32, rounding to float. */
  | { readonly kind: 'convert'; readonly to: ScalarType; readonly x: Formula }
  /** The same bits as another type of that width. */
  | { readonly kind: 'reinterpret'; readonly to: ScalarType; readonly x: Formula }
  | { readonly kind: 'name'; readonly name: string; readonly type: ScalarType }
  | { readonly kind: 'let'; readonly name: string; readonly value: Formula; readonly body: Formula }
  /**
   * Counts `index` from 0 to `count` − 1 and gives every state its next value, all at once, then the result. States and
   * `index` are names in `next` and, but for `index`, in `result`.
   */
  | {
      readonly kind: 'fold';
      readonly index: string;
      readonly count: Formula;
      readonly states: readonly { readonly name: string; readonly initial: Formula; readonly next: Formula }[];
      readonly result: Formula;
    }
  /** `body` if the condition holds; else `forward` fails with status `index`, and `position` (i32) says where. */
  | { readonly kind: 'check'; readonly condition: Formula; readonly position: Formula; readonly body: Formula };

type Number_ = Extract<Formula, { kind: 'number' }>;

export const i32 = (value: number): Number_ => ({ kind: 'number', type: 'i32', value });
export const i64 = (value: number | bigint): Number_ => ({ kind: 'number', type: 'i64', value: BigInt(value) });
export const f32 = (value: number): Number_ => ({ kind: 'number', type: 'f32', value });
export const f64 = (value: number): Number_ => ({ kind: 'number', type: 'f64', value });
export const number = (type: ScalarType, value: number | bigint): Number_ =>
  type === 'i64' ? i64(value) : { kind: 'number', type, value: Number(value) };

export const axis = (index: number): Formula => ({ kind: 'axis', axis: index });
export const size = (dim: Dim): Formula => (typeof dim === 'number' ? i32(dim) : { kind: 'size', size: dim });
export const load = (input: number, indices: readonly Formula[]): Formula => ({ kind: 'load', input, indices });
export const previous = (index: number, type: ScalarType): Formula => ({ kind: 'previous', axis: index, type });
export const unary = (fn: FormulaUnary, x: Formula): Formula => ({ kind: 'unary', fn, x });
export const binary = (fn: FormulaBinary, left: Formula, right: Formula): Formula => ({
  kind: 'binary',
  fn,
  left,
  right,
});
export const compare = (fn: Comparison, left: Formula, right: Formula): Formula => ({
  kind: 'compare',
  fn,
  left,
  right,
});
export const select = (condition: Formula, yes: Formula, no: Formula): Formula => ({
  kind: 'select',
  condition,
  yes,
  no,
});
export const convert = (to: ScalarType, x: Formula): Formula => ({ kind: 'convert', to, x });
export const reinterpret = (to: ScalarType, x: Formula): Formula => ({ kind: 'reinterpret', to, x });
export const check = (condition: Formula, position: Formula, body: Formula): Formula => ({
  kind: 'check',
  condition,
  position,
  body,
});

const isNumber = (formula: Formula, value: number): boolean =>
  formula.kind === 'number' && Number(formula.value) === value && formula.type.startsWith('i');
const literals = (left: Formula, right: Formula): readonly [number, number] | undefined =>
  left.kind === 'number' && right.kind === 'number' && left.type === 'i32' && right.type === 'i32'
    ? [Number(left.value), Number(right.value)]
    : undefined;

/** Sums and products of i32 numbers are folded, since index arithmetic is mostly that. */
export function add(left: Formula, right: Formula): Formula {
  const both = literals(left, right);
  if (both) return i32((both[0] + both[1]) | 0);
  return isNumber(left, 0) ? right : isNumber(right, 0) ? left : binary('add', left, right);
}
export function sub(left: Formula, right: Formula): Formula {
  const both = literals(left, right);
  if (both) return i32((both[0] - both[1]) | 0);
  return isNumber(right, 0) ? left : binary('subtract', left, right);
}
export function mul(left: Formula, right: Formula): Formula {
  const both = literals(left, right);
  if (both) return i32(Math.imul(...both));
  return isNumber(left, 1) ? right : isNumber(right, 1) ? left : binary('multiply', left, right);
}
export const div = (left: Formula, right: Formula): Formula => binary('divide', left, right);
export const min = (left: Formula, right: Formula): Formula => binary('minimum', left, right);
export const max = (left: Formula, right: Formula): Formula => binary('maximum', left, right);
export const and = (left: Formula, right: Formula): Formula => binary('and', left, right);
export const or = (left: Formula, right: Formula): Formula => binary('or', left, right);
export const less = (left: Formula, right: Formula): Formula => compare('less', left, right);
export const equal = (left: Formula, right: Formula): Formula => compare('equal', left, right);
export const clamp = (x: Formula, low: Formula, high: Formula): Formula => min(max(x, low), high);
/** Whether 0 ≤ index < size, for i32. */
export const inside = (index: Formula, length: Formula): Formula =>
  and(compare('greaterOrEqual', index, i32(0)), less(index, length));

let names = 0;
const fresh = (): string => `t${names++}`;

/** Computes a value once for all its uses in the body. */
export function bind(value: Formula, type: ScalarType, body: (name: Formula) => Formula): Formula {
  const name = fresh();
  return { kind: 'let', name, value, body: body({ kind: 'name', name, type }) };
}

/** One state of a fold. */
export interface State {
  readonly type: ScalarType;
  readonly initial: Formula;
}

/**
 * A loop. All next values are computed from the states before.
 * @param count i32
 * @param step the next value of each state
 */
export function fold(
  count: Formula,
  states: readonly State[],
  step: (index: Formula, states: readonly Formula[]) => readonly Formula[],
  result: (states: readonly Formula[]) => Formula,
): Formula {
  const index = fresh();
  const list = states.map(({ type }): Formula => ({ kind: 'name', name: fresh(), type }));
  const next = step({ kind: 'name', name: index, type: 'i32' }, list);
  return {
    kind: 'fold',
    index,
    count,
    states: states.map(({ initial }, at) => ({
      name: (list[at] as Extract<Formula, { kind: 'name' }>).name,
      initial,
      next: next[at]!,
    })),
    result: result(list),
  };
}

/** The sum of a term over all indices below the counts, in the order of the indices, the last one fastest. */
export const sum = (
  type: ScalarType,
  counts: readonly Formula[],
  term: (indices: readonly Formula[]) => Formula,
): Formula => accumulate(number(type, 0), type, counts, (total, indices) => add(total, term(indices)));

/** Folds one state over all indices below the counts, the last one fastest. */
export function accumulate(
  initial: Formula,
  type: ScalarType,
  counts: readonly Formula[],
  next: (state: Formula, indices: readonly Formula[]) => Formula,
): Formula {
  const level = (state: Formula, indices: readonly Formula[]): Formula => {
    const count = counts[indices.length];
    if (count === undefined) return next(state, indices);
    return fold(
      count,
      [{ type, initial: state }],
      (index, [inner]) => [level(inner!, [...indices, index])],
      ([total]) => total!,
    );
  };
  return level(initial, []);
}

const scalarTypes: Readonly<Record<DType, ScalarType>> = {
  float32: 'f32',
  int32: 'i32',
  int64: 'i64',
  uint8: 'i32',
  int8: 'i32',
  bool: 'i32',
};

/** The type that stored elements are computed in. */
export const scalarOf = (dtype: DType): ScalarType => scalarTypes[dtype];

/** The type of a formula over inputs of these dtypes. */
export function typeOf(formula: Formula, inputs: readonly DType[]): ScalarType {
  switch (formula.kind) {
    case 'number':
    case 'name':
    case 'previous':
      return formula.type;
    case 'axis':
    case 'size':
    case 'compare':
      return 'i32';
    case 'load': {
      const dtype = inputs[formula.input];
      if (dtype === undefined) throw new InternalError(`a formula loads from input ${formula.input}, which is missing`);
      return scalarOf(dtype);
    }
    case 'unary':
      return formula.fn === 'isNaN' ? 'i32' : typeOf(formula.x, inputs);
    case 'binary':
      return typeOf(formula.left, inputs);
    case 'select':
      return typeOf(formula.yes, inputs);
    case 'convert':
    case 'reinterpret':
      return formula.to;
    case 'let':
    case 'check':
      return typeOf(formula.body, inputs);
    case 'fold':
      return typeOf(formula.result, inputs);
  }
}

/** What is wrong with the types of a formula over inputs of these dtypes, undefined for nothing. */
export function typeFault(formula: Formula, inputs: readonly DType[]): string | undefined {
  const typed = (part: Formula): ScalarType => typeOf(part, inputs);
  let fault: string | undefined;
  const expect = (what: string, part: Formula, expected: ScalarType): void => {
    const type = typed(part);
    if (type !== expected) fault ??= `${what} of type ${type} where ${expected} is needed`;
  };
  forEachPart(formula, (part) => {
    switch (part.kind) {
      case 'load':
        for (const index of part.indices) expect('an index', index, 'i32');
        break;
      case 'binary':
      case 'compare':
        expect(part.fn, part.right, typed(part.left));
        break;
      case 'select':
        expect('a condition', part.condition, 'i32');
        expect('a choice', part.no, typed(part.yes));
        break;
      case 'check':
        expect('a condition', part.condition, 'i32');
        break;
      case 'fold':
        for (const { initial, next } of part.states) expect('a state', next, typed(initial));
        break;
      default:
    }
  });
  return fault;
}

/** The same formula with others in the places of its parts; parts are visited in the order in which they are computed. */
export function mapParts(formula: Formula, map: (part: Formula) => Formula): Formula {
  switch (formula.kind) {
    case 'number':
    case 'axis':
    case 'size':
    case 'name':
    case 'previous':
      return formula;
    case 'load':
      return { ...formula, indices: formula.indices.map(map) };
    case 'unary':
    case 'convert':
    case 'reinterpret':
      return { ...formula, x: map(formula.x) };
    case 'binary':
    case 'compare':
      return { ...formula, left: map(formula.left), right: map(formula.right) };
    case 'select':
      return { ...formula, condition: map(formula.condition), yes: map(formula.yes), no: map(formula.no) };
    case 'let':
      return { ...formula, value: map(formula.value), body: map(formula.body) };
    case 'check':
      return {
        ...formula,
        condition: map(formula.condition),
        position: map(formula.position),
        body: map(formula.body),
      };
    case 'fold': {
      const count = map(formula.count);
      const initials = formula.states.map(({ initial }) => map(initial));
      const states = formula.states.map(({ name, next }, at) => ({ name, initial: initials[at]!, next: map(next) }));
      return { ...formula, count, states, result: map(formula.result) };
    }
  }
}

/** Renames what a formula binds in the order of appearance, so that equal formulas are written equally. */
export function canonical(formula: Formula): Formula {
  let count = 0;
  const rename = (part: Formula, scope: ReadonlyMap<string, string>): Formula => {
    const inner = (next: Formula): Formula => rename(next, scope);
    if (part.kind === 'name') return { ...part, name: scope.get(part.name) ?? part.name };
    if (part.kind === 'let') {
      const name = `v${count++}`;
      const extended = new Map(scope).set(part.name, name);
      return { kind: 'let', name, value: inner(part.value), body: rename(part.body, extended) };
    }
    if (part.kind !== 'fold') return mapParts(part, inner);
    const extended = new Map(scope);
    const index = `v${count++}`;
    extended.set(part.index, index);
    const fresh = part.states.map(({ name }) => {
      const to = `v${count++}`;
      extended.set(name, to);
      return to;
    });
    return {
      kind: 'fold',
      index,
      count: inner(part.count),
      states: part.states.map(({ initial, next }, at) => ({
        name: fresh[at]!,
        initial: inner(initial),
        next: rename(next, extended),
      })),
      result: rename(part.result, extended),
    };
  };
  return rename(formula, new Map());
}

/** Visits a formula and all its parts. */
export function forEachPart(formula: Formula, visit: (part: Formula) => void): void {
  visit(formula);
  mapParts(formula, (part) => {
    forEachPart(part, visit);
    return part;
  });
}

/** Whether a formula has a part of which something holds. */
export function hasPart(formula: Formula, holds: (part: Formula) => boolean): boolean {
  let found = false;
  forEachPart(formula, (part) => {
    found ||= holds(part);
  });
  return found;
}

/** A formula as graphs print it: `load0(axis0) + 1`. */
export function printFormula(formula: Formula, show: (dim: Dim) => string): string {
  const text = (part: Formula): string => {
    switch (part.kind) {
      case 'number':
        return String(part.value);
      case 'axis':
        return `i${part.axis}`;
      case 'size':
        return show(part.size);
      case 'load':
        return `$${part.input}[${part.indices.map(text).join(', ')}]`;
      case 'previous':
        return `before${part.axis}`;
      case 'unary':
        return `${part.fn}(${text(part.x)})`;
      case 'binary':
      case 'compare':
        return `${part.fn}(${text(part.left)}, ${text(part.right)})`;
      case 'select':
        return `(${text(part.condition)} ? ${text(part.yes)} : ${text(part.no)})`;
      case 'convert':
      case 'reinterpret':
        return `${part.kind === 'convert' ? part.to : `${part.to} bits`}(${text(part.x)})`;
      case 'name':
        return part.name;
      case 'let':
        return `{${part.name} = ${text(part.value)}; ${text(part.body)}}`;
      case 'check':
        return `{check ${text(part.condition)}; ${text(part.body)}}`;
      case 'fold': {
        const states = part.states.map(({ name, initial, next }) => `${name} = ${text(initial)} → ${text(next)}`);
        return `{${part.index} < ${text(part.count)}: ${states.join(', ')}; ${text(part.result)}}`;
      }
    }
  };
  return text(formula);
}
