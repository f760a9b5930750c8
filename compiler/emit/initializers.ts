import { initializerCodes } from '../../runtime/manifest.js';
import type { Distribution } from '../ir.js';
import type { KernelPlan, PlannedVariable } from '../plan/types.js';
import { f32, f64, i32, i64, none, type Ref } from './binaryen.js';
import { Locals, when } from './code.js';
import type { Linker } from './linker.js';
import { field, MANY_CASES, switchOver } from './variable.js';

type Local = ReturnType<Locals['make']>;

/** What a module can draw: each family with its variance-scaled forms. */
export const families = ['constant', 'uniform', 'normal', 'truncatedNormal'] as const;
export type Family = (typeof families)[number];

/** An initializer in a module: its kind as users name it, and the family that it draws from. */
export interface CarriedInitializer {
  readonly kind: string;
  readonly family: Family;
}

const modes = { fanIn: 0, fanOut: 1, fanAvg: 2 } as const;
const shapes = { uniform: 0, truncatedNormal: 1, untruncatedNormal: 2 } as const;

/** The code of variance scaling in `initializeParameter`. */
const scalingCode = ({ mode, distribution }: Extract<Distribution, { kind: 'varianceScaling' }>): number =>
  initializerCodes.varianceScaling + 4 * modes[mode] + shapes[distribution];

/** `draw(kind, a, b, seedLow, seedHigh)`: fills the located variable; 1, or 0 when the kind is not carried. */
export function emitDraw(linker: Linker, carried: ReadonlySet<Family>): void {
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

/** The family that an initializer draws from. */
export function familyOf(recipe: Exclude<PlannedVariable['recipe'], { readonly kind: 'values' }>): Family {
  if (recipe.kind === 'fill') return 'constant';
  const { distribution } = recipe;
  const form = distribution.kind === 'varianceScaling' ? distribution.distribution : distribution.kind;
  return form === 'untruncatedNormal' ? 'normal' : form;
}

/** What the recipes of a plan draw: kinds as users name them, and their families. */
export function initializersUsed(plan: KernelPlan): readonly CarriedInitializer[] {
  return plan.variables.flatMap(({ recipe, variable }) => {
    if (recipe.kind === 'values') return [];
    const family = familyOf(recipe);
    // What a kind with options draws is said by its family alone.
    const kind = variable.initializer.includes('(') ? family : variable.initializer;
    return [{ kind, family }];
  });
}

/** `recipe(index, seedLow, seedHigh)`: fills the located variable with its own initializer or values. */
export function emitRecipes(linker: Linker, plan: KernelPlan, payloads: Uint8Array[]): void {
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
