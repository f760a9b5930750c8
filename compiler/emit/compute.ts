import type { Dim } from '../dim.js';
import { hasPart } from '../formula.js';
import type { Compute } from '../plan/types.js';
import type { DType } from '../tensor.js';
import { bytesPerElement } from '../tensor.js';
import { i32, none, type Module, type Ref } from './binaryen.js';
import { addressRef, Locals, sizeRef, when } from './code.js';
import { elementAddress, emitFormula, loadElement } from './formula.js';
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

/** Parameters: output, operands. */
function emitNest(linker: Linker, name: string, step: Compute): void {
  const { module } = linker;
  const params = new Array<number>(1 + step.operands.length).fill(i32);
  const locals = new Locals(module, params);
  const output = locals.parameter(0);
  const { sizes, dtype } = step;
  const counters = sizes.map((size) => (size === 1 ? undefined : locals.make(i32)));
  const checked = hasChecks(step);
  const value = emitFormula(step.formula, {
    linker,
    locals,
    operands: step.operands.map((operand, at) => ({
      dtype: operand.dtype,
      base: locals.parameter(1 + at).get,
      strides: operand.strides.map((stride) => () => sizeRef(module, stride)),
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
  const bytes = module.i32.const(bytesPerElement(dtype));
  let body: Ref[] = [storeElement(module, dtype, output.get(), value), output.set(module.i32.add(output.get(), bytes))];
  counters.forEach((_, reverse) => {
    const axis = sizes.length - 1 - reverse;
    const counter = counters[axis];
    if (!counter) return;
    const label = `axis${axis}`;
    const loop = module.loop(
      label,
      when(
        module,
        module.i32.lt_u(counter.get(), sizeRef(module, sizes[axis]!)),
        ...body,
        counter.set(module.i32.add(counter.get(), module.i32.const(1))),
        module.br(label),
      ),
    );
    body = [counter.set(module.i32.const(0)), loop];
  });
  linker.add(name, params, checked ? i32 : none, locals, [...body, ...(checked ? [module.i32.const(0)] : [])]);
}
