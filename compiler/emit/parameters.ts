import { carriedBy } from '../plan/carried.js';
import { initializerCodes, Status } from '../../runtime/manifest.js';
import type { CompiledFunction } from '../ir.js';
import { familyOf, familyOfRecipe, type FamilyName } from '../plan/families.js';
import { SAMPLE_COUNT } from '../plan/index.js';
import type { KernelPlan, PlannedVariable } from '../plan/types.js';
import { f64, i32, i64, none, type Ref } from './binaryen.js';
import { Locals, sizeRef, when } from './code.js';
import { linkCustoms } from './customs.js';
import { emitDraw } from './draw.js';
import type { Linker } from './linker.js';
import { announce, emitAdvance, emitRecipes, seedGenerator, type CustomFill } from './recipes.js';
import { isHost, parametersWait, requireInferred } from './steps.js';
import { declareLocated, emitLocate, emitStore, field, setField } from './variable.js';

/** Emits what reaches parameters. Returns the values that travel with the module, in the order of their segments. */
export function emitParameters(
  linker: Linker,
  plan: KernelPlan,
  compiled: ReadonlyMap<string, CompiledFunction>,
): Uint8Array[] {
  const { module } = linker;
  const families = new Set(carriedBy(plan.variables, plan.asked).map(({ family }) => family));
  declareLocated(linker, plan);
  module.addGlobal('dirty', i32, true, module.i32.const(1));
  emitLocate(linker, plan);
  emitStore(linker, plan);
  emitDraw(linker, 'draw', plan.rng, families);
  const customs = linkCustoms(linker, plan, compiled);
  const payloads = emitRecipes(linker, plan, customs);
  if (plan.rng === 'torch') emitAdvance(linker, plan);
  emitInitialize(linker, plan);
  emitInitializeParameter(linker, plan, customs);
  emitSampleParameter(linker, plan, families, customs);
  emitAccess(linker, plan);
  return payloads;
}

const stateOf = ({ module }: Linker, { memory: { tableAddress, table } }: KernelPlan, index: Ref): Ref =>
  module.i32.load8_u(tableAddress + table.states, 1, index);

const hasHosts = ({ variables }: KernelPlan): boolean => variables.some(isHost);

/** Says that the host has to fill variable `index`. */
function awaitHost(linker: Linker, plan: KernelPlan, index: () => Ref): Ref[] {
  const { module } = linker;
  return [
    module.i32.store(0, 4, module.i32.const(plan.memory.tableAddress), index()),
    module.return(module.i32.const(Status.awaitingHost)),
  ];
}

/** `initialize(seedLow, seedHigh, flags)`: every variable that is not, or all with bit 0 of flags. */
function emitInitialize(linker: Linker, plan: KernelPlan): void {
  const { module } = linker;
  const { tableAddress, table } = plan.memory;
  const locals = new Locals(module, [i32, i32, i32]);
  const [seedLow, seedHigh, flags] = [0, 1, 2].map((index) => locals.parameter(index).get) as [
    () => Ref,
    () => Ref,
    () => Ref,
  ];
  const index = locals.make(i32);
  const waiting = locals.make(i32);
  const wanted = module.i32.or(
    module.i32.and(flags(), module.i32.const(1)),
    module.i32.eqz(stateOf(linker, plan, index.get())),
  );
  const next = index.tee(module.i32.add(index.get(), module.i32.const(1)));
  const locate = (): Ref => module.drop(module.call('locate', [index.get()], i32));
  const recipe = module.call('recipe', [index.get(), seedLow(), seedHigh()], i32);
  const store = module.call('store', [index.get()], none);
  const wait = module.block(null, [
    module.i32.store8(tableAddress + table.states, 1, index.get(), module.i32.const(0)),
    module.if(module.i32.eqz(waiting.get()), waiting.set(module.i32.add(index.get(), module.i32.const(1)))),
  ]);
  const fill = hasHosts(plan) ? [module.if(recipe, store, wait)] : [module.drop(recipe), store];
  const filling = module.block(null, [locate(), ...fill]);
  const passing = module.block(null, [locate(), module.call('advance', [index.get()], none)]);
  const isLast = module.i32.lt_u(next, module.i32.const(plan.variables.length));
  linker.add('initialize', [i32, i32, i32], i32, locals, [
    ...requireParameters(linker, plan),
    ...(plan.rng === 'torch' ? seedGenerator(linker, plan, 'graph', [seedLow(), seedHigh()]) : []),
    ...(plan.variables.length === 0
      ? []
      : [
          module.loop(
            'variables',
            module.block(null, [
              plan.rng === 'torch' ? module.if(wanted, filling, passing) : module.if(wanted, filling),
              module.br_if('variables', isLast),
            ]),
          ),
        ]),
    ...(hasHosts(plan)
      ? [
          when(
            module,
            waiting.get(),
            ...awaitHost(linker, plan, () => module.i32.sub(waiting.get(), module.i32.const(1))),
          ),
        ]
      : []),
    module.i32.const(Status.ok),
  ]);
}

