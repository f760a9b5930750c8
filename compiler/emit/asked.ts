import { initializerCodes, SAMPLE_COUNT, Status } from '../../runtime/manifest.js';
import { familyOf, familyOfRecipe, type FamilyName } from '../plan/families.js';
import type { Filling, KernelPlan, PlannedVariable } from '../plan/types.js';
import { f64, i32, i64, none, type Ref } from './binaryen.js';
import { Locals, sizeRef, when } from './code.js';
import { emitDraw } from './draw.js';
import type { Linker } from './linker.js';
import { announce, seedGenerator, type CustomFill } from './recipes.js';
import { awaitHost, forget, forgetCustom, onlyFor, requireParameters, requireVariable } from './requirements.js';
import { awaitsHost, isExternal } from './steps.js';
import { field, setField } from './variable.js';

/** The functions of the graph's own initializers, by name. */
type Customs = ReadonlyMap<string, CustomFill>;

/** `initializeParameter(index, code, a, b, seedLow, seedHigh)`. */
export function emitInitializeParameter(linker: Linker, plan: KernelPlan, customs: Customs): void {
  const { module } = linker;
  const params = [i32, i32, f64, f64, i32, i32];
  const locals = new Locals(module, params);
  const get = (index: number): Ref => locals.parameter(index).get();
  const index = (): Ref => get(0);
  const seeds = (): [Ref, Ref] => [get(4), get(5)];
  const own = module.call('recipe', [index(), ...seeds()], i32);
  const fill = plan.variables.some(awaitsHost)
    ? when(module, module.i32.eqz(own), ...awaitHost(linker, plan, index))
    : module.drop(own);
  linker.add('initializeParameter', params, i32, locals, [
    ...requireParameters(linker, plan),
    ...requireVariable(linker, index()),
    ...(plan.rng === 'torch' ? [chooseStream(linker, plan, locals, get)] : []),
    module.if(
      module.i32.eq(get(1), module.i32.const(initializerCodes.own)),
      module.block(null, [...forgetCustom(linker, plan, index), fill]),
      module.block(
        null,
        drawAsAsked(linker, plan, 'draw', customs, get, () => forget(linker, plan, index())),
      ),
    ),
    module.call('store', [index()], none),
    module.i32.const(Status.ok),
  ]);
}

/** Under a seed of the initializer's own a new stream, else the graph's from where it reaches the variable. */
function chooseStream(linker: Linker, plan: KernelPlan, locals: Locals, get: (index: number) => Ref): Ref {
  const { module } = linker;
  const seeds = (): [Ref, Ref] => [get(4), get(5)];
  return module.if(
    module.i32.and(get(1), module.i32.const(initializerCodes.ownSeed)),
    module.block(null, seedGenerator(linker, plan, 'own', seeds())),
    module.block(null, advanceTo(linker, plan, locals, get(0), seeds())),
  );
}

/** Moves the graph's generator to where it draws variable `index`, which is located then. */
function advanceTo(linker: Linker, plan: KernelPlan, locals: Locals, index: Ref, seeds: readonly [Ref, Ref]): Ref[] {
  const { module } = linker;
  const [at, end] = [locals.make(i32), locals.make(i32)];
  const locate = (which: Ref): Ref => module.drop(module.call('locate', [which], i32));
  return [
    end.set(index),
    ...seedGenerator(linker, plan, 'graph', seeds),
    module.block('found', [
      module.loop(
        'before',
        module.block(null, [
          module.br_if('found', module.i32.ge_u(at.get(), end.get())),
          locate(at.get()),
          module.call('advance', [at.get()], none),
          at.set(module.i32.add(at.get(), module.i32.const(1))),
          module.br('before'),
        ]),
      ),
    ]),
    locate(end.get()),
  ];
}

/**
 * Fills the located variable by a code with its numbers, in parameters 1 to 5; returns a status when it cannot.
 *
 * @param beforeCustom runs before a function of the graph's own, which may trap
 */
