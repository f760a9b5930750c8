import { InternalError } from '../errors.js';
import { callsFunction, keyOf, type CompiledFunction, type Expression } from '../ir.js';
import {
  f32,
  forEachCall,
  functionExports,
  functionInfo,
  functionNames,
  i32,
  none,
  readModule,
  relaxedMultiplyAdd,
  retarget,
  typesOf,
  v128,
  type Module,
  type Ref,
} from './binaryen.js';
import { Locals } from './code.js';
import { emitExpression } from './expression.js';
import { linkFunction } from './functions.js';
import { inlineBody, isInlinable } from './inline.js';

/** What functions of a library call, as far as anyone asked. */
const callGraphs = new WeakMap<Uint8Array, Map<string, readonly string[]>>();

/** For copies of library functions, which were optimized before an epilogue went into them. */
const tidying = [
  'simplify-locals-nostructure',
  'vacuum',
  'reorder-locals',
  'remove-unused-brs',
  'coalesce-locals',
  'vacuum',
] as const;

/** For one call after the other, of which there may be thousands. */
const straightening = ['precompute', 'remove-unused-brs', 'vacuum'] as const;

/** A module that starts as the kernel library, from which what a model does not use is dropped in the end. */
export class Linker {
  readonly module: Module;
  private readonly kernels: Map<string, string>;
  /** Placeholders of templates: internal name → name. */
  private readonly placeholders: ReadonlyMap<string, string>;
  private readonly calls: Map<string, readonly string[]>;
  private readonly linked = new Map<string, string>();
  private readonly inlined = new Map<string, boolean>();
  /** Functions this model adds, to be optimized. */
  readonly added: string[] = [];
  /** The passes of those of them that do not take all. */
  private readonly passes = new Map<string, readonly string[]>();
  /**
   * Functions that must not be inlined: kernels have many places for an epilogue, users' functions are large, and a
   * function of thousands of steps with as many sets of locals takes quadratic time.
   */
  readonly kept = new Set<string>();

  constructor(
    library: Uint8Array,
    readonly relaxed: boolean,
    private readonly functions: ReadonlyMap<string, CompiledFunction> = new Map(),
  ) {
    this.module = readModule(library, relaxed);
    this.kernels = functionExports(this.module);
    for (const name of this.kernels.keys()) this.module.removeExport(name);
    const imported = functionNames(this.module).filter(({ module }) => module === 'template');
    this.placeholders = new Map(imported.map(({ name, base }) => [name, base]));
    this.calls = callGraphs.get(library) ?? new Map<string, readonly string[]>();
    callGraphs.set(library, this.calls);
  }

  private callees(name: string): readonly string[] {
    let found = this.calls.get(name);
    if (!found) {
      const targets = new Set<string>();
      forEachCall(functionInfo(this.module, name).body, (_, target) => targets.add(target));
      found = [...targets];
      this.calls.set(name, found);
    }
    return found;
  }

  /** The internal name of a library function. */
  library(name: string): string {
    const internal = this.kernels.get(name);
    if (internal === undefined) throw new InternalError(`the kernel library has no '${name}'`);
    return internal;
  }

  /**
   * The internal name of a kernel that ends in `epilogue`; the identity without one.
   * @param others what takes the places of the kernel's other placeholders, by their names
   */
  template(kernel: string, epilogue: Expression | null, others: Readonly<Record<string, string>> = {}): string {
    const target = this.epilogue(epilogue);
    const name = `${kernel}${target.slice('epilogue'.length)}`;
    return this.specialize(this.library(kernel), { ...others, epilogue: target }, name);
  }

  /** The function of an epilogue over (accumulator, bias address, residual address). */
  epilogue(expression: Expression | null): string {
    const key = `epilogue ${expression === null ? '' : keyOf(expression)}`;
    const known = this.linked.get(key);
    if (known) return known;
    const name = expression === null ? 'epilogue' : `epilogue$${this.added.length}`;
    const { module } = this;
    const locals = new Locals(module, [v128, i32, i32]);
    const load = (index: number): Ref => module.v128.load(0, 4, module.local.get(index, i32));
    const body: Ref[] = [];
    const value = emitExpression(this, locals, expression ?? { kind: 'input', index: 0 }, {
      input: (index) => (index === 0 ? module.local.get(0, v128) : load(index)),
      before: body,
    });
    this.add(name, [v128, i32, i32], v128, locals, [...body, value]);
    this.linked.set(key, name);
    if (expression && callsFunction(expression)) this.kept.add(name);
    return name;
  }

