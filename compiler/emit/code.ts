import type { Dim } from '../dim.js';
import { i32, i64, none, type Module, type Ref, type Type } from './binaryen.js';

/** The locals of a function under construction. */
export class Locals {
  readonly types: Type[] = [];

  constructor(
    private readonly module: Module,
    private readonly params: readonly Type[] = [],
  ) {}

  /** A new local. */
  make(type: Type): { readonly index: number; get(): Ref; set(value: Ref): Ref; tee(value: Ref): Ref } {
    const index = this.params.length + this.types.length;
    this.types.push(type);
    return this.at(index, type);
  }

  /** A parameter. */
  parameter(index: number): ReturnType<Locals['make']> {
    return this.at(index, this.params[index]!);
  }

  private at(index: number, type: Type): ReturnType<Locals['make']> {
    const { local } = this.module;
    return {
      index,
      get: () => local.get(index, type),
      set: (value) => local.set(index, value),
      tee: (value) => local.tee(index, value, type),
    };
  }
}

/** Global that holds a symbol or definition once `infer` has settled it. */
export const globalOf = (symbol: string): string => `size.${symbol}`;

/** A settled size as i32: numbers and globals only, since the plan names every other size. */
export function sizeRef(module: Module, dim: Dim): Ref {
  if (typeof dim === 'number') return module.i32.const(dim | 0);
  return module.global.get(globalOf(dim.key), i32);
}

/** The sum of a settled address and a settled offset. */
export function addressRef(module: Module, base: Dim, offset: Dim = 0): Ref {
  if (offset === 0) return sizeRef(module, base);
  if (typeof base === 'number' && typeof offset === 'number') return module.i32.const((base + offset) | 0);
  return module.i32.add(sizeRef(module, base), sizeRef(module, offset));
}

/** A size as i64 arithmetic over locals. Products go through `multiply`, which notices overflow. */
export function wideRef(module: Module, dim: Dim, symbolRef: (name: string) => Ref): Ref {
  const constant = (value: number): Ref => module.i64.const(BigInt(value));
  if (typeof dim === 'number') return constant(dim);
  const terms = dim.terms.map(({ coefficient, factors }) => {
    const refs = factors.map((atom): Ref => {
      if (atom.kind === 'symbol') return symbolRef(atom.name);
      const args = [wideRef(module, atom.left, symbolRef), wideRef(module, atom.right, symbolRef)];
      return module.call(atom.kind, args, i64);
    });
    if (coefficient !== 1 || refs.length === 0) refs.push(constant(coefficient));
    return refs.reduce((left, right) => module.call('multiply', [left, right], i64));
  });
  return terms.reduce((left, right) => module.i64.add(left, right));
}

/** `if (condition) then…` without a value. */
export const when = (module: Module, condition: Ref, ...then: Ref[]): Ref =>
  module.if(condition, then.length === 1 ? then[0]! : module.block(null, then, none));
