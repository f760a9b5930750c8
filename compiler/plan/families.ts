import { initializerCodes as codes } from '../../runtime/manifest.js';
import { add, alignUp, floorDiv, max, mul, sub, type Dim } from '../dim.js';
import { facts, type Fact } from '../facts.js';
import type { Recipe, Rng } from '../ir.js';

/**
 * A parameter of a kernel: where the elements go, `first` the index of the first one; `a` and `b` as f32, `wide*` as f64
 * and `whole*` as u32; bounds as values, or `sigma*` in standard deviations; the variable's key; `state` and `scratch`
 * memory; `factor` of a draw, 1 but for variance scaling under jax; a fact.
 */
export type Parameter =
  | ('target' | 'count' | 'first' | 'key' | 'state' | 'scratch' | 'factor' | 'zero')
  | ('a' | 'b' | 'wideA' | 'wideB' | 'wholeA' | 'low' | 'high' | 'wideLow' | 'wideHigh' | 'sigmaLow' | 'sigmaHigh')
  | Fact;

/** A kernel and what it is called with. */
export type Fill = readonly [kernel: string, ...parameters: Parameter[]];

/** What a module links to fill variables: one kernel for each generator. */
export interface Family {
  /** Of `initializeParameter`. */
  readonly code: number;
  /** The fewest and the most axes of a variable. */
  readonly ranks: readonly [least: number, most: number];
  readonly philox: Fill;
  readonly jax: Fill | undefined;
  readonly torch: Fill | undefined;
  /** Elements can be drawn one without the other. */
  readonly elementwise: boolean;
  /** The first fact must not be above the second. */
  readonly ordered?: readonly [Fact, Fact];
  /** The first must be a multiple of the second, and the second not 0. */
  readonly multiple?: readonly [Parameter, Parameter | number];
  /** Bytes that the kernel takes besides the variable's. */
  scratch?(facts: Readonly<Record<Fact, Dim>>): Dim;
}

const ANY = [0, Infinity] as const;
const each = ['target', 'count', 'first', 'key'] as const;
const stream = ['target', 'count', 'state'] as const;
const centralTap = [
  ...(['target', 'count', 'middle', 'tapRows', 'tapColumns'] as const),
  ...(['strideRow', 'strideColumn', 'key', 'a', 'scratch'] as const),
] as const;

/** A kernel without randomness, the same under every generator. */
const pattern = (fill: Fill) => ({ philox: fill, jax: fill, torch: fill });
const onlyPhilox = (fill: Fill) => ({ philox: fill, jax: undefined, torch: undefined });

const COLUMNS_AT_ONCE = 4;
const min = (left: Dim, right: Dim): Dim => sub(add(left, right), max(left, right));

/** What `orthogonalScratch` of assembly/orthogonal.ts says. */
function orthogonalScratch(rows: Dim, columns: Dim): Dim {
  const short = alignUp(min(rows, columns), COLUMNS_AT_ONCE);
  const stride = add(mul(floorDiv(add(mul(max(rows, columns), 4), 63), 128), 128), 64);
  return add(mul(stride, add(short, COLUMNS_AT_ONCE)), mul(short, 4 * (COLUMNS_AT_ONCE + 1)));
}

const CACHE_LINE = 64;
const matrixBytes = (rows: Dim, columns: Dim): Dim => alignUp(mul(mul(rows, columns), 4), CACHE_LINE);

