import type { Dim } from '../dim.js';
import { InternalError } from '../errors.js';
import { typeOf, type Comparison, type Formula, type FormulaUnary, type ScalarType } from '../formula.js';
import type { DType } from '../tensor.js';
import { f32, f64, i32, i64, v128, type Module, type Ref, type Type } from './binaryen.js';
import type { Locals } from './code.js';
import type { Linker } from './linker.js';

const wasmTypes: Readonly<Record<ScalarType, Type>> = { i32, i64, f32, f64 };

/** Where the elements of a formula's inputs stand. */
export interface Operand {
  readonly dtype: DType;
  readonly base: () => Ref;
  /** Elements from one position to the next along each axis. */
  readonly strides: readonly (() => Ref)[];
}

export interface FormulaScope {
  readonly linker: Linker;
  readonly locals: Locals;
  readonly operands: readonly Operand[];
  /** The element's index along an axis. */
  readonly axis: (axis: number) => Ref;
  readonly size: (dim: Dim) => Ref;
  /** What the output has before the element along an axis. */
  readonly previous: (axis: number) => Ref;
  /** Leaves the function because a check failed; `position` is i32. */
  readonly fail: (position: Ref) => Ref;
}

/** Loads an element of a dtype at an address. */
export function loadElement({ i32, i64, f32 }: Module, dtype: DType, address: Ref): Ref {
  switch (dtype) {
    case 'float32':
      return f32.load(0, 4, address);
    case 'int32':
      return i32.load(0, 4, address);
    case 'int64':
      return i64.load(0, 8, address);
    case 'int8':
      return i32.load8_s(0, 1, address);
    case 'uint8':
    case 'bool':
      return i32.load8_u(0, 1, address);
  }
}

const logBytes = (dtype: DType): number => (dtype === 'int64' ? 3 : dtype === 'float32' || dtype === 'int32' ? 2 : 0);

/** The address of the element at a position counted in elements. */
export function elementAddress({ i32 }: Module, dtype: DType, base: Ref, position: Ref): Ref {
  const log = logBytes(dtype);
  return i32.add(base, log === 0 ? position : i32.shl(position, i32.const(log)));
}

const comparisons: Readonly<Record<Comparison, readonly [whole: string, real: string]>> = {
  equal: ['eq', 'eq'],
  notEqual: ['ne', 'ne'],
  less: ['lt_s', 'lt'],
  lessOrEqual: ['le_s', 'le'],
  greater: ['gt_s', 'gt'],
  greaterOrEqual: ['ge_s', 'ge'],
};

const wholeOperators = {
  add: 'add',
  subtract: 'sub',
  multiply: 'mul',
  and: 'and',
  or: 'or',
  xor: 'xor',
  shiftLeft: 'shl',
  shiftRight: 'shr_u',
} as const;
const realOperators = { add: 'add', subtract: 'sub', multiply: 'mul', divide: 'div', minimum: 'min', maximum: 'max' };
const realNative: Readonly<Partial<Record<FormulaUnary, string>>> = {
  negate: 'neg',
  absolute: 'abs',
  squareRoot: 'sqrt',
  floor: 'floor',
  ceil: 'ceil',
  truncate: 'trunc',
  round: 'nearest',
};

type Namespace = Readonly<Record<string, (...args: Ref[]) => Ref>>;

/** Formulas of one function, which share the names that are defined. */
export interface FormulaEmitter {
  /** Code that leaves a formula's value. */
  emit(formula: Formula): Ref;
  /** Code that computes a value once, for the formulas that name it. */
  define(name: string, value: Formula): Ref;
  /** Code that leaves the function unless a condition holds. */
  check(condition: Formula, position: Formula): Ref;
}

