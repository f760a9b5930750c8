import { initializerCodes, Status } from '../../runtime/manifest.js';
import { fnv1a64 } from '../random.js';
import type { Distribution } from '../ir.js';
import type { KernelPlan, PlannedVariable } from '../plan/types.js';
import { f32, f64, i32, i64, none, type Ref } from './binaryen.js';
import { addressRef, Locals, sizeRef, when } from './code.js';
import type { Linker } from './linker.js';
import { parametersWait, requireInferred } from './steps.js';

type Local = ReturnType<Locals['make']>;

/** What `locate` finds out about a variable, each in a global. */
const located = ['target', 'packed', 'count', 'k', 'n', 'strideK', 'strideN', 'groups', 'groupStride'] as const;
const hashed = ['hashLow', 'hashHigh', 'fanIn', 'fanOut'] as const;
const globalName = (field: string): string => `variable.${field}`;

/** What a module can draw: each family with its variance-scaled forms. */
export const families = ['constant', 'uniform', 'normal', 'truncatedNormal'] as const;
export type Family = (typeof families)[number];

const modes = { fanIn: 0, fanOut: 1, fanAvg: 2 } as const;
const shapes = { uniform: 0, truncatedNormal: 1, untruncatedNormal: 2 } as const;

/** The code of variance scaling in `initializeParameter`. */
const scalingCode = ({ mode, distribution }: Extract<Distribution, { kind: 'varianceScaling' }>): number =>
  initializerCodes.varianceScaling + 4 * modes[mode] + shapes[distribution];

