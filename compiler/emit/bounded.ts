import { dependsOn, substitute, symbolsOf, upperBound, type Dim } from '../dim.js';
import type { KernelPlan } from '../plan/types.js';
import { i32, type Ref } from './binaryen.js';
import { globalOf, wideRef } from './code.js';
import type { Linker } from './linker.js';

/** What the sizes that depend on data, and those that follow from them, are at most, where no other size is open. */
export function sizesAtLimits({ bounded, memory }: KernelPlan): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const { name, dim } of [...bounded, ...memory.definitions]) sizes.set(name, substitute(dim, sizes) as number);
  return sizes;
}

/** The largest u32: the limit of sizes that nobody has limited. */
const UNLIMITED = 0xffffffff;

/** Bytes that the memory never exceeds; undefined where a size that it depends on has no limit. */
export function mostBytes({ symbols, bounded, memory }: KernelPlan): number | undefined {
  const definitions = new Map<string, Dim>();
  for (const { name, dim } of memory.definitions) definitions.set(name, substitute(dim, definitions));
  const limits = new Map<string, Dim>();
  for (const { name, max } of symbols) if (max < UNLIMITED) limits.set(name, max);
  for (const { name, dim } of bounded) {
    const most = upperBound(substitute(dim, definitions), limits);
    if (most !== undefined) limits.set(name, most);
  }
  const most = upperBound(substitute(memory.end, definitions), limits);
  return typeof most === 'number' ? most : undefined;
}

/** Whether the sizes of an output depend on data. */
export function outputsWait(plan: KernelPlan): boolean {
  const late = lateSizes(plan);
  return plan.outputs.some(({ shape }) => shape.some((size) => dependsOn(size, late)));
}

/** The sizes that are known only after a call, each with the names of the calls' results that it takes. */
function lateSizes({ bounded, memory }: KernelPlan): ReadonlyMap<string, ReadonlySet<string>> {
  const late = new Map(bounded.map(({ name }) => [name, new Set([name])]));
  for (const { name, dim } of memory.definitions) {
    const causes = [...symbolsOf(dim)].flatMap((symbol) => [...(late.get(symbol) ?? [])]);
    if (causes.length > 0) late.set(name, new Set(causes));
  }
  return late;
}

/** Takes what a call returns as a size, and computes the sizes that are known from then on. */
export function settler(linker: Linker, plan: KernelPlan): (name: string, result: Ref) => Ref[] {
  const { module } = linker;
  const late = lateSizes(plan);
  const known = new Set<string>();
  const wide = (name: string): Ref => module.i64.extend_u(module.global.get(globalOf(name), i32));
  return (size, result) => {
    known.add(size);
    const settled = plan.memory.definitions.filter(({ name }) => {
      const causes = late.get(name);
      return causes?.has(size) && [...causes].every((cause) => known.has(cause));
    });
    return [
      module.global.set(globalOf(size), result),
      ...settled.map(({ name, dim }) => module.global.set(globalOf(name), module.i32.wrap(wideRef(module, dim, wide)))),
    ];
  };
}
