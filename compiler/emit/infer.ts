import { Status } from '../../runtime/manifest.js';
import type { SymbolInfo } from '../ir.js';
import type { KernelPlan } from '../plan/types.js';
import { i32, i64, none, typesOf, type Module, type Ref } from './binaryen.js';
import { globalOf, Locals, sizeRef, wideRef, when } from './code.js';
import { sizesAtLimits } from './bounded.js';
import type { Linker } from './linker.js';
import { parametersWait } from './steps.js';

const PAGE = 65536;
/** The largest u32. */
const WORD = 0xffffffff;
type Get = () => Ref;

/** Subject and text of each thing `infer` can refuse, in the order of their numbers. */
export type Checks = (readonly [subject: string, text: string])[];

const big = (module: Module, value: number | bigint): Ref => module.i64.const(BigInt(value));

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

/**
 * `refuse(status, what, expected, got)`: the old shapes stand, the table tells what is wrong. Numbers that no u32 holds
 * are cut to its ends.
 */
function emitRefuse(linker: Linker, tableAddress: number): void {
  const { module } = linker;
  const locals = new Locals(module, [i32, i32, i64, i64]);
  const [status, what, expected, got] = [0, 1, 2, 3].map((index) => locals.parameter(index).get) as [
    Get,
    Get,
    Get,
    Get,
  ];
  const cut = (value: Get): Ref => {
    const upper = module.select(module.i64.gt_s(value(), big(module, WORD)), big(module, WORD), value());
    return module.i32.wrap(module.select(module.i64.lt_s(value(), big(module, 0)), big(module, 0), upper));
  };
  linker.add('refuse', [i32, i32, i64, i64], i32, locals, [
    module.call('publish', [], none),
    ...[what(), cut(expected), cut(got)].map((word, index) =>
      module.i32.store(4 * index, 4, module.i32.const(tableAddress), word),
    ),
    status(),
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
  /** Refuses sizes for which `rule` holds between the one got and the one expected, both i64. */
  const check = (rule: 'ne' | 'lt_s' | 'gt_s', subject: string, text: string, expected: Get, got: Get): void => {
    const broken = module.i64[rule](got(), expected());
    body.push(when(module, broken, refuse(Status.shape, checks.length, expected(), got())));
    checks.push([subject, text]);
  };

  emitArithmetic(linker);
  emitPublish(linker, plan);
  emitRefuse(linker, memory.tableAddress);
  module.addGlobal('inferred', i32, true, module.i32.const(symbols.length === 0 ? 1 : 0));
  const initial = initialSizes(plan);
  for (const { name } of [...symbols, ...plan.bounded, ...memory.definitions]) {
    wide.set(name, locals.make(i64));
    module.addGlobal(globalOf(name), i32, true, module.i32.const(initial.get(name) ?? 0));
  }

  body.push(module.global.set('overflow', module.i32.const(0)));
  const seen = new Map<string, string>();
  const derived: (() => void)[] = [];
  plan.inputs.forEach(({ name: input, shape }, index) => {
    shape.forEach((size, axis) => {
      const at = memory.tableAddress + memory.table.inputs[index]! + 4 + 4 * axis;
      const word = (): Ref => module.i64.load32_u(0, 4, module.i32.const(at));
      const mustBe = `axis ${axis} must be {expected}`;
      if (typeof size === 'number') {
        check('ne', input, `${mustBe}, got {got}`, () => big(module, size), word);
        return;
      }
      const known = wide.get(size.key)!.get;
      const info = symbols.find(({ name }) => name === size.key);
      if (!info) {
        const least = `axis ${axis} {got} is below its least {expected}`;
        derived.push(() => {
          check('lt_s', input, least, () => big(module, 1), known);
          check('ne', input, `${mustBe}, got {got}`, known, word);
        });
        return;
      }
      const first = seen.get(info.name);
      if (first !== undefined) {
        check('ne', input, `${mustBe}, as ${first}, got {got}`, known, word);
        return;
      }
      seen.set(info.name, `axis ${axis} of ${input}`);
      body.push(wide.get(info.name)!.set(word()));
      checkSymbol(info, input, axis, known);
    });
  });

  function checkSymbol({ name, kind, min, max }: SymbolInfo, input: string, axis: number, got: Get): void {
    const called = isAutomatic(name) ? `axis ${axis}` : name;
    check('lt_s', input, `${called} {got} is below its least {expected}`, () => big(module, min), got);
    if (max < WORD) {
      check('gt_s', input, `${called} {got} is above its limit {expected}`, () => big(module, max), got);
    }
    if (kind === 'latched') {
      const text = `axis ${axis} was fixed at {expected} by the first input, got {got}; instantiate again for another size`;
      const global = (): Ref => module.i64.extend_u(module.global.get(globalOf(name), i32));
      const fixed = (): Ref => module.select(module.global.get('inferred', i32), global(), got());
      check('ne', input, text, fixed, got);
    }
  }

  for (const { name, dim } of [...plan.bounded, ...memory.definitions])
    body.push(wide.get(name)!.set(wideRef(module, dim, symbolRef)));
  const constraints = plan.constraints.map((constraint) => {
    const [got, expected] = [constraint.got, constraint.expected].map((dim) => {
      const local = locals.make(i64);
      body.push(local.set(wideRef(module, dim, symbolRef)));
      return local.get;
    }) as [Get, Get];
    return { ...constraint, got, expected };
  });
  const tooLarge = (needed: Ref): Ref => refuse(Status.memoryLimit, 0, big(module, maxMemory), needed);
  const overflowed = module.global.get('overflow', i32);
  if (symbols.length > 0) body.push(when(module, overflowed, tooLarge(big(module, 2n ** 62n))));
  for (const checkDerived of derived) checkDerived();
  for (const { rule, got, expected, subject, message } of constraints) {
    check(rule === 'equal' ? 'ne' : 'lt_s', subject, message, expected, got);
  }
  const { end } = memory;
  if (typeof end !== 'number') {
    const needed = wide.get(end.key)!.get;
    body.push(when(module, module.i64.gt_u(needed(), big(module, maxMemory)), tooLarge(needed())));
    const all = memory.definitions.map(({ name }) => wide.get(name)!.get());
    const widest = all.reduce((left, right) => module.i64.or(left, right));
    body.push(when(module, module.i64.gt_u(widest, big(module, WORD)), tooLarge(big(module, 2n ** 62n))));
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
        when(module, grown, refuse(Status.memoryRefused, 0, big(module, 0), needed())),
      ),
    );
  }
  for (const [name, local] of wide) body.push(module.global.set(globalOf(name), low(local.get())));
  if (symbols.length > 0) body.push(module.global.set('inferred', module.i32.const(1)));
  body.push(module.call('publish', [], none), module.i32.const(Status.ok));
  linker.add('infer', [], i32, locals, body);
  return checks;
}

/**
 * Before any input there are no ports: what parameters are read and written through stands right behind them. Without
 * open sizes those that depend on data start at their limits.
 */
function initialSizes(plan: KernelPlan): ReadonlyMap<string, number> {
  if (plan.symbols.length === 0) return sizesAtLimits(plan);
  const { scratch, parameterEnd } = plan.memory;
  const moves = typeof scratch !== 'number' && !parametersWait(plan);
  return new Map(moves ? [[scratch.key, (parameterEnd as number) | 0]] : []);
}

/** Whether a symbol's name was made up for an input size nobody named, such as `x[1]`. */
const isAutomatic = (name: string): boolean => name.endsWith(']');