/** `initializeParameter(index, code, a, b, seedLow, seedHigh)`. */
function emitInitializeParameter(linker: Linker, plan: KernelPlan, customs: ReadonlyMap<string, CustomFill>): void {
  const { module } = linker;
  const params = [i32, i32, f64, f64, i32, i32];
  const locals = new Locals(module, params);
  const get = (index: number): Ref => locals.parameter(index).get();
  const seeds = (): [Ref, Ref] => [get(4), get(5)];
  const own = module.call('recipe', [get(0), ...seeds()], i32);
  linker.add('initializeParameter', params, i32, locals, [
    ...requireParameters(linker, plan),
    ...requireVariable(linker, get(0)),
    ...(plan.rng === 'torch'
      ? [
          module.if(
            module.i32.and(get(1), module.i32.const(initializerCodes.ownSeed)),
            module.block(null, seedGenerator(linker, plan, 'own', seeds())),
            module.block(null, advanceTo(linker, plan, locals, get(0), seeds())),
          ),
        ]
      : []),
    module.if(
      module.i32.eq(get(1), module.i32.const(initializerCodes.own)),
      module.block(null, [
        hasHosts(plan) ? when(module, module.i32.eqz(own), ...awaitHost(linker, plan, () => get(0))) : module.drop(own),
      ]),
      module.block(null, drawAsAsked(linker, plan, 'draw', customs, get)),
    ),
    module.call('store', [get(0)], none),
    module.i32.const(Status.ok),
  ]);
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

/** Fills the located variable by a code with its numbers, in parameters 1 to 5; returns a status when it cannot. */
function drawAsAsked(
  linker: Linker,
  plan: KernelPlan,
  draw: string,
  customs: ReadonlyMap<string, CustomFill>,
  get: (index: number) => Ref,
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
      const values = Object.keys(options).map((_, at) => module.f32.demote(argument(at)));
      const call = customs.get(name)!([get(4), get(5)], values);
      return module.if(isCustom(index), module.block(null, [announce(linker, plan, get(0)), call]), rest);
    }, otherwise),
  ];
}

