import { initializerCodes as codes } from '../../runtime/manifest.js';
import type { Recipe } from '../ir.js';
import { familyOfRecipe, fillOf, type FamilyName } from '../plan/families.js';
import { GENERATOR_BYTES } from '../plan/index.js';
import type { Filling, KernelPlan } from '../plan/types.js';
import { i32, none, type Ref } from './binaryen.js';
import { addressRef, Locals } from './code.js';
import { forms, modes } from './draw.js';
import type { Linker } from './linker.js';
import { fillPrepacked } from './prepacked.js';
import { copyStored, decodeStored, payloadOf } from './stored.js';
import { field, MANY_CASES, setField, switchOver } from './variable.js';

/** What `draw` takes: the code and the numbers of an initializer. */
interface Numbers {
  readonly code: number;
  readonly a?: number;
  readonly b?: number;
  readonly low?: number;
  readonly high?: number;
}

/** The numbers of a recipe that a family draws. */
function numbersOf(recipe: Exclude<Recipe, { readonly kind: 'custom' | 'host' }>): Numbers {
  const code = recipe.kind === 'varianceScaling' ? codes.varianceScaling : codes[recipe.kind];
  switch (recipe.kind) {
    case 'constant':
      return { code, a: recipe.value };
    case 'uniform':
      return { code, a: recipe.low, b: recipe.high };
    case 'normal':
      return { code, a: recipe.mean, b: recipe.std };
    case 'truncatedNormal': {
      const { mean, std, low, high } = recipe;
      const usual = low === mean - 2 * std && high === mean + 2 * std;
      return usual ? { code, a: mean, b: std } : { code: codes.cutNormal, a: mean, b: std, low, high };
    }
    case 'varianceScaling':
      return { code: code + 4 * modes[recipe.mode] + forms[recipe.distribution], a: recipe.scale };
    case 'orthogonal':
    case 'deltaOrthogonal':
    case 'identity':
      return { code, a: recipe.gain };
    case 'dirac':
      return { code, a: recipe.groups };
    case 'lstmBias':
      return { code, a: recipe.forgetBias };
    case 'sparse':
      return { code, a: recipe.sparsity, b: recipe.std };
    case 'bilinear':
      return { code };
  }
}

/**
 * `recipe(index, seedLow, seedHigh)`: fills the located variable with its own initializer or values: 1, or 0 when the
 * host has to.
 *
 * @param customs the functions of the graph's own initializers, by name: (options…)
 * @returns the values, in the order of their segments
 */
export function emitRecipes(linker: Linker, plan: KernelPlan, customs: ReadonlyMap<string, CustomFill>): Uint8Array[] {
  const { module } = linker;
  const params = [i32, i32, i32];
  const locals = new Locals(module, params);
  const payloads: Uint8Array[] = [];
  const cases = plan.variables.map((planned) => {
    const { filling } = planned;
    if (filling.kind === 'values') {
      if (filling.external) return [module.return(module.i32.const(0))];
      const segment = segmentName(payloads.length);
      const packed = fillPrepacked(linker, plan, planned, segment, locals);
      payloads.push(packed?.payload ?? payloadOf(filling.values));
      const fill = packed?.fill ?? [
        ...copyStored(linker, filling.values, segment),
        ...decodeStored(linker, filling.values),
      ];
      return [...fill, module.return(module.i32.const(1))];
    }
    const { recipe, seed } = filling;
    if (recipe.kind === 'host') return [module.return(module.i32.const(0))];
    const seeds: [Ref, Ref] =
      seed === undefined
        ? [locals.parameter(1).get(), locals.parameter(2).get()]
        : [module.i32.const(Number(seed & 0xffffffffn) | 0), module.i32.const(Number(seed >> 32n) | 0)];
    if (recipe.kind === 'custom') {
      const options = recipe.options.map((value) => module.f32.const(value));
      return [
        announce(linker, plan, locals.parameter(0).get()),
        customs.get(recipe.name)!(seeds, options),
        module.return(module.i32.const(1)),
      ];
    }
    const { code, a = 0, b = 0, low = 0, high = 0 } = numbersOf(recipe);
    const numbers = [a, b, low, high].map((value) => module.f64.const(value));
    const isOwn = seed !== undefined && plan.rng === 'jax';
    const draw = [module.i32.const(isOwn ? code + codes.ownSeed : code), ...numbers, ...seeds];
    const before = plan.rng === 'torch' ? chooseGenerator(linker, plan, filling) : [];
    return [...before, module.return(module.call('draw', draw, i32))];
  });
  const body = switchOver(linker, locals.parameter(0).get, cases);
  linker.add('recipe', params, i32, locals, [...body, module.i32.const(1)], cases.length < MANY_CASES);
  return payloads;
}