export function formulaEmitter(scope: FormulaScope): FormulaEmitter {
  const { linker, locals, operands } = scope;
  const { module } = linker;
  const dtypes = operands.map(({ dtype }) => dtype);
  const names = new Map<string, ReturnType<Locals['make']>>();
  const typed = (part: Formula): ScalarType => typeOf(part, dtypes);
  const space = (type: ScalarType): Namespace => module[type] as unknown as Namespace;
  const local = (name: string, type: ScalarType): ReturnType<Locals['make']> => {
    const made = locals.make(wasmTypes[type]);
    names.set(name, made);
    return made;
  };
  const block = (parts: readonly Ref[], type: ScalarType): Ref => module.block(null, [...parts], wasmTypes[type]);

  const emit = (part: Formula): Ref => {
    switch (part.kind) {
      case 'number':
        return part.type === 'i64' ? module.i64.const(BigInt(part.value)) : module[part.type].const(Number(part.value));
      case 'axis':
        return scope.axis(part.axis);
      case 'size':
        return scope.size(part.size);
      case 'load':
        return emitLoad(part);
      case 'previous':
        return scope.previous(part.axis);
      case 'unary':
        return emitUnary(part);
      case 'binary':
        return emitBinary(part);
      case 'compare': {
        const type = typed(part.left);
        const [whole, real] = comparisons[part.fn];
        return space(type)[type.startsWith('i') ? whole : real]!(emit(part.left), emit(part.right));
      }
      case 'select':
        return module.if(emit(part.condition), emit(part.yes), emit(part.no));
      case 'convert':
        return emitConvert(part.to, typed(part.x), emit(part.x));
      case 'reinterpret':
        return space(part.to)['reinterpret']!(emit(part.x));
      case 'name':
        return names.get(part.name)!.get();
      case 'let':
        return block([define(part.name, part.value), emit(part.body)], typed(part));
      case 'check':
        return block([check(part.condition, part.position), emit(part.body)], typed(part));
      case 'fold':
        return emitFold(part);
    }
  };

  const define = (name: string, value: Formula): Ref => {
    const code = emit(value);
    return local(name, typed(value)).set(code);
  };
  const check = (condition: Formula, position: Formula): Ref =>
    module.if(module.i32.eqz(emit(condition)), scope.fail(emit(position)));

  const emitLoad = ({ input, indices }: Extract<Formula, { kind: 'load' }>): Ref => {
    const { dtype, base, strides } = operands[input]!;
    const terms = indices.flatMap((index, axis) =>
      index.kind === 'number' && index.value === 0 ? [] : [module.i32.mul(emit(index), strides[axis]!())],
    );
    if (terms.length === 0) return loadElement(module, dtype, base());
    const position = terms.reduce((left, right) => module.i32.add(left, right));
    return loadElement(module, dtype, elementAddress(module, dtype, base(), position));
  };

  const twice = (x: Formula, type: ScalarType, use: (get: () => Ref) => Ref): Ref => {
    const value = locals.make(wasmTypes[type]);
    return block([value.set(emit(x)), use(value.get)], type);
  };

  const emitUnary = ({ fn, x }: Extract<Formula, { kind: 'unary' }>): Ref => {
    const type = typed(x);
    if (fn === 'isNaN') {
      const value = locals.make(wasmTypes[type]);
      return block([value.set(emit(x)), space(type)['ne']!(value.get(), value.get())], 'i32');
    }
    if (type === 'i32' || type === 'i64') {
      const zero = (): Ref => (type === 'i32' ? module.i32.const(0) : module.i64.const(0n));
      const negated = (value: Ref): Ref => space(type)['sub']!(zero(), value);
      if (fn === 'negate') return negated(emit(x));
      if (fn === 'absolute')
        return twice(x, type, (get) => module.select(space(type)['lt_s']!(get(), zero()), negated(get()), get()));
      throw new InternalError(`${fn} of ${type}`);
    }
    const native = realNative[fn];
    if (native) return space(type)[native]!(emit(x));
    if (type !== 'f32') throw new InternalError(`${fn} of ${type}`);
    return throughLanes(fn, [emit(x)]);
  };

  /** A function of vectors, applied to one lane. */
  const throughLanes = (kernel: string, args: Ref[]): Ref =>
    module.f32x4.extract_lane(
      linker.call(
        kernel,
        args.map((arg) => module.f32x4.splat(arg)),
        v128,
      ),
      0,
    );

  const emitBinary = ({ fn, left, right }: Extract<Formula, { kind: 'binary' }>): Ref => {
    const type = typed(left);
    const own = space(type);
    const args = (): [Ref, Ref] => [emit(left), emit(right)];
    if (type === 'f32' || type === 'f64') {
      const native = realOperators[fn as keyof typeof realOperators] as string | undefined;
      if (native !== undefined) return own[native]!(...args());
      if (type === 'f32' && (fn === 'power' || fn === 'remainder')) return throughLanes(fn, args());
      throw new InternalError(`${fn} of ${type}`);
    }
    const operator = wholeOperators[fn as keyof typeof wholeOperators] as string | undefined;
    if (operator !== undefined) return own[operator]!(...args());
    const wide = type === 'i64';
    switch (fn) {
      case 'minimum':
      case 'maximum': {
        const [a, b] = [locals.make(wasmTypes[type]), locals.make(wasmTypes[type])];
        const holds = own[fn === 'minimum' ? 'lt_s' : 'gt_s']!(a.get(), b.get());
        return block([a.set(emit(left)), b.set(emit(right)), module.select(holds, a.get(), b.get())], type);
      }
      case 'divide':
      case 'remainder': {
        const divisor = right.kind === 'number' ? Number(right.value) : 0;
        if (divisor !== 0 && divisor !== -1) return own[fn === 'divide' ? 'div_s' : 'rem_s']!(...args());
        return linker.call(`${fn}${wide ? 'I64' : 'I32'}`, args(), wasmTypes[type]);
      }
      case 'power': {
        if (wide) return linker.call('powerI64', args(), i64);
        const extended = args().map((arg) => module.i64.extend_s(arg));
        return module.i32.wrap(linker.call('powerI64', extended, i64));
      }
      default:
        throw new InternalError(`${fn} of ${type}`);
    }
  };

  const emitConvert = (to: ScalarType, from: ScalarType, x: Ref): Ref => {
    if (to === from) return x;
    switch (to) {
      case 'i32':
        if (from === 'i64') return module.i32.wrap(x);
        return from === 'f32' ? module.i32.trunc_s_sat.f32(x) : module.i32.trunc_s_sat.f64(x);
      case 'i64':
        if (from === 'i32') return module.i64.extend_s(x);
        return from === 'f32' ? module.i64.trunc_s_sat.f32(x) : module.i64.trunc_s_sat.f64(x);
      case 'f32':
        if (from === 'f64') return module.f32.demote(x);
        return from === 'i32' ? module.f32.convert_s.i32(x) : module.f32.convert_s.i64(x);
      case 'f64':
        if (from === 'f32') return module.f64.promote(x);
        return from === 'i32' ? module.f64.convert_s.i32(x) : module.f64.convert_s.i64(x);
    }
  };

  const emitFold = (part: Extract<Formula, { kind: 'fold' }>): Ref => {
    const initials = part.states.map(({ initial }) => emit(initial));
    const end = locals.make(i32);
    const count = end.set(emit(part.count));
    const states = part.states.map(({ name, initial }) => local(name, typed(initial)));
    const index = local(part.index, 'i32');
    const nexts = part.states.map(({ next }) => emit(next));
    const next = part.states.map(({ initial }) => locals.make(wasmTypes[typed(initial)]));
    const label = `fold${labels++}`;
    const updates =
      states.length === 1
        ? [states[0]!.set(nexts[0]!)]
        : [...next.map((each, at) => each.set(nexts[at]!)), ...states.map((state, at) => state.set(next[at]!.get()))];
    const body = module.block(null, [
      ...updates,
      index.set(module.i32.add(index.get(), module.i32.const(1))),
      module.br(label),
    ]);
    return block(
      [
        ...states.map((state, at) => state.set(initials[at]!)),
        count,
        index.set(module.i32.const(0)),
        module.loop(label, module.if(module.i32.lt_s(index.get(), end.get()), body)),
        emit(part.result),
      ],
      typed(part),
    );
  };
  let labels = 0;
  return { emit, define, check };
}