export const families = {
  constant: {
    code: codes.constant,
    ranks: ANY,
    elementwise: true,
    ...pattern(['fillConstant', 'target', 'count', 'a']),
  },
  uniform: {
    code: codes.uniform,
    ranks: ANY,
    elementwise: true,
    philox: ['fillUniform', ...each, 'a', 'b'],
    jax: ['fillJaxUniform', ...each, 'a', 'b', 'factor'],
    torch: ['fillTorchUniform', ...stream, 'a', 'b'],
  },
  normal: {
    code: codes.normal,
    ranks: ANY,
    elementwise: true,
    philox: ['fillNormal', ...each, 'a', 'b'],
    jax: ['fillJaxNormal', ...each, 'a', 'b'],
    torch: ['fillTorchNormal', ...stream, 'wideA', 'wideB'],
  },
  truncatedNormal: {
    code: codes.truncatedNormal,
    ranks: ANY,
    elementwise: true,
    philox: ['fillTruncatedNormal', ...each, 'a', 'b', 'low', 'high'],
    jax: ['fillJaxTruncatedNormal', ...each, 'a', 'b', 'sigmaLow', 'sigmaHigh'],
    torch: ['fillTorchTruncatedNormal', ...stream, 'wideA', 'wideB', 'wideLow', 'wideHigh'],
  },
  orthogonal: {
    code: codes.orthogonal,
    ranks: [2, Infinity],
    elementwise: false,
    philox: ['fillOrthogonal', 'target', 'rows', 'columns', 'key', 'a', 'scratch'],
    jax: ['fillJaxOrthogonal', 'target', 'rows', 'columns', 'key', 'a', 'scratch'],
    torch: ['fillTorchOrthogonal', 'target', 'rows', 'columns', 'state', 'a', 'scratch'],
    scratch: ({ rows, columns }) => orthogonalScratch(rows, columns),
  },
  deltaOrthogonal: {
    code: codes.deltaOrthogonal,
    ranks: [3, 5],
    elementwise: false,
    ordered: ['inputs', 'outputs'],
    philox: ['fillDeltaOrthogonal', ...centralTap],
    jax: ['fillJaxDeltaOrthogonal', ...centralTap],
    torch: undefined,
    scratch: ({ tapRows, tapColumns }) => add(orthogonalScratch(tapRows, tapColumns), matrixBytes(tapRows, tapColumns)),
  },
  identity: {
    code: codes.identity,
    ranks: [2, 2],
    elementwise: false,
    ...pattern(['fillIdentity', 'target', 'rows', 'columns', 'a']),
  },
  dirac: {
    code: codes.dirac,
    ranks: [3, 5],
    multiple: ['outputs', 'wholeA'],
    elementwise: false,
    ...pattern([
      'fillDirac',
      'target',
      'count',
      'centre',
      'inputs',
      'outputs',
      'wholeA',
      'strideInput',
      'strideOutput',
    ]),
  },
  bilinear: {
    code: codes.bilinear,
    ranks: [4, 4],
    elementwise: false,
    ...pattern(['fillBilinear', 'target', 'count', 'height', 'width', 'strideTap']),
  },
  lstmBias: {
    code: codes.lstmBias,
    ranks: [1, 1],
    elementwise: false,
    multiple: ['count', 4],
    ...pattern(['fillLstmBias', 'target', 'count', 'a']),
  },
  sparse: {
    code: codes.sparse,
    ranks: [2, 2],
    elementwise: false,
    ...onlyPhilox(['fillSparse', 'target', 'rows', 'columns', 'key', 'wideA', 'b', 'scratch']),
    scratch: ({ rows }) => mul(rows, 8),
  },
  bits: {
    code: codes.bits,
    ranks: ANY,
    elementwise: true,
    philox: ['fillBits', ...each, 'zero', 'zero'],
    jax: ['fillJaxBits', ...each],
    torch: ['fillTorchBits', ...stream],
  },
} as const satisfies Readonly<Record<string, Family>>;

export type FamilyName = keyof typeof families;
export const familyNames = Object.keys(families) as readonly FamilyName[];
export const familyOf = (name: FamilyName): Family => families[name];

/** The family that a recipe draws from; none for functions of the user's. */
export function familyOfRecipe(recipe: Recipe): FamilyName | undefined {
  if (recipe.kind === 'custom' || recipe.kind === 'host') return undefined;
  if (recipe.kind !== 'varianceScaling') return recipe.kind;
  return recipe.distribution === 'untruncatedNormal' ? 'normal' : recipe.distribution;
}

/** The kernel of a family under a generator; undefined where that generator has none. */
export const fillOf = (name: FamilyName, rng: Rng): Fill | undefined => familyOf(name)[rng];

const isFact = (parameter: string | number): parameter is Fact => facts.includes(parameter as Fact);

/** What the families' kernels ask of variables. */
export function factsOf(names: Iterable<FamilyName>, rng: Rng): readonly Fact[] {
  const asked = new Set<Fact>();
  for (const name of names) {
    const { ranks, ordered = [], multiple = [] } = familyOf(name);
    if (ranks !== ANY) asked.add('rank');
    for (const parameter of [...(fillOf(name, rng) ?? []), ...ordered, ...multiple]) {
      if (isFact(parameter)) asked.add(parameter);
    }
  }
  return facts.filter((fact) => asked.has(fact));
}

/** Bytes that the families' kernels take besides a variable's own. */
export function scratchOf(names: Iterable<FamilyName>, of: Readonly<Record<Fact, Dim>>): Dim {
  const rank = of.rank as number;
  let bytes: Dim = 0;
  for (const name of names) {
    const family = familyOf(name);
    const [least, most] = family.ranks;
    if (family.scratch && rank >= least && rank <= most) bytes = max(bytes, family.scratch(of));
  }
  return bytes;
}
