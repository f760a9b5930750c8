import type { Dim } from '../dim.js';
import { isTotal, type Expression } from '../ir.js';
import { rowPointers, type Recurrence, type RowPointer, type RowUpdate } from '../plan/types.js';
import { i32, none, v128, type Ref } from './binaryen.js';
import { Locals, when } from './code.js';
import { emitExpression } from './expression.js';
import { gemvOf } from './gemv.js';
import type { Linker } from './linker.js';

/** What takes the places of a recurrent kernel's placeholders, see assembly/template.ts. */
export function recurrenceTargets(
  linker: Linker,
  { product, units, columns, update, reset }: Recurrence,
  epilogue: Expression | null,
): Readonly<Record<string, string>> {
  const size = typeof units === 'number' ? units : null;
  const productOf = (count: Dim): string =>
    product === 'gemv' ? rowProduct(linker, [units, count], epilogue) : linker.template(product, epilogue);
  return {
    product: productOf(columns),
    update: rowUpdate(linker, update, size),
    ...(reset && { reset: rowUpdate(linker, reset, size), candidate: productOf(units) }),
  };
}

/** The product of one row with the parameters of `gemm`, with a body of its own where its sizes are known. */
function rowProduct(linker: Linker, [k, n]: readonly [Dim, Dim], epilogue: Expression | null): string {
  const known = typeof k === 'number' && typeof n === 'number';
  const gemv = known ? gemvOf(linker, { k, n }, epilogue) : linker.template('gemv', epilogue);
  return linker.once(`row ${gemv}`, 'row', (name) => {
    const { module } = linker;
    const params = new Array<number>(10).fill(i32);
    const used = [0, 1, 2, 3, 4, ...(known ? [] : [6, 7])].map((index) => module.local.get(index, i32));
    linker.add(name, params, none, new Locals(module, params), [module.call(gemv, used, none)]);
  });
}

/** The function of an update; rows are `units` long, or as long as its last parameter says. */
function rowUpdate(linker: Linker, update: RowUpdate, units: number | null): string {
  const key = `update ${JSON.stringify([update, units])}`;
  return linker.once(key, 'update', (name) => emitRow(linker, name, update, units));
}

type Local = ReturnType<Locals['make']>;

/** Vectors of four elements, and a last one of fewer; one by one where a user's function must not run beside elements. */
function emitRow(linker: Linker, name: string, { inputs, results }: RowUpdate, units: number | null): void {
  const { module } = linker;
  const params = new Array<number>(rowPointers.length + 1).fill(i32);
  const locals = new Locals(module, params);
  const pointer = (of: RowPointer): Local => locals.parameter(rowPointers.indexOf(of));
  const size = locals.parameter(rowPointers.length);
  const code: Ref[] = [];
  const bytes = (count: Ref): Ref => module.i32.shl(count, module.i32.const(2));

  // Rows of a known size are offsets of one pointer.
  const starts = inputs.map(({ pointer: of, part }): { readonly at: Local; readonly offset: number } => {
    if (units !== null || part === 0) return { at: pointer(of), offset: (units ?? 0) * 4 * part };
    const at = locals.make(i32);
    code.push(at.set(module.i32.add(pointer(of).get(), module.i32.mul(size.get(), module.i32.const(4 * part)))));
    return { at, offset: 0 };
  });
  const written = results.flatMap(({ to }) => to.map(pointer));
  const moving = [
    ...new Map([...starts.map(({ at }) => at), ...written].map((local) => [local.index, local])).values(),
  ];

  const constants = new Map<number, Local>();
  const constant = (value: number): Ref => {
    let local = constants.get(value);
    if (!local) {
      local = locals.make(v128);
      constants.set(value, local);
      code.push(local.set(module.f32x4.splat(module.f32.const(value))));
    }
    return local.get();
  };
  const lanes = results.every(({ expression }) => isTotal(expression)) ? 4 : 1;
  const load = lanes === 4 ? module.v128.load : module.v128.load32_splat;
  const element = (store: (at: Ref, value: Ref) => Ref): Ref[] => {
    const body: Ref[] = [];
    const values: Local[] = [];
    const input = (index: number): Ref => {
      if (index < results.length) return values[index]!.get();
      const { at, offset } = starts[index - results.length]!;
      return load.call(module.v128, offset, 4, at.get());
    };
    for (const { to, expression } of results) {
      const value = locals.make(v128);
      const before: Ref[] = [];
      const result = emitExpression(linker, locals, expression, { input, before, constant, lanes });
      body.push(...before, value.set(result), ...to.map((of) => store(pointer(of).get(), value.get())));
      values.push(value);
    }
    return body;
  };
  const step = 4 * lanes;
  const end = locals.make(i32);
  const whole = lanes === 4 ? module.i32.and(size.get(), module.i32.const(-4)) : size.get();
  const first = written[0]!;
  const body = element((at, value) =>
    lanes === 4 ? module.v128.store(0, 4, at, value) : module.v128.store32_lane(0, 4, 0, at, value),
  );
  const advance = moving.map((local) => local.set(module.i32.add(local.get(), module.i32.const(step))));
  const more = (): Ref => module.i32.lt_u(first.get(), end.get());
  const loop = module.loop('elements', when(module, more(), ...body, ...advance, module.br('elements')));
  code.push(end.set(module.i32.add(first.get(), bytes(whole))), loop);
  if (lanes === 4 && (units === null || units % 4 !== 0)) {
    const rest = locals.make(i32);
    const last = element((at, value) => linker.call('storeLanes', [at, value, rest.get()]));
    code.push(rest.set(module.i32.and(size.get(), module.i32.const(3))), when(module, rest.get(), ...last));
  }
  linker.add(name, params, none, locals, code);
}
