import { Status } from '../../runtime/manifest.js';
import type { SymbolInfo } from '../ir.js';
import type { KernelPlan } from '../plan/types.js';
import { i32, i64, none, typesOf, type Module, type Ref } from './binaryen.js';
import { globalOf, Locals, sizeRef, wideRef, when } from './code.js';
import type { Linker } from './linker.js';

const PAGE = 65536;

/** Subject and text of each thing `infer` can refuse, in the order of their numbers. */
export type Checks = (readonly [subject: string, text: string])[];

const big = (module: Module, value: number | bigint): Ref => module.i64.const(BigInt(value) as unknown as number);

/** What `infer` calls over and over; inlined, it takes a third of the time to compile a model. */
export const sharedByInfer = ['multiply', 'floorDiv', 'max', 'publish', 'refuse'] as const;

/** Arithmetic on sizes: exact up to 2⁵³, beyond which `overflow` is set for good. */
function emitArithmetic({ module }: Linker): void {
  const { f64: float, i64: wide } = module;
  const [left, right] = [module.local.get(0, i64), module.local.get(1, i64)];
  const get = (index: number): Ref => module.local.get(index, i64);
  const pair = typesOf(i64, i64);
  const overflow = (): Ref =>
    module.block(null, [module.global.set('overflow', module.i32.const(1)), module.return(big(module, 0))]);
  module.addGlobal('overflow', i32, true, module.i32.const(0));
  const magnitude = float.abs(float.mul(float.convert_s.i64(left), float.convert_s.i64(right)));
  module.addFunction(
    'multiply',
    pair,
    i64,
    [],
    module.block(
      null,
      [module.if(float.gt(magnitude, float.const(2 ** 53)), overflow()), wide.mul(get(0), get(1))],
      i64,
    ),
  );
  module.addFunction(
    'floorDiv',
    pair,
    i64,
    [],
    module.block(
      null,
      [
        module.if(wide.eqz(get(1)), overflow()),
        wide.sub(
          wide.div_s(get(0), get(1)),
          wide.extend_u(
            module.i32.and(
              wide.ne(wide.rem_s(get(0), get(1)), big(module, 0)),
              wide.lt_s(wide.xor(get(0), get(1)), big(module, 0)),
            ),
          ),
        ),
      ],
      i64,
    ),
  );
  module.addFunction('max', pair, i64, [], module.select(wide.gt_s(get(0), get(1)), get(0), get(1)));
}

/** Writes the addresses and sizes in force into the table. */
function emitPublish(linker: Linker, plan: KernelPlan): void {
  const { module } = linker;
  const { tableAddress, table } = plan.memory;
  const store = (at: number, dim: KernelPlan['memory']['end']): Ref =>
    module.i32.store(0, 4, module.i32.const(tableAddress + at), sizeRef(module, dim));
  const body: Ref[] = [];
  plan.inputs.forEach(({ shape, buffer }, index) => {
    const entry = table.inputs[index]!;
    body.push(
      store(entry, plan.buffers[buffer]!.address),
      ...shape.map((size, axis) => store(entry + 4 + 4 * axis, size)),
    );
  });
  plan.outputs.forEach(({ shape, buffer }, index) => {
    const entry = table.outputs[index]!;
    const { address } = plan.buffers[buffer]!;
    if (typeof address !== 'number') body.push(store(entry, address));
    shape.forEach((size, axis) => {
      if (typeof size !== 'number') body.push(store(entry + 4 + 4 * axis, size));
    });
  });
  linker.add('publish', [], none, new Locals(module), body.length > 0 ? body : [module.nop()]);
}

/** `refuse(status, what, expected, got)`: the old shapes stand, the table tells what is wrong. */
function emitRefuse(linker: Linker, tableAddress: number): void {
  const { module } = linker;
  const get = (index: number): Ref => module.local.get(index, i32);
  linker.add('refuse', [i32, i32, i32, i32], i32, new Locals(module), [
    module.call('publish', [], none),
    ...[1, 2, 3].map((index) => module.i32.store(4 * (index - 1), 4, module.i32.const(tableAddress), get(index))),
    get(0),
  ]);
}

/**
 * `infer()`: reads the sizes of the inputs from the table, checks them and what follows from them, grows memory, and
 * only then lets them take effect.
 */
