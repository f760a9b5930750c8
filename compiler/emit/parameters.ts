import { Status } from '../../runtime/manifest.js';
import type { CompiledFunction } from '../ir.js';
import { carriedBy } from '../plan/carried.js';
import type { KernelPlan } from '../plan/types.js';
import { emitInitializeParameter, emitSampleParameter } from './asked.js';
import { i32, none, type Ref } from './binaryen.js';
import { Locals, when } from './code.js';
import { linkCustoms } from './customs.js';
import { emitDraw } from './draw.js';
import type { Linker } from './linker.js';
import { emitPrepackedOffset } from './prepacked.js';
import { emitAdvance, emitRecipes, seedGenerator } from './recipes.js';
import { awaitHost, forget, forgetCustom, onlyFor, requireParameters, requireVariable } from './requirements.js';
import { awaitsHost, isExternal, isHost } from './steps.js';
import { decodeStored } from './stored.js';
import { declareLocated, emitLocate, emitStore, field, MANY_CASES, packingRefs, switchOver } from './variable.js';

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
  emitPrepackedOffset(linker, plan);
  const payloads = emitRecipes(linker, plan, customs);
  if (plan.rng === 'torch') emitAdvance(linker, plan);
  emitInitialize(linker, plan);
  emitInitializeParameter(linker, plan, customs);
  const single = [...customs].filter(([name]) => compiled.get(name)?.entry === 'sample');
  emitSampleParameter(linker, plan, families, new Map(single));
  emitAccess(linker, plan);
  if (plan.variables.some(isExternal)) emitDecode(linker, plan);
  return payloads;
}

const stateOf = ({ module }: Linker, { memory: { tableAddress, table } }: KernelPlan, index: Ref): Ref =>
  module.i32.load8_u(tableAddress + table.states, 1, index);

/** `initialize(seedLow, seedHigh, flags)`: every variable that is not, or all with bit 0 of flags. */
function emitInitialize(linker: Linker, plan: KernelPlan): void {
  const { module } = linker;
  const hasHosts = plan.variables.some(awaitsHost);
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
    ...onlyFor(linker, plan, index.get, isHost, () => forget(linker, plan, index.get())),
    module.if(module.i32.eqz(waiting.get()), waiting.set(module.i32.add(index.get(), module.i32.const(1)))),
  ]);
  const fill = hasHosts ? [module.if(recipe, store, wait)] : [module.drop(recipe), store];
  const filling = module.block(null, [locate(), ...forgetCustom(linker, plan, index.get), ...fill]);
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
    ...(hasHosts
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
    ...(hasScales(plan)
      ? [module.i32.store(0, 4, module.i32.const(tableAddress + table.arguments), field(linker, 'scratch'))]
      : []),
    when(
      module,
      module.i32.eqz(state()),
      module.i32.store(0, 4, module.i32.const(tableAddress), index()),
      module.return(module.i32.const(Status.uninitialized)),
    ),
  ];
  if (plan.variables.some(({ packing }) => packing !== null)) {
    const args = [field(linker, 'packed'), field(linker, 'target'), ...packingRefs(linker, plan)];
    body.push(when(module, field(linker, 'packed'), linker.call('unpackGroups', args)));
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

/** Whether the host has to write scales. */
const hasScales = ({ variables }: KernelPlan): boolean =>
  variables.some(
    (variable) => isExternal(variable) && variable.filling.kind === 'values' && 'scale' in variable.filling.values,
  );

/** `decodeParameter(i)`: takes stored values that the host has written as those of an external variable. */
function emitDecode(linker: Linker, plan: KernelPlan): void {
  const { module } = linker;
  const locals = new Locals(module, [i32]);
  const index = (): Ref => locals.parameter(0).get();
  const cases = plan.variables.map(({ filling }) => [
    ...(filling.kind === 'values' ? decodeStored(linker, filling.values) : []),
    module.br('decoded'),
  ]);
  const decoding = module.block('decoded', switchOver(linker, index, cases));
  const body = [
    ...requireParameters(linker, plan),
    ...requireVariable(linker, index()),
    decoding,
    module.call('store', [index()], none),
    module.i32.const(Status.ok),
  ];
  linker.add('decodeParameter', [i32], i32, locals, body, cases.length < MANY_CASES);
}
