import { initializerCodes, Status } from '../../runtime/manifest.js';
import type { KernelPlan } from '../plan/types.js';
import { f64, i32, none, type Ref } from './binaryen.js';
import { Locals, when } from './code.js';
import { emitDraw, emitRecipes, type Family } from './initializers.js';
import type { Linker } from './linker.js';
import { parametersWait, requireInferred } from './steps.js';
import { declareLocated, emitLocate, emitStore, field } from './variable.js';

/** Emits `initialize`, `initializeParameter`, `readParameter` and `writeParameter`. */
export function emitParameters(linker: Linker, plan: KernelPlan, kinds: ReadonlySet<Family>): Uint8Array[] {
  const { module } = linker;
  declareLocated(linker);
  module.addGlobal('dirty', i32, true, module.i32.const(1));
  const payloads: Uint8Array[] = [];
  emitLocate(linker, plan);
  emitStore(linker, plan);
  emitDraw(linker, kinds);
  emitRecipes(linker, plan, payloads);
  emitInitialize(linker, plan);
  emitInitializeParameter(linker, plan);
  emitAccess(linker, plan);
  return payloads;
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
  const state = module.i32.load8_u(tableAddress + table.states, 1, index.get());
  const wanted = module.i32.or(module.i32.and(flags(), module.i32.const(1)), module.i32.eqz(state));
  const next = index.tee(module.i32.add(index.get(), module.i32.const(1)));
  linker.add('initialize', [i32, i32, i32], i32, locals, [
    ...requireParameters(linker, plan),
    ...(plan.variables.length === 0
      ? []
      : [
          module.loop(
            'variables',
            module.block(null, [
              when(
                module,
                wanted,
                module.drop(module.call('locate', [index.get()], i32)),
                module.call('recipe', [index.get(), seedLow(), seedHigh()], none),
                module.call('store', [index.get()], none),
              ),
              module.br_if('variables', module.i32.lt_u(next, module.i32.const(plan.variables.length))),
            ]),
          ),
        ]),
    module.i32.const(Status.ok),
  ]);
}

/** `initializeParameter(index, kind, a, b, seedLow, seedHigh)`. */
function emitInitializeParameter(linker: Linker, plan: KernelPlan): void {
  const { module } = linker;
  const params = [i32, i32, f64, f64, i32, i32];
  const locals = new Locals(module, params);
  const get = (index: number): Ref => locals.parameter(index).get();
  const draw = module.call('draw', [get(1), get(2), get(3), get(4), get(5)], i32);
  linker.add('initializeParameter', params, i32, locals, [
    ...requireParameters(linker, plan),
    ...requireVariable(linker, get(0)),
    module.if(
      module.i32.eq(get(1), module.i32.const(initializerCodes.own)),
      module.call('recipe', [get(0), get(4), get(5)], none),
      when(module, module.i32.eqz(draw), module.return(module.i32.const(Status.noInitializer))),
    ),
    module.call('store', [get(0)], none),
    module.i32.const(Status.ok),
  ]);
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
