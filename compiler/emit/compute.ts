import type { Dim } from '../dim.js';
import { hasPart, type Formula } from '../formula.js';
import type { Compute } from '../plan/types.js';
import type { DType } from '../tensor.js';
import { bytesPerElement } from '../tensor.js';
import { i32, none, type Module, type Ref } from './binaryen.js';
import { addressRef, Locals, sizeRef, when } from './code.js';
import { elementAddress, formulaEmitter, loadElement, type FormulaEmitter } from './formula.js';
import { hoistFormula, type Hoisted, type Statement } from './hoist.js';
import type { Linker } from './linker.js';

/** Whether a computation can fail: then its function returns 0, or 1 + the position at which a check failed. */
export const hasChecks = ({ formula }: Compute): boolean => hasPart(formula, ({ kind }) => kind === 'check');

/** Calls the generated function for a computation; those with one formula over the same sizes share it. */
export function emitCompute(linker: Linker, step: Compute, addressOf: (buffer: number) => Dim): Ref {
  const { module } = linker;
  const { formula, dtype, sizes } = step;
  const operands = step.operands.map(({ dtype: stored, strides }) => ({ stored, strides: strides.map(keyOf) }));
  const key = `compute ${JSON.stringify([formula, dtype, sizes.map(keyOf), operands], plain)}`;
  const name = linker.once(key, 'compute', (fresh) => emitNest(linker, fresh, step));
  const addresses = [step.output, ...step.operands.map(({ buffer }) => buffer)];
  return module.call(
    name,
    addresses.map((buffer) => addressRef(module, addressOf(buffer))),
    hasChecks(step) ? i32 : none,
  );
}

const keyOf = (dim: Dim): number | string => (typeof dim === 'number' ? dim : dim.key);
const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value);

function storeElement({ i32, i64, f32 }: Module, dtype: DType, address: Ref, value: Ref): Ref {
  switch (dtype) {
    case 'float32':
      return f32.store(0, 4, address, value);
    case 'int32':
      return i32.store(0, 4, address, value);
    case 'int64':
      return i64.store(0, 8, address, value);
    case 'bool':
      return i32.store8(0, 1, address, i32.ne(value, i32.const(0)));
    case 'int8':
    case 'uint8':
      return i32.store8(0, 1, address, value);
  }
}

const emitStatement = (emitter: FormulaEmitter, statement: Statement): Ref =>
  statement.kind === 'let'
    ? emitter.define(statement.name, statement.value)
    : emitter.check(statement.condition, statement.position);

/** The elements along the last axis as one run of an operand: which one, and the position at which it starts. */
function runOf(
  { sizes, dtype, operands }: Compute,
  { levels, body }: Hoisted,
): { readonly input: number; readonly position: Formula } | undefined {
  if (body.kind !== 'load' || operands[body.input]!.dtype !== dtype || sizes.length === 0) return undefined;
  const [position] = body.indices as readonly [Formula];
  const isLast = (part: Formula): boolean => part.kind === 'axis' && part.axis === sizes.length - 1;
  if (sizes.at(-1) === 1) return undefined;
  if (isLast(position)) return { input: body.input, position: { kind: 'number', type: 'i32', value: 0 } };
  if (position.kind !== 'binary' || position.fn !== 'add' || !isLast(position.right)) return undefined;
  const { left } = position;
  const within = levels[sizes.length] ?? [];
  const isAlong = (name: string): boolean => within.some((each) => each.kind === 'let' && each.name === name);
  const stands =
    left.kind === 'number' ||
    left.kind === 'size' ||
    (left.kind === 'axis' && !isLast(left)) ||
    (left.kind === 'name' && !isAlong(left.name));
  return stands ? { input: body.input, position: left } : undefined;
}

/** Parameters: output, operands. */
function emitNest(linker: Linker, name: string, step: Compute): void {
  const { module } = linker;
  const params = new Array<number>(1 + step.operands.length).fill(i32);
  const locals = new Locals(module, params);
  const output = locals.parameter(0);
  const { sizes, dtype } = step;
  const counters = sizes.map((size) => (size === 1 ? undefined : locals.make(i32)));
  const hoisted = hoistFormula(step.formula, sizes, step.operands);
  const { levels, body } = hoisted;
  const emitter = formulaEmitter({
    linker,
    locals,
    operands: step.operands.map((operand, at) => ({
      dtype: operand.dtype,
      base: locals.parameter(1 + at).get,
      strides: [() => module.i32.const(1)],
    })),
    axis: (axis) => counters[axis]?.get() ?? module.i32.const(0),
    size: (dim) => sizeRef(module, dim),
    previous: (axis) => {
      const inner = sizes.slice(axis + 1).map((size) => sizeRef(module, size));
      const stride = inner.reduce((left, right) => module.i32.mul(left, right), module.i32.const(-1));
      return loadElement(module, dtype, elementAddress(module, dtype, output.get(), stride));
    },
    fail: (position) => module.return(module.i32.add(position, module.i32.const(1))),
  });
  const before = levels.map((statements) => statements.map((statement) => emitStatement(emitter, statement)));
  const run = runOf(step, hoisted);
  // Binaryen changes expressions in place: each stands once.
  const bytes = (): Ref => module.i32.const(bytesPerElement(dtype));
  const runBytes = (): Ref => module.i32.mul(sizeRef(module, sizes.at(-1)!), bytes());
  let code: Ref[] = [...(before[sizes.length] ?? [])];
  if (run) {
    const source = step.operands[run.input]!;
    const start = elementAddress(
      module,
      source.dtype,
      locals.parameter(1 + run.input).get(),
      emitter.emit(run.position),
    );
    code.push(
      module.memory.copy(output.get(), start, runBytes()),
      output.set(module.i32.add(output.get(), runBytes())),
    );
  } else {
    code.push(
      storeElement(module, dtype, output.get(), emitter.emit(body)),
      output.set(module.i32.add(output.get(), bytes())),
    );
  }
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    const counter = counters[axis];
    if (counter && !(run && axis === sizes.length - 1)) {
      const label = `axis${axis}`;
      const loop = module.loop(
        label,
        when(
          module,
          module.i32.lt_u(counter.get(), sizeRef(module, sizes[axis]!)),
          ...code,
          counter.set(module.i32.add(counter.get(), module.i32.const(1))),
          module.br(label),
        ),
      );
      code = [counter.set(module.i32.const(0)), loop];
    }
    code.unshift(...(before[axis] ?? []));
  }
  const isChecked = hasChecks(step);
  const done = isChecked ? [module.i32.const(0)] : [];
  // What stands before a loop may load only where the loop has elements.
  const empty = sizes
    .filter((size) => typeof size !== 'number' || size === 0)
    .map((size) =>
      when(module, module.i32.eqz(sizeRef(module, size)), module.return(isChecked ? module.i32.const(0) : undefined)),
    );
  linker.add(name, params, isChecked ? i32 : none, locals, [...empty, ...code, ...done]);
}
