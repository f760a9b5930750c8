import type { Dim } from '../dim.js';
import { isTotal, substitute, type Expression } from '../ir.js';
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
function rowUpdate(linker: Linker, { inputs, results }: RowUpdate, units: number | null): string {
  const all = [...results.map(({ to }) => ({ pointer: to[0]!, part: 0 })), ...inputs];
  const passes = results.map(({ to, expression }) => rowPass(linker, { inputs: all, to, expression }, units));
  if (passes.length === 1) return passes[0]!;
  return linker.once(`update ${passes.join(' ')}`, 'update', (name) => {
    const { module } = linker;
    const args = (): Ref[] => rowParameters.map((type, index) => module.local.get(index, type));
    const calls = passes.map((pass) => module.call(pass, args(), none));
    linker.add(name, rowParameters, none, new Locals(module, rowParameters), calls);
  });
}

/** A result of an update, and what its expression reads. */
interface RowPass {
  readonly inputs: RowUpdate['inputs'];
  readonly to: readonly RowPointer[];
  readonly expression: Expression;
}

const rowParameters = new Array<number>(rowPointers.length + 1).fill(i32);

const rowPass = (linker: Linker, pass: RowPass, units: number | null): string =>
  linker.once(`row ${JSON.stringify([pass, units])}`, 'update', (name) => emitPass(linker, name, pass, units));

type Local = ReturnType<Locals['make']>;

/**
 * One result for all elements: vectors of four, two at a time, and a last one of fewer; one by one where a user's function must
 * not run beside elements.
 */
function emitPass(linker: Linker, name: string, { inputs, to, expression }: RowPass, units: number | null): void {
  const { module } = linker;
  const locals = new Locals(module, rowParameters);
  const pointer = (of: RowPointer): Local => locals.parameter(rowPointers.indexOf(of));
  const size = locals.parameter(rowPointers.length);
  const code: Ref[] = [];

  // Rows of a known size are offsets of one pointer.
  const used = new Set<number>();
  substitute(expression, (index) => (used.add(index), { kind: 'input', index }));
  const starts = inputs.map(({ pointer: of, part }, index): { readonly at: Local; readonly offset: number } => {
    if (units !== null || part === 0) return { at: pointer(of), offset: (units ?? 0) * 4 * part };
    const at = locals.make(i32);
    const start = module.i32.add(pointer(of).get(), module.i32.mul(size.get(), module.i32.const(4 * part)));
    if (used.has(index)) code.push(at.set(start));
    return { at, offset: 0 };
  });
  const pointers = [...starts.filter((_, index) => used.has(index)).map(({ at }) => at), ...to.map(pointer)];
  const moving = [...new Map(pointers.map((local) => [local.index, local])).values()];

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
  const lanes = isTotal(expression) ? 4 : 1;
  const load = lanes === 4 ? module.v128.load : module.v128.load32_splat;
  const value = (body: Ref[], { offset = 0, repeats = true } = {}): Ref => {
    const result = locals.make(v128);
    const input = (index: number): Ref => {
      const { at, offset: part } = starts[index]!;
      return load.call(module.v128, offset + part, 4, at.get());
    };
    const surroundings = { input, before: body, constant, lanes, repeats } as const;
    body.push(result.set(emitExpression(linker, locals, expression, surroundings)));
    return result.get();
  };
  const groups = (count: number): Ref[] => {
    const body: Ref[] = [];
    const results = Array.from({ length: count }, (_, at) => value(body, { offset: 16 * at }));
    const stores = results.flatMap((result, at) =>
      to.map((of) =>
        lanes === 4
          ? module.v128.store(16 * at, 4, pointer(of).get(), module.copyExpression(result))
          : module.v128.store32_lane(0, 4, 0, pointer(of).get(), module.copyExpression(result)),
      ),
    );
    const step = module.i32.const(4 * lanes * count);
    const advance = moving.map((local) => local.set(module.i32.add(local.get(), module.copyExpression(step))));
    return [...body, ...stores, ...advance];
  };
  const first = pointer(to[0]!);
  const end = locals.make(i32);
  const whole = lanes === 4 ? module.i32.and(size.get(), module.i32.const(-4)) : size.get();
  const left = (): Ref => module.i32.sub(end.get(), first.get());
  const loop = (label: string, condition: Ref, body: Ref[]): Ref =>
    module.loop(label, when(module, condition, ...body, module.br(label)));
  code.push(end.set(module.i32.add(first.get(), module.i32.shl(whole, module.i32.const(2)))));
  if (lanes === 1) code.push(loop('elements', left(), groups(1)));
  else {
    code.push(loop('pairs', module.i32.gt_u(left(), module.i32.const(16)), groups(2)));
    if (units === null || units % 8 >= 4) code.push(when(module, left(), ...groups(1)));
    if (units === null || units % 4 !== 0) {
      const rest = locals.make(i32);
      const last: Ref[] = [];
      const result = value(last, { repeats: false });
      last.push(
        ...to.map((of) => linker.call('storeLanes', [pointer(of).get(), module.copyExpression(result), rest.get()])),
      );
      code.push(rest.set(module.i32.and(size.get(), module.i32.const(3))), when(module, rest.get(), ...last));
    }
  }
  linker.add(name, rowParameters, none, locals, code);
}
