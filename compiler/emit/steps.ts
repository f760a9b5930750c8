import { Status } from '../../runtime/manifest.js';
import type { KernelPlan, KernelCall, PlannedVariable, Step } from '../plan/types.js';
import { kernels, type KernelName } from '../plan/kernels.js';
import { i32, none, type Ref } from './binaryen.js';
import { addressRef, Locals, sizeRef, when } from './code.js';
import { outputsWait, settler } from './bounded.js';
import { generatedGemv } from './gemv.js';
import { emitCompute, hasChecks } from './compute.js';
import type { Linker } from './linker.js';
import { emitLoop } from './loop.js';
import { recurrenceTargets } from './recurrence.js';

function emitCall(linker: Linker, plan: KernelPlan, call: KernelCall): Ref {
  const { module } = linker;
  const args = call.args.map((arg) => {
    if (arg.kind === 'float') return module.f32.const(arg.value);
    if (arg.kind === 'size') return sizeRef(module, arg.size);
    if (arg.kind === 'list') return sizeRef(module, plan.buffers[arg.buffer]!.address);
    return addressRef(module, plan.buffers[arg.buffer]!.address, arg.offset);
  });
  if (call.generated) return module.call(generatedGemv(linker, call), args.slice(0, 5), none);
  const kernel = kernels[call.kernel as KernelName];
  const others = call.recurrence
    ? recurrenceTargets(linker, call.recurrence, call.epilogue)
    : kernel.products
      ? { product: linker.template('gemm', null) }
      : {};
  const name = kernel.template ? linker.template(call.kernel, call.epilogue, others) : linker.library(call.kernel);
  linker.kept.add(name);
  return module.call(name, args, call.failure === null && call.defines === null ? none : i32);
}

/** Writes the lists of sizes that a call takes. */
const emitLists = ({ module }: Linker, plan: KernelPlan, { args }: KernelCall): Ref[] =>
  args.flatMap((arg) => {
    if (arg.kind !== 'list') return [];
    const { address } = plan.buffers[arg.buffer]!;
    return arg.sizes.map((size, at) => module.i32.store(4 * at, 4, sizeRef(module, address), sizeRef(module, size)));
  });

/** What each step runs, in the order of the steps. */
export function emitSteps(linker: Linker, plan: KernelPlan, steps: readonly Step[], locals: Locals): Ref[][] {
  const { module } = linker;
  const settle = settler(linker, plan);
  let failed: ReturnType<Locals['make']> | undefined;
  return steps.map((step) => {
    if (step.kind === 'loop') return [emitLoop(linker, step, (buffer) => plan.buffers[buffer]!.address)];
    const isCompute = step.kind === 'compute';
    const call = isCompute
      ? emitCompute(linker, step, (buffer) => plan.buffers[buffer]!.address)
      : emitCall(linker, plan, step);
    const lists = isCompute ? [] : emitLists(linker, plan, step);
    if (!isCompute && step.defines !== null) return [...lists, ...settle(step.defines, call)];
    if (isCompute ? !hasChecks(step) : step.failure === null) return [...lists, call];
    failed ??= locals.make(i32);
    const position = module.i32.sub(failed.get(), module.i32.const(1));
    return [
      ...lists,
      failed.set(call),
      when(
        module,
        failed.get(),
        module.i32.store(0, 4, module.i32.const(plan.memory.tableAddress), position),
        module.return(module.i32.const(Status.index)),
      ),
    ];
  });
}

/** `prepare()`: from canonical parameters to what kernels read. */
export function emitPrepare(linker: Linker, plan: KernelPlan): void {
  const { module } = linker;
  const { tableAddress, table } = plan.memory;
  const locals = new Locals(module);
  const body: Ref[] = [requireInferred(linker)];
  if (plan.variables.length > 0) {
    const index = locals.make(i32);
    const state = module.i32.load8_u(tableAddress + table.states, 1, index.get());
    body.push(
      module.loop(
        'variables',
        module.block(null, [
          when(
            module,
            module.i32.eqz(state),
            module.i32.store(0, 4, module.i32.const(tableAddress), index.get()),
            module.return(missing(linker, plan, index.get)),
          ),
          module.br_if(
            'variables',
            module.i32.lt_u(
              index.tee(module.i32.add(index.get(), module.i32.const(1))),
              module.i32.const(plan.variables.length),
            ),
          ),
        ]),
      ),
    );
  }
  body.push(
    ...emitSteps(linker, plan, plan.prepare, locals).flat(),
    module.global.set('dirty', module.i32.const(0)),
    module.i32.const(Status.ok),
  );
  linker.add('prepare', [], i32, locals, body, 'straight');
}

/** What `forward` begins with: `prepare` when a parameter has changed. */
export function emitBegin(linker: Linker, locals: Locals): Ref[] {
  const { module } = linker;
  const status = locals.make(i32);
  return [
    requireInferred(linker),
    when(
      module,
      module.global.get('dirty', i32),
      when(module, status.tee(module.call('prepare', [], i32)), module.return(status.get())),
    ),
  ];
}

/** What `forward` ends with. */
export const emitEnd = ({ module }: Linker, plan: KernelPlan): Ref[] => [
  ...(outputsWait(plan) ? [module.call('publish', [], none)] : []),
  module.i32.const(Status.ok),
];

/** `forward()`: runs `prepare` when a parameter has changed, then every step. */
export function emitForward(linker: Linker, plan: KernelPlan): void {
  const locals = new Locals(linker.module);
  const body = [
    ...emitBegin(linker, locals),
    ...emitSteps(linker, plan, plan.forward, locals).flat(),
    ...emitEnd(linker, plan),
  ];
  linker.add('forward', [], i32, locals, body, 'straight');
}

/** `reset()`: what lasts between calls is zero again. False if nothing does. */
export function emitReset(linker: Linker, { memory: { states } }: KernelPlan): boolean {
  if (!states) return false;
  const { module } = linker;
  const [at, bytes] = [sizeRef(module, states.address), sizeRef(module, states.size)];
  linker.add('reset', [], none, new Locals(module), [module.memory.fill(at, module.i32.const(0), bytes)]);
  return true;
}

/** Whether a function of the host has to fill a variable. */
export const isHost = ({ filling }: PlannedVariable): boolean =>
  filling.kind === 'recipe' && filling.recipe.kind === 'host';

/** Whether the host has to write the values of a variable from a file. */
export const isExternal = ({ filling }: PlannedVariable): boolean =>
  filling.kind === 'values' && filling.external === true;

/** Whether the host has to fill a variable. */
export const awaitsHost = (variable: PlannedVariable): boolean => isHost(variable) || isExternal(variable);

/** The status of variable `index` while it has no values. */
function missing({ module }: Linker, { variables }: KernelPlan, index: () => Ref): Ref {
  const hosts = variables.flatMap((variable, at) =>
    awaitsHost(variable) ? [module.i32.eq(index(), module.i32.const(at))] : [],
  );
  const plain = module.i32.const(Status.uninitialized);
  if (hosts.length === 0) return plain;
  const waits = hosts.reduce((left, right) => module.i32.or(left, right));
  return module.select(waits, module.i32.const(Status.awaitingHost), plain);
}

/** Whether sizes of parameters are open until the first input settles them. */
export const parametersWait = ({ symbols }: KernelPlan): boolean => symbols.some(({ kind }) => kind === 'latched');

export const requireInferred = ({ module }: Linker): Ref =>
  when(module, module.i32.eqz(module.global.get('inferred', i32)), module.return(module.i32.const(Status.notInferred)));