/** `sampleParameter(index, code, a, b, seedLow, seedHigh, first, count)`: some elements, in scratch memory. */
function emitSampleParameter(
  linker: Linker,
  plan: KernelPlan,
  families: ReadonlySet<FamilyName>,
  customs: ReadonlyMap<string, CustomFill>,
): void {
  const { module } = linker;
  const { tableAddress, table, scratch } = plan.memory;
  const params = [i32, i32, f64, f64, i32, i32, i64, i32];
  const locals = new Locals(module, params);
  const get = (index: number): Ref => locals.parameter(index).get();
  const torch = plan.rng === 'torch';
  const alone = new Set([...families].filter((family) => familyOf(family).elementwise));
  const isSame = !torch && alone.size === families.size;
  // The generator of torch gives no element without those before it; functions of the host draw from philox then.
  if (!isSame) emitDraw(linker, 'drawAlone', torch ? 'philox' : plan.rng, alone);
  const whole = plan.variables.flatMap((variable, index) => (isElementwise(variable, torch) ? [] : [index]));
  const refuse = (): Ref => module.return(module.i32.const(Status.noInitializer));
  const own = module.call('recipe', [get(0), get(4), get(5)], i32);
  const isOwn = (): Ref => module.i32.eq(get(1), module.i32.const(initializerCodes.own));
  const wide = (count: Ref): Ref => module.i64.extend_u(count);
  const size = (): Ref => wide(field(linker, 'count'));
  const beyond = (): Ref =>
    module.i32.or(module.i64.gt_u(get(6), size()), module.i64.gt_u(module.i64.add(get(6), wide(get(7))), size()));
  const sampled = module.if(
    isOwn(),
    module.block(null, [
      ...whole.map((index) => when(module, module.i32.eq(get(0), module.i32.const(index)), refuse())),
      module.drop(own),
    ]),
    module.block(null, drawAsAsked(linker, plan, isSame ? 'draw' : 'drawAlone', customs, get)),
  );
  linker.add('sampleParameter', params, i32, locals, [
    ...requireParameters(linker, plan),
    ...requireVariable(linker, get(0)),
    when(module, module.i32.gt_u(get(7), module.i32.const(SAMPLE_COUNT)), refuse()),
    when(module, module.i32.and(isOwn(), beyond()), module.return(module.i32.const(Status.index))),
    setField(linker, 'target', sizeRef(module, scratch)),
    setField(linker, 'first', get(6)),
    setField(linker, 'count', get(7)),
    sampled,
    module.i32.store(0, 4, module.i32.const(tableAddress + table.parameter), sizeRef(module, scratch)),
    module.i32.const(Status.ok),
  ]);
}

/** Whether an element of a variable can be had without the others. */
function isElementwise({ filling }: PlannedVariable, torch: boolean): boolean {
  if (filling.kind === 'values') return true;
  if (filling.recipe.kind === 'host') return false;
  const family = familyOfRecipe(filling.recipe);
  return family === undefined || (familyOf(family).elementwise && (!torch || family === 'constant'));
}

const requireParameters = (linker: Linker, plan: KernelPlan): Ref[] =>
  parametersWait(plan) ? [requireInferred(linker)] : [];

const requireVariable = (linker: Linker, index: Ref): Ref[] => [
  when(
    linker.module,
    linker.module.i32.eqz(linker.module.call('locate', [index], i32)),
    linker.module.return(linker.module.i32.const(Status.noVariable)),
  ),
];

/** `readParameter(i)` and `writeParameter(i)`: the table's parameter record says where the canonical values are. */
function emitAccess(linker: Linker, plan: KernelPlan): void {
  const { module } = linker;
  const { tableAddress, table } = plan.memory;
  const read = new Locals(module, [i32]);
  const index = (): Ref => read.parameter(0).get();
  const state = (): Ref => module.i32.load8_u(tableAddress + table.states, 1, index());
  const body: Ref[] = [
    ...requireParameters(linker, plan),
    ...requireVariable(linker, index()),
    module.i32.store(0, 4, module.i32.const(tableAddress + table.parameter), field(linker, 'target')),
    when(
      module,
      module.i32.eqz(state()),
      module.i32.store(0, 4, module.i32.const(tableAddress), index()),
      module.return(module.i32.const(Status.uninitialized)),
    ),
  ];
  if (plan.variables.some(({ packing }) => packing !== null)) {
    const args = ['packed', 'target', 'k', 'n', 'strideK', 'strideN', 'groups', 'groupStride'];
    body.push(
      when(
        module,
        field(linker, 'packed'),
        linker.call(
          'unpackGroups',
          args.map((name) => field(linker, name)),
        ),
      ),
    );
  }
  linker.add('readParameter', [i32], i32, read, [...body, module.i32.const(Status.ok)]);
  const write = new Locals(module, [i32]);
  linker.add('writeParameter', [i32], i32, write, [
    ...requireParameters(linker, plan),
    ...requireVariable(linker, write.parameter(0).get()),
    module.call('store', [write.parameter(0).get()], none),
    module.i32.const(Status.ok),
  ]);
}
