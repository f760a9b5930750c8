import { initializerCodes as codes } from '../../runtime/manifest.js';
import type { Rng } from '../ir.js';
import { familyNames, familyOf, fillOf, type FamilyName, type Fill, type Parameter } from '../plan/families.js';
import { f32, f64, i32, i64, none, type Ref } from './binaryen.js';
import { Locals, when } from './code.js';
import type { Linker } from './linker.js';
import { field, wideField } from './variable.js';

export type Local = ReturnType<Locals['make']>;

export const modes = { fanIn: 0, fanOut: 1, fanAvg: 2, weightFanIn: 3 } as const;
export const forms = { uniform: 0, truncatedNormal: 1, untruncatedNormal: 2 } as const;

/** `draw(code, a, b, low, high, seedLow, seedHigh)`: code and numbers of an initializer, bounds of `cutNormal`, a seed. */
const drawTypes = [i32, f64, f64, f64, f64, i32, i32];

/** Whether a family draws numbers that variance scaling scales. */
const isScaled = (name: FamilyName): boolean => ['uniform', 'normal', 'truncatedNormal'].includes(name);

interface Draw {
  readonly linker: Linker;
  readonly rng: Rng;
  readonly parameters: Record<'code' | 'a' | 'b' | 'low' | 'high' | 'seedLow' | 'seedHigh', Local>;
  readonly key: Local;
  readonly factor: Local;
}

/**
 * Emits a function that fills the elements from `first` on of the located variable: 1, or 0 when the code is not that of
 * a family given or does not suit the variable.
 */
export function emitDraw(linker: Linker, name: string, rng: Rng, families: ReadonlySet<FamilyName>): void {
  const { module } = linker;
  const locals = new Locals(module, drawTypes);
  const [code, a, b, low, high, seedLow, seedHigh] = drawTypes.map((_, index) => locals.parameter(index)) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const parameters = { code, a, b, low, high, seedLow, seedHigh };
  const draw: Draw = { linker, rng, parameters, key: locals.make(i64), factor: locals.make(f32) };
  const present = familyNames.filter((family) => families.has(family) && fillOf(family, rng));
  const body: Ref[] = [];
  if (rng !== 'torch' && present.some((family) => fillOf(family, rng)!.includes('key'))) body.push(setKey(draw));
  body.push(code.set(module.i32.and(code.get(), module.i32.const(codes.ownSeed - 1))));
  if (present.some(isScaled)) body.push(draw.factor.set(module.f32.const(1)), ...scaleByFans(draw, locals));
  if (present.includes('truncatedNormal')) body.push(cutAtTwo(draw));
  for (const family of present) body.push(emitFamily(draw, family));
  linker.add(name, drawTypes, i32, locals, [...body, module.i32.const(0)]);
}

/** The key is derived from the seed and the variable's name; jax takes an initializer's own seed as it is. */
function setKey({ linker, rng, key, parameters: { code, seedLow, seedHigh } }: Draw): Ref {
  const { module } = linker;
  const seeds = [seedLow.get(), seedHigh.get(), field(linker, 'hashLow'), field(linker, 'hashHigh')];
  const derived = linker.call('deriveKey', seeds, i64);
  if (rng !== 'jax') return key.set(derived);
  const wide = (half: Ref): Ref => module.i64.extend_u(half);
  const seed = module.i64.or(module.i64.shl(wide(seedHigh.get()), module.i64.const(32n)), wide(seedLow.get()));
  const own = module.i32.and(code.get(), module.i32.const(codes.ownSeed));
  return key.set(module.if(own, seed, derived));
}

