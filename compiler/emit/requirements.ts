import { Status } from '../../runtime/manifest.js';
import type { KernelPlan, PlannedVariable } from '../plan/types.js';
import { i32, type Ref } from './binaryen.js';
import { when } from './code.js';
import type { Linker } from './linker.js';
import { parametersWait, requireInferred } from './steps.js';

export const requireParameters = (linker: Linker, plan: KernelPlan): Ref[] =>
  parametersWait(plan) ? [requireInferred(linker)] : [];

/** Locates a variable, or returns that there is none. */
export const requireVariable = (linker: Linker, index: Ref): Ref[] => [
  when(
    linker.module,
    linker.module.i32.eqz(linker.module.call('locate', [index], i32)),
    linker.module.return(linker.module.i32.const(Status.noVariable)),
  ),
];

/** Returns that the host has to fill variable `index`. */
export function awaitHost(linker: Linker, plan: KernelPlan, index: () => Ref): Ref[] {
  const { module } = linker;
  return [
    module.i32.store(0, 4, module.i32.const(plan.memory.tableAddress), index()),
    module.return(module.i32.const(Status.awaitingHost)),
  ];
}

/** Lets a variable have no values until some are stored. */
export const forget = ({ module }: Linker, { memory: { tableAddress, table } }: KernelPlan, index: Ref): Ref[] => [
  module.i32.store8(tableAddress + table.states, 1, index, module.i32.const(0)),
  module.global.set('dirty', module.i32.const(1)),
];

/** Does something for those variables only that `which` holds of, `index` being that of any. */
export function onlyFor(
  { module }: Linker,
  { variables }: KernelPlan,
  index: () => Ref,
  which: (variable: PlannedVariable) => boolean,
  action: () => readonly Ref[],
): Ref[] {
  const chosen = variables.flatMap((variable, at) => (which(variable) ? [at] : []));
  if (chosen.length === 0) return [];
  if (chosen.length === variables.length) return [...action()];
  const isChosen = chosen
    .map((at) => module.i32.eq(index(), module.i32.const(at)))
    .reduce((left, right) => module.i32.or(left, right));
  return [when(module, isChosen, ...action())];
}

/** A function of the user's may trap: its variable has no values then. */
export const forgetCustom = (linker: Linker, plan: KernelPlan, index: () => Ref): Ref[] =>
  onlyFor(
    linker,
    plan,
    index,
    ({ filling }) => filling.kind === 'recipe' && filling.recipe.kind === 'custom',
    () => forget(linker, plan, index()),
  );