/** Calls a user's function with a seed and its options. */
export type CustomFill = (seeds: readonly [Ref, Ref], options: readonly Ref[]) => Ref;

/** Names a variable before a user's function runs, which may trap. */
export const announce = ({ module }: Linker, { memory }: KernelPlan, index: Ref): Ref =>
  module.i32.store(0, 4, module.i32.const(memory.tableAddress), index);

export const segmentName = (index: number): string => `values${index}`;

/** The family by which a variable draws from the one stream of the graph under torch, if it does. */
function familyOnStream(filling: Filling): FamilyName | undefined {
  if (filling.kind === 'values' || filling.seed !== undefined) return undefined;
  const family = familyOfRecipe(filling.recipe);
  return family && fillOf(family, 'torch')?.includes('state') ? family : undefined;
}

/** The state of the graph's generator, or of the one for a variable's own seed. */
function generator({ module }: Linker, plan: KernelPlan, which: 'graph' | 'own'): Ref {
  const graph = addressRef(module, plan.memory.scratch, plan.memory.generatorOffset);
  return which === 'graph' ? graph : module.i32.add(graph, module.i32.const(GENERATOR_BYTES));
}

/** Seeds a generator and lets `draw` take its words. */
export function seedGenerator(
  linker: Linker,
  plan: KernelPlan,
  which: 'graph' | 'own',
  seeds: readonly [low: Ref, high: Ref],
): Ref[] {
  const { module } = linker;
  const wide = (half: Ref): Ref => module.i64.extend_u(half);
  const seed = module.i64.or(module.i64.shl(wide(seeds[1]), module.i64.const(32n)), wide(seeds[0]));
  return [
    setField(linker, 'state', generator(linker, plan, which)),
    linker.call('seedTorch', [field(linker, 'state'), seed]),
  ];
}

function chooseGenerator(linker: Linker, plan: KernelPlan, { seed }: Filling & { readonly kind: 'recipe' }): Ref[] {
  const { module } = linker;
  if (seed === undefined) return [setField(linker, 'state', generator(linker, plan, 'graph'))];
  const half = (word: bigint): Ref => module.i32.const(Number(word & 0xffffffffn) | 0);
  return seedGenerator(linker, plan, 'own', [half(seed), half(seed >> 32n)]);
}

/** Families that take the words of normal numbers. */
const normals: readonly FamilyName[] = ['normal', 'orthogonal'];

/** `advance(index)`: moves the graph's generator past the elements of the located variable. */
export function emitAdvance(linker: Linker, plan: KernelPlan): void {
  const { module } = linker;
  const locals = new Locals(module, [i32]);
  const cases = plan.variables.map(({ filling }) => {
    const family = familyOnStream(filling);
    if (family === undefined) return [module.return()];
    const isNormal = module.i32.const(normals.includes(family) ? 1 : 0);
    const skip = [field(linker, 'count'), generator(linker, plan, 'graph'), isNormal];
    return [linker.call('skipTorch', skip), module.return()];
  });
  const body = switchOver(linker, locals.parameter(0).get, cases);
  linker.add('advance', [i32], none, locals, body.length > 0 ? body : [module.nop()], cases.length < MANY_CASES);
}
