import type { HostFunctions } from '../runtime/host.js';
import { instantiateSync } from '../runtime/index.js';
import type { KernelPlan } from './plan/types.js';

/**
 * A plan in which every variable holds the values that a module of it gives itself: the module is run once, so both are
 * equal by construction. Variables whose sizes still are open keep their initializers; their names come back too.
 */
export function snapshot(
  plan: KernelPlan,
  binary: Uint8Array,
  functions: HostFunctions,
): { readonly plan: KernelPlan; readonly open: readonly string[] } {
  const open = plan.variables.filter(({ shape }) => shape.some((size) => typeof size !== 'number'));
  const names = open.map(({ variable }) => variable.name);
  if (plan.symbols.some(({ kind }) => kind === 'latched')) {
    return { plan, open: plan.variables.map(({ variable }) => variable.name) };
  }
  const model = instantiateSync(binary, { functions });
  model.initialize();
  const variables = plan.variables.map((planned) => {
    const { data, shape } = model.variables.get(planned.variable.name);
    const tensor = { dtype: 'float32', shape, data } as const;
    return { ...planned, filling: { kind: 'values', values: tensor } as const };
  });
  return { plan: { ...plan, variables }, open: names };
}
