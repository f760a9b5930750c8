import { InternalError } from '../errors.js';
import type { CompiledFunction } from '../ir.js';
import {
  f32,
  forEachExpression,
  functionExports,
  functionNames,
  globals,
  i64,
  none,
  readModule,
  renameGlobal,
  retarget,
  setLoopBody,
  typesOf,
  type Module,
  type Ref,
} from './binaryen.js';

/** What linking needs of the model's module. */
export interface FunctionHost {
  readonly module: Module;
  /** Functions to be optimized. */
  readonly added: string[];
  library(name: string): string;
  once(key: string, prefix: string, make: (name: string) => void): string;
}

/** Functions of the model's module that take the place of what a source finds in scope, by its name there. */
export type ScopeBindings = Readonly<Record<string, string>>;

/** Iterations of loops, and calls, in which one element must be done. */
export const FUEL = 1n << 20n;

/** Math functions of the kernel library, which every source has in scope. */
const mathKernels = { log: 'customLog', exp: 'customExp', sin: 'customSin', cos: 'customCos', pow: 'customPow' };

/** The global that counts down iterations and calls; below 0 the function traps. */
export const fuelOf = (host: FunctionHost): string =>
  host.once('fuel', 'fuel', (name) => host.module.addGlobal(name, i64, true, host.module.i64.const(0n)));

const burn = ({ module }: FunctionHost, fuel: string): Ref[] => [
  module.global.set(fuel, module.i64.sub(module.global.get(fuel, i64), module.i64.const(1n))),
  module.if(module.i64.lt_s(module.global.get(fuel, i64), module.i64.const(0n)), module.unreachable()),
];

export interface LinkedFunction {
  /** The internal name. */
  readonly name: string;
  /** The names in scope that it uses. */
  readonly uses: ReadonlySet<string>;
}

/**
 * Copies the functions of a compiled source into the model's module. One that is not total burns fuel, which its caller
 * provides.
 */
export function copyFunction(host: FunctionHost, compiled: CompiledFunction, bindings: ScopeBindings): LinkedFunction {
  const { module } = host;
  const source = readModule(compiled.binary, false);
  const functions = functionNames(source);
  const prefix = `${compiled.entry}.${compiled.name}`;
  const main = functionExports(source).get(compiled.entry)!;
  const uses = new Set(functions.map(({ base }) => base).filter((base) => base !== ''));
  const names = new Map(
    functions.map(({ name, base }) => [name, base === '' ? `${prefix}.${name}` : boundName(host, base, bindings)]),
  );
  for (const { name, type, init } of globals(source)) {
    module.addGlobal(`${prefix}.${name}`, type, false, module.copyExpression(init));
  }
  const called = new Set<string>();
  const bodies = functions
    .filter(({ base }) => base === '')
    .map((info) => {
      const body = module.copyExpression(info.body);
      forEachExpression(body, ({ ref, kind, info: { target, name, body: inside } }) => {
        if (kind === 'Call') {
          called.add(target as string);
          retarget(ref, names.get(target as string)!);
        } else if (kind === 'GlobalGet') renameGlobal(ref, `${prefix}.${name as string}`);
        else if (kind === 'Loop') setLoopBody(ref, module.block(null, [...burn(host, fuelOf(host)), inside as Ref]));
      });
      return { info, body };
    });
  for (const { info, body } of bodies) {
    const counts = !compiled.total && called.has(info.name);
    const whole = counts ? module.block(null, [...burn(host, fuelOf(host)), body]) : body;
    module.addFunction(names.get(info.name)!, info.params, info.results, info.vars, whole);
    host.added.push(names.get(info.name)!);
  }
  source.dispose();
  return { name: names.get(main)!, uses };
}

function boundName(host: FunctionHost, name: string, bindings: ScopeBindings): string {
  const bound = bindings[name];
  if (bound !== undefined) return bound;
  if (!(name in mathKernels)) throw new InternalError(`nothing is bound to '${name}'`);
  return host.library(mathKernels[name as keyof typeof mathKernels]);
}

/** The internal name of a layer's function of scalars, which is linked when it is first asked for. */
export function linkFunction(host: FunctionHost, compiled: CompiledFunction): string {
  return host.once(`function ${compiled.name}`, `function.${compiled.name}`, (name) => {
    const { module } = host;
    const { name: inner } = copyFunction(host, compiled, {});
    const params = new Array<number>(compiled.inputs + compiled.options).fill(f32);
    const args = params.map((type, index) => module.local.get(index, type));
    const call = module.call(inner, args, f32);
    const body = compiled.total
      ? call
      : module.block(null, [module.global.set(fuelOf(host), module.i64.const(FUEL)), call], f32);
    module.addFunction(name, params.length === 0 ? none : typesOf(...params), f32, [], body);
    host.added.push(name);
  });
}