  /** A copy of a function and of those it calls, in which placeholders are `targets`. */
  private specialize(name: string, targets: Readonly<Record<string, string>>, as: string): string {
    const placeholder = this.placeholders.get(name);
    if (placeholder !== undefined) return targets[placeholder] ?? missing(placeholder);
    const reached = [...this.reachedFrom(name)].sort();
    if (reached.length === 0) return name;
    const key = [name, ...reached.map((each) => targets[each] ?? missing(each))].join(' ');
    const known = this.linked.get(key);
    if (known) return known;
    const info = functionInfo(this.module, name);
    const copy = this.linked.size === 0 ? as : `${as}$${this.linked.size}`;
    this.linked.set(key, copy);
    const body = this.module.copyExpression(info.body);
    forEachCall(body, (call, callee) => retarget(call, this.specialize(callee, targets, as)));
    this.module.addFunction(copy, info.params, info.results, info.vars, body);
    this.added.push(copy);
    this.passes.set(copy, tidying);
    return copy;
  }

  /**
   * Drops what nothing calls, and inlines and optimizes what this model adds. Globals go first, so that what constants
   * leave unused goes with the rest. Copies of kernels take half the time of all that with the few passes that tidy up
   * after inlining; all passes make them larger, and no faster.
   */
  optimize(): void {
    const { module } = this;
    module.runPasses(['remove-unused-module-elements', 'inlining', 'simplify-globals']);
    for (const name of this.added) {
      if (!module.getFunction(name)) continue;
      const passes = this.passes.get(name);
      if (passes) module.runPassesOnFunction(name, passes);
      else module.optimizeFunction(name);
    }
    module.runPasses(['remove-unused-module-elements']);
  }

  /** The placeholders that a function calls, itself or through others. */
  private reachedFrom(name: string, seen = new Set<string>()): Set<string> {
    const placeholder = this.placeholders.get(name);
    if (placeholder !== undefined) return new Set([placeholder]);
    if (seen.has(name)) return new Set();
    seen.add(name);
    return new Set(this.callees(name).flatMap((callee) => [...this.reachedFrom(callee, seen)]));
  }

  /**
   * Adds a function of the model.
   * @param optimize false for a switch over many cases, which takes Binaryen time more than linear in their number;
   *   `straight` for calls one after the other
   */
  add(
    name: string,
    params: number[],
    result: number,
    locals: Locals,
    body: Ref[],
    optimize: boolean | 'straight' = true,
  ): void {
    const block = body.length === 1 ? body[0]! : this.module.block(null, body, result);
    this.module.addFunction(name, params.length === 0 ? none : typesOf(...params), result, locals.types, block);
    if (optimize !== false) this.added.push(name);
    if (optimize === 'straight') this.passes.set(name, straightening);
  }

  /** a · b + c, in one rounding on the relaxed target. */
  multiplyAdd(a: Ref, b: Ref, c: Ref): Ref {
    const { f32x4 } = this.module;
    return this.relaxed ? relaxedMultiplyAdd(this.module, a, b, c) : f32x4.add(c, f32x4.mul(a, b));
  }

  /** WebAssembly text in which library functions have the names of their exports instead of numbers. */
  nameKernels(text: string): string {
    const exported = new Map([...this.kernels].map(([name, internal]) => [internal, name]));
    return text.replace(/(?<=\((?:func|call) \$)\d+/g, (internal) => exported.get(internal) ?? internal);
  }

  /** Calls a library function. */
  call(name: string, args: Ref[], result: number = none): Ref {
    return this.module.call(this.library(name), args, result);
  }

  /** A library function of vectors in a loop: its body where that is small and straight, which takes a call's time off it. */
  compute(name: string, args: Ref[], locals: Locals): Ref {
    const internal = this.library(name);
    return this.isInlined(name) ? inlineBody(this.module, locals, internal, args) : this.call(name, args, v128);
  }

  /** Whether `compute` takes a function's body. */
  isInlined(name: string): boolean {
    let known = this.inlined.get(name);
    known ??= isInlinable(this.module, this.library(name));
    this.inlined.set(name, known);
    return known;
  }

  /** Calls a user's function of scalars. */
  callFunction(name: string, args: Ref[]): Ref {
    const compiled = this.functions.get(name);
    if (!compiled) throw new InternalError(`no function '${name}' to link`);
    return this.module.call(linkFunction(this, compiled), args, f32);
  }

  /** Fresh name for a generated function, or the known one of the same structure. */
  once(key: string, prefix: string, make: (name: string) => void): string {
    const known = this.linked.get(key);
    if (known) return known;
    const name = `${prefix}$${this.added.length}`;
    make(name);
    this.linked.set(key, name);
    return name;
  }
}

const missing = (placeholder: string): never => {
  throw new InternalError(`nothing to put in the place of '${placeholder}'`);
};
