import { InternalError } from '../errors.js';
import type { CompiledFunction } from '../ir.js';
import type { KernelPlan } from '../plan/types.js';
import { f32, i32, i64, none, type Ref } from './binaryen.js';
import { Locals } from './code.js';
import { linkCustomInitializer, type VariableGetters } from './custom-initializer.js';
import type { Linker } from './linker.js';
import type { CustomFill } from './recipes.js';
import { customDims, field, wideField } from './variable.js';

/** Links the graph's own initializers, and says how each fills the located variable. They draw from philox whatever the rng. */
export function linkCustoms(
  linker: Linker,
  plan: KernelPlan,
  compiled: ReadonlyMap<string, CompiledFunction>,
): ReadonlyMap<string, CustomFill> {
  if (plan.customs.length === 0) return new Map();
  const { module } = linker;
  const getters = emitGetters(linker, plan);
  return new Map(
    plan.customs.map(({ name }) => {
      const source = compiled.get(name);
      if (!source) throw new InternalError(`initializer '${name}' is not compiled`);
      const { kernel } = linkCustomInitializer(linker, source, getters);
      const fill: CustomFill = (seeds, options) => {
        const key = linker.call('deriveKey', [...seeds, field(linker, 'hashLow'), field(linker, 'hashHigh')], i64);
        const range = [field(linker, 'target'), field(linker, 'count'), wideField(linker, 'first')];
        return module.call(kernel, [...range, key, ...options], none);
      };
      return [name, fill];
    }),
  );
}

/** What a user's function may ask of the located variable: its sizes, 1 beyond its axes, and its fans. */
function emitGetters(linker: Linker, plan: KernelPlan): VariableGetters {
  const { module } = linker;
  const locals = new Locals(module, [i32]);
  const dim = customDims(plan).reduceRight<Ref>(
    (rest, _, axis) =>
      module.if(module.i32.eq(locals.parameter(0).get(), module.i32.const(axis)), field(linker, `dim${axis}`), rest),
    module.i32.const(1),
  );
  linker.add('dim', [i32], i32, locals, [dim]);
  for (const fan of ['fanIn', 'fanOut']) {
    linker.add(fan, [], f32, new Locals(module), [module.f32.convert_u.i32(field(linker, fan))]);
  }
  return { dim: 'dim', fanIn: 'fanIn', fanOut: 'fanOut' };
}
