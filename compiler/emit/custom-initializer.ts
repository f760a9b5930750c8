import type { CompiledFunction } from '../ir.js';
import { f32, i32, i64, none } from './binaryen.js';
import { Locals, when } from './code.js';
import { copyFunction, FUEL, fuelOf, type ScopeBindings } from './functions.js';
import type { Linker } from './linker.js';

/** Functions of the model's module that tell a custom initializer about the variable being filled. */
export interface VariableGetters {
  /** (axis: i32): i32 */
  readonly dim: string;
  /** (): f32 */
  readonly fanIn: string;
  /** (): f32 */
  readonly fanOut: string;
}

/** Of `fill`, fuel for each element beside `FUEL`, as a power of two. */
const FILL_FUEL_SHIFT = 10n;

/**
 * Links a custom initializer as a kernel `(target: i32, count: i32, first: i64, key: i64, …options: f32)`, which fills
 * `count` elements from the one numbered `first` on, drawing the streams of `key`. It traps where an element takes more
 * than 2²⁰ iterations of loops and calls; `fill` where it takes more than 2²⁰ and 2¹⁰ for each element.
 *
 * @returns its internal name
 */
export function linkCustomInitializer(
  linker: Linker,
  compiled: CompiledFunction,
  getters: VariableGetters,
): { readonly kernel: string } {
  const kernel = linker.once(`initializer ${compiled.name}`, `initializer.${compiled.name}`, (name) => {
    if (compiled.entry === 'fill') emitFill(linker, compiled, getters, name);
    else emitSample(linker, compiled, getters, name);
  });
  return { kernel };
}

/** The global that `index()` reads. */
const elementNumber = (linker: Linker): string =>
  linker.once('element number', 'elementNumber', (name) =>
    linker.module.addGlobal(name, i32, true, linker.module.i32.const(0)),
  );

/** What stands in scope beside mathematics. */
function bindingsOf(linker: Linker, { dim, fanIn, fanOut }: VariableGetters): ScopeBindings {
  const { module } = linker;
  const index = linker.once('index', 'index', (name) =>
    linker.add(name, [], i32, new Locals(module), [module.global.get(elementNumber(linker), i32)]),
  );
  return {
    ...{ dim, fanIn, fanOut, index },
    uniform: linker.library('customUniform'),
    normal: linker.library('customNormal'),
    bits: linker.library('customBits'),
  };
}

const kernelParameters = (compiled: CompiledFunction): number[] => [
  ...[i32, i32, i64, i64],
  ...new Array<number>(compiled.options).fill(f32),
];

function emitSample(linker: Linker, compiled: CompiledFunction, getters: VariableGetters, name: string): void {
  const { module } = linker;
  const { name: sample, uses } = copyFunction(linker, compiled, bindingsOf(linker, getters));
  const params = kernelParameters(compiled);
  const locals = new Locals(module, params);
  const [target, count, element, key, ...options] = params.map((_, index) => locals.parameter(index));
  const number = module.i32.wrap(element!.get());
  const value = module.call(
    sample,
    options.map((option) => option.get()),
    f32,
  );
  linker.add(name, params, none, locals, [
    linker.call('beginCustom', [key!.get()]),
    module.loop(
      'elements',
      when(
        module,
        count!.get(),
        ...(uses.has('index') ? [module.global.set(elementNumber(linker), number)] : []),
        ...(compiled.total ? [] : [module.global.set(fuelOf(linker), module.i64.const(FUEL))]),
        linker.call('beginElement', [element!.get()]),
        module.f32.store(0, 4, target!.get(), value),
        target!.set(module.i32.add(target!.get(), module.i32.const(4))),
        element!.set(module.i64.add(element!.get(), module.i64.const(1n))),
        count!.set(module.i32.sub(count!.get(), module.i32.const(1))),
        module.br('elements'),
      ),
    ),
  ]);
}

function emitFill(linker: Linker, compiled: CompiledFunction, getters: VariableGetters, name: string): void {
  const { module } = linker;
  const { name: fill } = copyFunction(linker, compiled, bindingsOf(linker, getters));
  const params = kernelParameters(compiled);
  const locals = new Locals(module, params);
  const [target, count, , key, ...options] = params.map((_, index) => locals.parameter(index));
  const share = module.i64.shl(module.i64.extend_u(count!.get()), module.i64.const(FILL_FUEL_SHIFT));
  const args = [target!, count!, ...options].map((local) => local.get());
  linker.add(name, params, none, locals, [
    linker.call('beginFill', [key!.get(), module.i64.extend_u(count!.get())]),
    ...(compiled.total ? [] : [module.global.set(fuelOf(linker), module.i64.add(module.i64.const(FUEL), share))]),
    module.call(fill, args, none),
  ]);
}
