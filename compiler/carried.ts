import { OptionError } from './errors.js';
import type { Rng } from './ir.js';
import { initializerDefinitions, initializerKindOf, initializerKinds } from './initializers/resolve.js';
import type { InitializerKind, InitializerName } from './initializers/values.js';
import { familyNames, familyOfRecipe, fillOf } from './plan/families.js';
import type { CarriedInitializer } from './plan/types.js';
import { show } from './show.js';
import { didYouMean } from './suggest.js';

/** Initializers a module carries beyond those it uses; each brings all of its family, scaled by the fans too. */
export type CarryOption = 'used' | 'all' | readonly InitializerName[];

const family = (kind: InitializerKind): CarriedInitializer => {
  const definition = initializerDefinitions[kind];
  const defaults = Object.entries(definition.options).map(([name, { fallback }]) => [name, fallback] as const);
  return { kind, family: familyOfRecipe(definition.expand(Object.fromEntries(defaults)))! };
};

/** Every distribution that variance scaling may turn out to draw. */
const scaled = (['uniform', 'normal', 'truncatedNormal'] as const).map((kind) => ({ kind, family: kind }));

/** @throws OptionError for what is no initializer, or none under this generator */
export function carriedInitializers(option: CarryOption, rng: Rng): readonly CarriedInitializer[] {
  if (option === 'used') return [];
  if (option === 'all') {
    return familyNames.filter((name) => fillOf(name, rng)).map((name) => ({ kind: name, family: name }));
  }
  const fail = (what: string): never => {
    throw new OptionError('option', 'compile.initializers', what);
  };
  if (!Array.isArray(option)) return fail(`must be 'used', 'all' or a list of initializers, got ${show(option)}`);
  return (option as readonly unknown[]).flatMap((name) => {
    const kind = initializerKindOf(name);
    if (kind === undefined) return fail(`unknown initializer ${show(name)}${didYouMean(name, initializerKinds)}`);
    // Its distribution is chosen when it is asked for.
    if (kind === 'varianceScaling' || kind === 'xavier') return scaled;
    const carried = family(kind);
    if (!fillOf(carried.family, rng)) fail(`rng '${rng}' has no ${kind} initializer`);
    return [carried];
  });
}
