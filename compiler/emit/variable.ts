import { fnv1a64 } from '../random.js';
import { packingFields, type KernelPlan, type Packing, type PlannedVariable } from '../plan/types.js';
import { facts } from '../facts.js';
import { i32, i64, none, type Ref } from './binaryen.js';
import { addressRef, Locals, sizeRef, when } from './code.js';
import type { Linker } from './linker.js';

/** What `locate` finds out about a variable, each in a global. */
const located = ['target', 'packed', 'count'] as const;
const hashed = ['hashLow', 'hashHigh', 'fanIn', 'fanOut', 'weightFanIn'] as const;
const others = ['state', 'scratch', ...facts] as const;
const globalName = (field: string): string => `variable.${field}`;

/** Adds the globals of the located variable. */
export function declareLocated({ module }: Linker, plan: KernelPlan): void {
  for (const name of [...located, ...hashed, ...others, ...packingGlobals(plan)]) {
    module.addGlobal(globalName(name), i32, true, module.i32.const(0));
  }
  module.addGlobal(globalName('first'), i64, true, module.i64.const(0n));
  customDims(plan).forEach((_, axis) => {
    module.addGlobal(globalName(`dim${axis}`), i32, true, module.i32.const(0));
  });
}

const packingsOf = ({ variables }: KernelPlan): Packing[] =>
  variables.flatMap(({ packing }) => (packing === null ? [] : [packing]));

/** The number that a field has in all of a plan's packings. */
function sharedField(plan: KernelPlan, name: keyof Packing): number | undefined {
  const [first, ...rest] = packingsOf(plan).map((packing) => packing[name]);
  return typeof first === 'number' && rest.every((other) => other === first) ? first : undefined;
}

/** The fields of packings that are not the same in all. */
const packingGlobals = (plan: KernelPlan): (keyof Packing)[] =>
  packingsOf(plan).length === 0 ? [] : packingFields.filter((name) => sharedField(plan, name) === undefined);

/** What `packGroups` and `unpackGroups` take of the located variable after two addresses. */
export const packingRefs = (linker: Linker, plan: KernelPlan): Ref[] =>
  packingFields.map((name) => {
    const shared = sharedField(plan, name);
    return shared === undefined ? field(linker, name) : sizeRef(linker.module, shared);
  });

/** The axes that functions of the user's may ask for. */
export function customDims({ customs, variables }: KernelPlan): readonly undefined[] {
  if (customs.length === 0) return [];
  return Array.from({ length: Math.max(0, ...variables.map(({ shape }) => shape.length)) }, () => undefined);
}

/** What `locate` found out. */
export const field = ({ module }: Linker, name: string): Ref => module.global.get(globalName(name), i32);
export const wideField = ({ module }: Linker, name: 'first'): Ref => module.global.get(globalName(name), i64);
export const setField = ({ module }: Linker, name: string, value: Ref): Ref =>
  module.global.set(globalName(name), value);

/** `locate(index)`: 1 and the globals of variable `index`, or 0 when there is none. */
export function emitLocate(linker: Linker, plan: KernelPlan): void {
  const { module } = linker;
  const locals = new Locals(module, [i32]);
  const varying = packingGlobals(plan);
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
      for (const name of varying) body.push(set(name, sizeRef(module, packing[name])));
    }
    body.push(
      set('hashLow', module.i32.const(Number(hash & 0xffffffffn) | 0)),
      set('hashHigh', module.i32.const(Number(hash >> 32n) | 0)),
      set('fanIn', sizeRef(module, planned.fanIn)),
      set('fanOut', sizeRef(module, planned.fanOut)),
      set('weightFanIn', sizeRef(module, planned.weightFanIn)),
      ...Object.entries(planned.facts).map(([fact, dim]) => set(fact, sizeRef(module, dim))),
      ...customDims(plan).map((_, axis) => set(`dim${axis}`, sizeRef(module, planned.shape[axis] ?? 1))),
      ...publishDims(linker, plan, planned),
      module.return(module.i32.const(1)),
    );
    return body;
  });
  const scratch = addressRef(module, plan.memory.scratch, plan.memory.initializerOffset);
  const body = [
    module.global.set(globalName('first'), module.i64.const(0n)),
    module.global.set(globalName('scratch'), scratch),
    ...switchOver(linker, locals.parameter(0).get, cases),
    module.i32.const(0),
  ];
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

/** A switch over more cases is left as it is: the optimizer's time grows faster than their number, to 2.3 s for 2,000. */
export const MANY_CASES = 100;

/** Cases of one nest of blocks; Binaryen looks through what a block holds, so that deep nests take quadratic time. */
const NESTED_CASES = 64;

/** Runs case `index`; falls through when there is none. Every case must leave the function or the block. */
export function switchOver({ module }: Linker, index: () => Ref, cases: readonly Ref[][]): Ref[] {
  if (cases.length === 0) return [];
  const nest = (label: string, at: Ref, bodies: readonly Ref[][]): Ref => {
    const names = bodies.map((_, i) => `${label}${i}`);
    return bodies.reduce(
      (inner, body, i) => module.block(names[i + 1] ?? label, [inner, ...body], none),
      module.block(names[0]!, [module.switch(names, label, at)], none),
    );
  };
  if (cases.length <= NESTED_CASES) return [nest('case', index(), cases)];
  const groups = Array.from({ length: Math.ceil(cases.length / NESTED_CASES) }, (_, group) => {
    const within = module.i32.rem_u(index(), module.i32.const(NESTED_CASES));
    const own = cases.slice(group * NESTED_CASES, (group + 1) * NESTED_CASES);
    return [nest(`group${group}case`, within, own), module.br('group')];
  });
  return [nest('group', module.i32.div_u(index(), module.i32.const(NESTED_CASES)), groups)];
}

/** `store(index)`: takes the canonical values of the located variable as its own. */
export function emitStore(linker: Linker, plan: KernelPlan): void {
  const { module } = linker;
  const { tableAddress, table } = plan.memory;
  const locals = new Locals(module, [i32]);
  const body: Ref[] = [];
  if (plan.variables.some(({ packing }) => packing !== null)) {
    const args = [field(linker, 'target'), field(linker, 'packed'), ...packingRefs(linker, plan)];
    body.push(when(module, field(linker, 'packed'), linker.call('packGroups', args)));
  }
  body.push(
    module.i32.store8(tableAddress + table.states, 1, locals.parameter(0).get(), module.i32.const(1)),
    module.global.set('dirty', module.i32.const(1)),
  );
  linker.add('store', [i32], none, locals, body);
}
