import type { Variable } from '../ir.js';
import { familyOfRecipe } from './families.js';
import type { CarriedInitializer, Filling } from './types.js';

const hostDraws = ['bits', 'uniform', 'normal'] as const;

/**
 * What a module carries: the kinds that its variables start from, as users name them, what functions of the host draw
 * where there is one, and what was asked for besides.
 */
export function carriedBy(
  variables: readonly { readonly variable: Variable; readonly filling: Filling }[],
  asked: readonly CarriedInitializer[],
): readonly CarriedInitializer[] {
  const used = variables.flatMap(({ variable, filling }): CarriedInitializer[] => {
    if (filling.kind === 'values' || filling.recipe.kind === 'custom') return [];
    if (filling.recipe.kind === 'host') return hostDraws.map((family) => ({ kind: family, family }));
    const family = familyOfRecipe(filling.recipe)!;
    // What a kind with options draws is said by its family alone.
    return [{ kind: variable.initializer.includes('(') ? family : variable.initializer, family }];
  });
  return [...used, ...asked];
}