/** Turns variance scaling into one of the three plain kinds, with (a, b) their numbers. */
function scaleByFans({ linker, rng, factor, parameters: { code, a, b } }: Draw, locals: Locals): Ref[] {
  const { module } = linker;
  const [scaling, form] = [locals.make(i32), locals.make(i32)];
  const size = locals.make(f32);
  const wide = (name: string): Ref => module.f64.convert_u.i32(field(linker, name));
  const isMode = (mode: number): Ref =>
    module.i32.eq(module.i32.shr_u(scaling.get(), module.i32.const(2)), module.i32.const(mode));
  const average = module.f64.mul(module.f64.const(0.5), module.f64.add(wide('fanIn'), wide('fanOut')));
  const fan = module.select(
    isMode(modes.fanIn),
    wide('fanIn'),
    module.select(
      isMode(modes.fanOut),
      wide('fanOut'),
      module.select(isMode(modes.fanAvg), average, wide('weightFanIn')),
    ),
  );
  const known = module.i32.and(
    module.i32.lt_u(scaling.get(), module.i32.const(16)),
    module.i32.ne(module.i32.and(scaling.get(), module.i32.const(3)), module.i32.const(3)),
  );
  // torch scales in f64 throughout.
  const scale = rng === 'torch' ? a.get() : module.f64.promote(module.f32.demote(a.get()));
  const wideSize = (): Ref => module.f64.promote(size.get());
  const uniform =
    rng === 'jax'
      ? [a.set(module.f64.const(-1)), b.set(module.f64.const(1)), factor.set(size.get())]
      : [a.set(module.f64.neg(wideSize())), b.set(wideSize())];
  return [
    scaling.set(module.i32.sub(code.get(), module.i32.const(codes.varianceScaling))),
    when(
      module,
      known,
      form.set(module.i32.and(scaling.get(), module.i32.const(3))),
      size.set(linker.call(rng === 'jax' ? 'jaxVarianceScale' : 'varianceScale', [scale, fan, form.get()], f32)),
      module.if(
        form.get(),
        module.block(null, [
          a.set(module.f64.const(0)),
          b.set(wideSize()),
          code.set(
            module.select(
              module.i32.eq(form.get(), module.i32.const(forms.truncatedNormal)),
              module.i32.const(codes.truncatedNormal),
              module.i32.const(codes.normal),
            ),
          ),
        ]),
        module.block(null, [...uniform, code.set(module.i32.const(codes.uniform))]),
      ),
    ),
  ];
}

/** A truncated normal without bounds is cut at two deviations; both kinds go on under one code. */
function cutAtTwo({ linker: { module }, parameters: { code, a, b, low, high } }: Draw): Ref {
  const bound = (): Ref => module.f64.add(b.get(), b.get());
  return module.if(
    module.i32.eq(code.get(), module.i32.const(codes.cutNormal)),
    code.set(module.i32.const(codes.truncatedNormal)),
    module.block(null, [low.set(module.f64.sub(a.get(), bound())), high.set(module.f64.add(a.get(), bound()))]),
  );
}

function emitFamily(draw: Draw, family: FamilyName): Ref {
  const { linker, rng, parameters } = draw;
  const { module } = linker;
  const { code, ranks, ordered, multiple } = familyOf(family);
  const suits: Ref[] = [module.i32.eq(parameters.code.get(), module.i32.const(code))];
  const rank = (): Ref => field(linker, 'rank');
  if (ranks[0] > 0) suits.push(module.i32.ge_u(rank(), module.i32.const(ranks[0])));
  if (ranks[1] < Infinity) suits.push(module.i32.le_u(rank(), module.i32.const(ranks[1])));
  if (ordered) suits.push(module.i32.le_u(field(linker, ordered[0]), field(linker, ordered[1])));
  if (multiple) suits.push(isMultiple(draw, ...multiple));
  const condition = suits.reduce((left, right) => module.i32.and(left, right));
  return when(module, condition, callFill(draw, fillOf(family, rng)!), module.return(module.i32.const(1)));
}

function isMultiple(draw: Draw, of: Parameter, unit: Parameter | number): Ref {
  const { module } = draw.linker;
  const factor = (): Ref => (typeof unit === 'number' ? module.i32.const(unit) : parameterRef(draw, unit));
  const rest = (): Ref => module.i32.rem_u(parameterRef(draw, of), factor());
  return module.if(factor(), module.i32.eqz(rest()), module.i32.const(0));
}

function callFill(draw: Draw, [kernel, ...names]: Fill): Ref {
  const { linker } = draw;
  return linker.module.call(
    linker.library(kernel),
    names.map((name) => parameterRef(draw, name)),
    none,
  );
}

function parameterRef({ linker, key, factor, parameters: { a, b, low, high } }: Draw, name: Parameter): Ref {
  const { module } = linker;
  const single = (value: Ref): Ref => module.f32.demote(value);
  const deviations = (bound: Local): Ref => single(module.f64.div(module.f64.sub(bound.get(), a.get()), b.get()));
  switch (name) {
    case 'first':
      return wideField(linker, 'first');
    case 'key':
      return key.get();
    case 'factor':
      return factor.get();
    case 'zero':
      return module.i32.const(0);
    case 'a':
      return single(a.get());
    case 'b':
      return single(b.get());
    case 'wideA':
      return a.get();
    case 'wideB':
      return b.get();
    case 'wholeA':
      return module.i32.trunc_u_sat.f64(a.get());
    case 'low':
      return single(low.get());
    case 'high':
      return single(high.get());
    case 'wideLow':
      return low.get();
    case 'wideHigh':
      return high.get();
    case 'sigmaLow':
      return deviations(low);
    case 'sigmaHigh':
      return deviations(high);
    default:
      return field(linker, name);
  }
}