/** Emits `initialize`, `initializeParameter`, `readParameter` and `writeParameter`. */
export function emitParameters(linker: Linker, plan: KernelPlan, kinds: ReadonlySet<Family>): Uint8Array[] {
  const { module } = linker;
  for (const field of [...located, ...hashed]) module.addGlobal(globalName(field), i32, true, module.i32.const(0));
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

const field = ({ module }: Linker, name: string): Ref => module.global.get(globalName(name), i32);

/** `locate(index)`: 1 and the globals of variable `index`, or 0 when there is none. */
function emitLocate(linker: Linker, plan: KernelPlan): void {
  const { module } = linker;
  const locals = new Locals(module, [i32]);
  const cases = plan.variables.map((planned) => {
    const set = (name: string, value: Ref): Ref => module.global.set(globalName(name), value);
    const { address } = plan.buffers[planned.buffer]!;
    const { packing, variable } = planned;
    const hash = fnv1a64(variable.name);
    const body = [
      set('target', addressRef(module, packing ? plan.memory.scratch : address)),
      set('packed', packing ? addressRef(module, address) : module.i32.const(0)),
      set('count', sizeRef(module, planned.count)),
    ];
    if (packing) {
      for (const name of ['k', 'n', 'strideK', 'strideN', 'groups', 'groupStride'] as const) {
        body.push(set(name, sizeRef(module, packing[name])));
      }
    }
    body.push(
      set('hashLow', module.i32.const(Number(hash & 0xffffffffn) | 0)),
      set('hashHigh', module.i32.const(Number(hash >> 32n) | 0)),
      set('fanIn', sizeRef(module, planned.fanIn)),
      set('fanOut', sizeRef(module, planned.fanOut)),
      ...publishDims(linker, plan, planned),
      module.return(module.i32.const(1)),
    );
    return body;
  });
  const body = [...switchOver(linker, locals.parameter(0).get(), cases), module.i32.const(0)];
  linker.add('locate', [i32], i32, locals, body, cases.length < MANY_CASES);
}

/** Sizes of a variable that were open when compiling go into the table; others stand in the manifest. */
function publishDims(linker: Linker, plan: KernelPlan, { shape }: PlannedVariable): Ref[] {
  const { module } = linker;
  const { tableAddress, table } = plan.memory;
  if (shape.every((size) => typeof size === 'number')) return [];
  return shape.map((size, axis) =>
    module.i32.store(4 + 4 * axis, 4, module.i32.const(tableAddress + table.parameter), sizeRef(module, size)),
  );
}

/** A switch over so many cases is left as it is: the optimizer would take over 10 ms for it. */
const MANY_CASES = 100;

/** Runs case `index`; falls through when there is none. Every case must leave the function or the block. */
function switchOver({ module }: Linker, index: Ref, cases: readonly Ref[][]): Ref[] {
  if (cases.length === 0) return [];
  const label = (i: number): string => `case${i}`;
  const names = cases.map((_, i) => label(i));
  let nest = module.block(label(0), [module.switch(names, 'none', index)], none);
  cases.forEach((body, i) => {
    const outer = i + 1 < cases.length ? label(i + 1) : 'none';
    nest = module.block(outer, [nest, ...body], none);
  });
  return [nest];
}

/** `store(index)`: takes the canonical values of the located variable as its own. */
function emitStore(linker: Linker, plan: KernelPlan): void {
  const { module } = linker;
  const { tableAddress, table } = plan.memory;
  const locals = new Locals(module, [i32]);
  const body: Ref[] = [];
  if (plan.variables.some(({ packing }) => packing !== null)) {
    const args = ['target', 'packed', 'k', 'n', 'strideK', 'strideN', 'groups', 'groupStride'];
    body.push(
      when(
        module,
        field(linker, 'packed'),
        linker.call(
          'packGroups',
          args.map((name) => field(linker, name)),
        ),
      ),
    );
  }
  body.push(
    module.i32.store8(tableAddress + table.states, 1, locals.parameter(0).get(), module.i32.const(1)),
    module.global.set('dirty', module.i32.const(1)),
  );
  linker.add('store', [i32], none, locals, body);
}

/** `draw(kind, a, b, seedLow, seedHigh)`: fills the located variable; 1, or 0 when the kind is not carried. */
function emitDraw(linker: Linker, carried: ReadonlySet<Family>): void {
  const { module } = linker;
  const params = [i32, f64, f64, i32, i32];
  const locals = new Locals(module, params);
  const [kind, a, b, seedLow, seedHigh] = params.map((_, index) => locals.parameter(index)) as [
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const key = locals.make(i64);
  const target = (): Ref[] => [field(linker, 'target'), field(linker, 'count')];
  const first = (): Ref => module.i64.const(0n);
  const random = (name: string, ...rest: Ref[]): Ref => linker.call(name, [...target(), first(), key.get(), ...rest]);
  const done = (fill: Ref, condition: Ref): Ref => when(module, condition, fill, module.return(module.i32.const(1)));
  const single = (value: Ref): Ref => module.f32.demote(value);
  const is = (local: Local, code: number): Ref => module.i32.eq(local.get(), module.i32.const(code));
  const fills = {
    uniform: () => random('fillUniform', single(a.get()), single(b.get())),
    normal: () => random('fillNormal', single(a.get()), single(b.get())),
    truncatedNormal: () => {
      const bound = (): Ref => module.f64.add(b.get(), b.get());
      const [low, high] = [module.f64.sub(a.get(), bound()), module.f64.add(a.get(), bound())];
      return random('fillTruncatedNormal', single(a.get()), single(b.get()), single(low), single(high));
    },
  };
  const drawn = (['uniform', 'normal', 'truncatedNormal'] as const).filter((family) => carried.has(family));
  const body: Ref[] = [];
  if (carried.has('constant')) {
    body.push(done(linker.call('fillConstant', [...target(), single(a.get())]), is(kind, initializerCodes.constant)));
  }
  if (drawn.length > 0) {
    const seeds = [seedLow.get(), seedHigh.get(), field(linker, 'hashLow'), field(linker, 'hashHigh')];
    const [code, shape] = [locals.make(i32), locals.make(i32)];
    const wide = (name: string): Ref => module.f64.convert_u.i32(field(linker, name));
    const average = module.f64.mul(module.f64.const(0.5), module.f64.add(wide('fanIn'), wide('fanOut')));
    const mode = (): Ref => module.i32.shr_u(code.get(), module.i32.const(2));
    const fan = module.select(
      mode(),
      module.select(module.i32.eq(mode(), module.i32.const(modes.fanOut)), wide('fanOut'), average),
      wide('fanIn'),
    );
    const scaling = module.f64.promote(single(a.get()));
    const known = module.i32.ne(module.i32.and(code.get(), module.i32.const(3)), module.i32.const(3));
    // Variance scaling turns into one of the three plain kinds, with (a, b) their numbers.
    const scale = [
      shape.set(module.i32.and(code.get(), module.i32.const(3))),
      b.set(module.f64.promote(linker.call('varianceScale', [scaling, fan, shape.get()], f32))),
      a.set(module.select(module.i32.eqz(shape.get()), module.f64.neg(b.get()), module.f64.const(0))),
      kind.set(
        module.select(
          module.i32.eqz(shape.get()),
          module.i32.const(initializerCodes.uniform),
          module.select(
            is(shape, shapes.truncatedNormal),
            module.i32.const(initializerCodes.truncatedNormal),
            module.i32.const(initializerCodes.normal),
          ),
        ),
      ),
    ];
    body.push(
      key.set(linker.call('deriveKey', seeds, i64)),
      code.set(module.i32.sub(kind.get(), module.i32.const(initializerCodes.varianceScaling))),
      when(module, module.i32.and(module.i32.lt_u(code.get(), module.i32.const(12)), known), ...scale),
      ...drawn.map((family) => done(fills[family](), is(kind, initializerCodes[family]))),
    );
  }
  body.push(module.i32.const(0));
  linker.add('draw', params, i32, locals, body);
}

/** The kind and the two numbers `draw` takes, for an initializer that they describe in full. */
function drawArguments(recipe: PlannedVariable['recipe']): [kind: number, a: number, b: number] | null {
  if (recipe.kind === 'values') return null;
  if (recipe.kind === 'fill') return [initializerCodes.constant, recipe.value, 0];
  const { distribution } = recipe;
  switch (distribution.kind) {
    case 'uniform':
      return [initializerCodes.uniform, distribution.low, distribution.high];
    case 'normal':
      return [initializerCodes.normal, distribution.mean, distribution.std];
    case 'truncatedNormal': {
      const { mean, std, low, high } = distribution;
      const usual =
        Math.fround(low) === Math.fround(mean - 2 * std) && Math.fround(high) === Math.fround(mean + 2 * std);
      return usual ? [initializerCodes.truncatedNormal, mean, std] : null;
    }
    case 'varianceScaling':
      return [scalingCode(distribution), distribution.scale, 0];
  }
}

/** The families that the recipes of a plan need. */
export function familiesUsed(plan: KernelPlan): Set<Family> {
  const used = new Set<Family>();
  for (const { recipe } of plan.variables) {
    if (recipe.kind === 'fill') used.add('constant');
    if (recipe.kind !== 'random') continue;
    const { distribution } = recipe;
    const form = distribution.kind === 'varianceScaling' ? distribution.distribution : distribution.kind;
    used.add(form === 'untruncatedNormal' ? 'normal' : form);
  }
  return used;
}

/** `recipe(index, seedLow, seedHigh)`: fills the located variable with its own initializer or values. */
function emitRecipes(linker: Linker, plan: KernelPlan, payloads: Uint8Array[]): void {
  const { module } = linker;
  const locals = new Locals(module, [i32, i32, i32]);
  const cases = plan.variables.map(({ recipe }) => {
    const own = recipe.kind === 'random' ? recipe.seed : undefined;
    const seeds = (): [Ref, Ref] =>
      own === undefined
        ? [locals.parameter(1).get(), locals.parameter(2).get()]
        : [module.i32.const(Number(own & 0xffffffffn) | 0), module.i32.const(Number(own >> 32n) | 0)];
    return [emitRecipe(linker, recipe, seeds, payloads), module.return()];
  });
  const body = switchOver(linker, locals.parameter(0).get(), cases);
  linker.add(
    'recipe',
    [i32, i32, i32],
    none,
    locals,
    body.length > 0 ? body : [module.nop()],
    cases.length < MANY_CASES,
  );
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

function emitRecipe(
  linker: Linker,
  recipe: PlannedVariable['recipe'],
  seeds: () => [Ref, Ref],
  payloads: Uint8Array[],
): Ref {
  const { module } = linker;
  const plain = drawArguments(recipe);
  if (plain) {
    const [kind, a, b] = plain;
    return module.drop(
      module.call('draw', [module.i32.const(kind), module.f64.const(a), module.f64.const(b), ...seeds()], i32),
    );
  }
  if (recipe.kind === 'values') {
    const { data } = recipe.tensor;
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    payloads.push(bytes);
    const segment = segmentName(payloads.length - 1);
    return module.memory.init(segment, field(linker, 'target'), module.i32.const(0), module.i32.const(bytes.length));
  }
  if (recipe.kind === 'random' && recipe.distribution.kind === 'truncatedNormal') {
    const { mean, std, low, high } = recipe.distribution;
    const key = linker.call('deriveKey', [...seeds(), field(linker, 'hashLow'), field(linker, 'hashHigh')], i64);
    const first = module.i64.const(0n);
    const target = [field(linker, 'target'), field(linker, 'count'), first, key];
    const numbers = [mean, std, low, high].map((value) => module.f32.const(value));
    return linker.call('fillTruncatedNormal', [...target, ...numbers]);
  }
  return module.nop();
}

export const segmentName = (index: number): string => `values${index}`;

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