export function emitInfer(linker: Linker, plan: KernelPlan, maxMemory: number): Checks {
  const { module } = linker;
  const { memory, symbols } = plan;
  const checks: Checks = [];
  const locals = new Locals(module);
  const body: Ref[] = [];
  const wide = new Map<string, ReturnType<Locals['make']>>();
  const symbolRef = (name: string): Ref => wide.get(name)!.get();
  const low = (ref: Ref): Ref => module.i32.wrap(ref);

  const refuse = (status: number, check: number, expected: Ref, got: Ref): Ref =>
    module.return(module.call('refuse', [module.i32.const(status), module.i32.const(check), expected, got], i32));
  const check = (condition: Ref, subject: string, text: string, expected: () => Ref, got: () => Ref): void => {
    body.push(when(module, condition, refuse(Status.shape, checks.length, expected(), got())));
    checks.push([subject, text]);
  };

  emitArithmetic(linker);
  emitPublish(linker, plan);
  emitRefuse(linker, memory.tableAddress);
  module.addGlobal('inferred', i32, true, module.i32.const(symbols.length === 0 ? 1 : 0));
  for (const { name } of symbols) wide.set(name, locals.make(i64));
  for (const { name } of memory.definitions) wide.set(name, locals.make(i64));
  for (const name of wide.keys()) module.addGlobal(globalOf(name), i32, true, module.i32.const(0));

  body.push(module.global.set('overflow', module.i32.const(0)));
  const seen = new Map<string, string>();
  plan.inputs.forEach(({ name: input, shape }, index) => {
    shape.forEach((size, axis) => {
      const at = memory.tableAddress + memory.table.inputs[index]! + 4 + 4 * axis;
      const word = (): Ref => module.i32.load(0, 4, module.i32.const(at));
      if (typeof size === 'number') {
        const text = `axis ${axis} must be {expected}, got {got}`;
        check(module.i32.ne(word(), module.i32.const(size)), input, text, () => module.i32.const(size), word);
        return;
      }
      const info = symbols.find(({ name }) => name === size.key)!;
      const local = wide.get(info.name)!;
      const first = seen.get(info.name);
      if (first !== undefined) {
        const text = `axis ${axis} must be {expected}, as ${first}, got {got}`;
        const known = (): Ref => low(local.get());
        check(module.i32.ne(word(), known()), input, text, known, word);
        return;
      }
      seen.set(info.name, `axis ${axis} of ${input}`);
      body.push(local.set(module.i64.extend_u(word())));
      checkSymbol(info, input, axis, word);
    });
  });

  function checkSymbol(info: SymbolInfo, input: string, axis: number, word: () => Ref): void {
    const { name, kind, min, max } = info;
    const called = isAutomatic(name) ? `axis ${axis}` : name;
    const least = (): Ref => module.i32.const(min);
    check(module.i32.lt_u(word(), least()), input, `${called} {got} is below its least {expected}`, least, word);
    if (max < 0xffffffff) {
      const limit = (): Ref => module.i32.const(max | 0);
      check(module.i32.gt_u(word(), limit()), input, `${called} {got} is above its limit {expected}`, limit, word);
    }
    if (kind === 'latched') {
      const fixed = (): Ref => module.global.get(globalOf(name), i32);
      const text = `axis ${axis} was fixed at {expected} by the first input, got {got}; instantiate again for another size`;
      const differs = module.i32.and(module.global.get('inferred', i32), module.i32.ne(word(), fixed()));
      check(differs, input, text, fixed, word);
    }
  }

  for (const { name, dim } of memory.definitions) body.push(wide.get(name)!.set(wideRef(module, dim, symbolRef)));
  const tooLarge = (needed: () => Ref): Ref[] => {
    const most = (): Ref => module.i32.const(maxMemory | 0);
    const shown = module.select(
      module.i64.lt_u(needed(), big(module, 0xffffffff)),
      low(needed()),
      module.i32.const(-1),
    );
    return [refuse(Status.memoryLimit, 0, most(), shown)];
  };
  const overflowed = (): Ref => module.global.get('overflow', i32);
  if (symbols.length > 0) body.push(when(module, overflowed(), ...tooLarge(() => big(module, -1))));
  for (const { rule, got, expected, subject, message } of plan.constraints) {
    const [is, should] = [locals.make(i64), locals.make(i64)];
    body.push(is.set(wideRef(module, got, symbolRef)), should.set(wideRef(module, expected, symbolRef)));
    const broken = rule === 'equal' ? module.i64.ne(is.get(), should.get()) : module.i64.lt_s(is.get(), should.get());
    check(
      broken,
      subject,
      message,
      () => low(should.get()),
      () => low(is.get()),
    );
  }
  const { end } = memory;
  if (typeof end !== 'number') {
    const needed = (): Ref => symbolRef(end.key);
    body.push(
      when(module, module.i32.or(overflowed(), module.i64.gt_u(needed(), big(module, maxMemory))), ...tooLarge(needed)),
    );
    for (const { name } of memory.definitions) {
      const tooWide = module.i64.gt_u(symbolRef(name), big(module, 0xffffffff));
      body.push(when(module, tooWide, ...tooLarge(() => symbolRef(name))));
    }
    const pages = locals.make(i32);
    const grown = module.i32.eq(module.memory.grow(pages.get()), module.i32.const(-1));
    body.push(
      pages.set(
        module.i32.sub(
          low(module.i64.shr_u(module.i64.add(needed(), big(module, PAGE - 1)), big(module, 16))),
          module.memory.size(),
        ),
      ),
      when(
        module,
        module.i32.gt_s(pages.get(), module.i32.const(0)),
        when(module, grown, refuse(Status.memoryRefused, 0, module.i32.const(0), low(needed()))),
      ),
    );
  }
  for (const [name, local] of wide) body.push(module.global.set(globalOf(name), low(local.get())));
  if (symbols.length > 0) body.push(module.global.set('inferred', module.i32.const(1)));
  body.push(module.call('publish', [], none), module.i32.const(Status.ok));
  linker.add('infer', [], i32, locals, body);
  return checks;
}

/** Whether a symbol's name was made up for an input size nobody named, such as `x[1]`. */
const isAutomatic = (name: string): boolean => name.endsWith(']');