function drawAsAsked(
  linker: Linker,
  plan: KernelPlan,
  draw: string,
  customs: Customs,
  get: (index: number) => Ref,
  beforeCustom: () => readonly Ref[],
): Ref[] {
  const { module } = linker;
  const { tableAddress, table } = plan.memory;
  const argument = (index: number): Ref =>
    module.f64.load(table.arguments + 8 * index, 8, module.i32.const(tableAddress));
  const isCustom = (index: number): Ref =>
    module.i32.eq(
      module.i32.and(get(1), module.i32.const(initializerCodes.ownSeed - 1)),
      module.i32.const(initializerCodes.custom + index),
    );
  const bounds = plan.variables.length === 0 ? [module.f64.const(0), module.f64.const(0)] : [0, 1].map(argument);
  const drawn = module.call(draw, [get(1), get(2), get(3), ...bounds, get(4), get(5)], i32);
  const otherwise = when(module, module.i32.eqz(drawn), module.return(module.i32.const(Status.noInitializer)));
  return [
    plan.customs.reduceRight((rest, { name, options }, index) => {
      const fill = customs.get(name);
      if (!fill) return rest;
      const values = Object.keys(options).map((_, at) => module.f32.demote(argument(at)));
      const call = fill([get(4), get(5)], values);
      const calling = [...beforeCustom(), announce(linker, plan, get(0)), call];
      return module.if(isCustom(index), module.block(null, calling), rest);
    }, otherwise),
  ];
}

/**
 * `sampleParameter(index, code, a, b, seedLow, seedHigh, first, count)`: some elements, in scratch memory.
 *
 * @param customs those of the graph's own initializers that make one element at a time
 */
export function emitSampleParameter(
  linker: Linker,
  plan: KernelPlan,
  families: ReadonlySet<FamilyName>,
  customs: Customs,
): void {
  const { module } = linker;
  const { tableAddress, table, scratch } = plan.memory;
  const params = [i32, i32, f64, f64, i32, i32, i64, i32];
  const locals = new Locals(module, params);
  const get = (index: number): Ref => locals.parameter(index).get();
  const index = (): Ref => get(0);
  const torch = plan.rng === 'torch';
  const alone = new Set([...families].filter((family) => familyOf(family).elementwise));
  const isSame = !torch && alone.size === families.size;
  // The generator of torch gives no element without those before it; functions of the host draw from philox then.
  if (!isSame) emitDraw(linker, 'drawAlone', torch ? 'philox' : plan.rng, alone);
  const refuse = (): Ref => module.return(module.i32.const(Status.noInitializer));
  const size = (): Ref => module.i64.extend_u(field(linker, 'count'));
  const isOutside = (): Ref =>
    module.i32.or(
      module.i64.gt_u(get(6), size()),
      module.i64.gt_u(module.i64.extend_u(get(7)), module.i64.sub(size(), get(6))),
    );
  const take = (): Ref[] => [
    setField(linker, 'target', sizeRef(module, scratch)),
    setField(linker, 'packed', module.i32.const(0)),
    setField(linker, 'first', get(6)),
    setField(linker, 'count', get(7)),
  ];
  const isWhole = (variable: PlannedVariable): boolean =>
    isExternal(variable) || !isElementwise(variable.filling, torch, customs);
  const sampled = module.if(
    module.i32.eq(get(1), module.i32.const(initializerCodes.own)),
    module.block(null, [
      ...onlyFor(linker, plan, index, isWhole, () => [refuse()]),
      ...onlyFor(linker, plan, index, hasValues, () => [when(module, isOutside(), refuse())]),
      ...take(),
      module.drop(module.call('recipe', [index(), get(4), get(5)], i32)),
    ]),
    module.block(null, [
      ...take(),
      ...drawAsAsked(linker, plan, isSame ? 'draw' : 'drawAlone', customs, get, () => []),
    ]),
  );
  linker.add('sampleParameter', params, i32, locals, [
    ...requireParameters(linker, plan),
    ...requireVariable(linker, index()),
    when(module, module.i32.gt_u(get(7), module.i32.const(SAMPLE_COUNT)), refuse()),
    sampled,
    module.i32.store(0, 4, module.i32.const(tableAddress + table.parameter), sizeRef(module, scratch)),
    module.i32.const(Status.ok),
  ]);
}

const hasValues = ({ filling }: PlannedVariable): boolean => filling.kind === 'values';

/** Whether an element can be had without the others; `customs` are those of the graph's functions of which it can. */
function isElementwise(filling: Filling, torch: boolean, customs: Customs): boolean {
  if (filling.kind === 'values') return true;
  const { recipe } = filling;
  if (recipe.kind === 'custom') return customs.has(recipe.name);
  const family = familyOfRecipe(recipe);
  return family !== undefined && familyOf(family).elementwise && (!torch || family === 'constant');
}
