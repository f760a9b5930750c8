import { InternalError } from '../errors.js';
import type { KernelPlan } from '../plan/types.js';
import type { Linker } from './linker.js';
import type { CustomFill } from './recipes.js';

/** Links the graph's own initializers, and says how each is called. */
export function linkCustoms(_linker: Linker, plan: KernelPlan): ReadonlyMap<string, CustomFill> {
  if (plan.customs.length > 0) throw new InternalError('custom initializers are not linked');
  return new Map();
}
