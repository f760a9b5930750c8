import { InputError, VariableError } from './errors.js';
import { named } from './feed.js';
import type { HostInitializer } from './host.js';
import * as codes from './initializer-codes.js';
import type { Manifest } from './manifest.js';
import { didYouMean } from './suggest.js';

/** A code of `initializeParameter`, the two numbers that it takes, and further ones that stand in the table. */
type Plan = readonly [code: number, a: number, b: number, ...more: number[]];
type Ranks = readonly [least: number, most: number];

/** What fills a variable. */
export interface Draw {
  /** As errors name it. */
  readonly kind: string;
  readonly plan: Plan;
  /** The variable's own, whatever seed is in use. */
  readonly seed?: bigint;
  /** The fewest and the most axes of a variable. */
  readonly ranks?: Ranks | undefined;
  /** A function of the host in the plan's place. */
  readonly host?: HostInitializer;
}

/** The variable's own initializer or values. */
export const OWN: Draw = { kind: 'own', plan: [codes.own, 0, 0] };

/** The numbers of an option's words, the default first. */
type Words = Readonly<Record<string, number>>;
type Options = Readonly<Record<string, number | Words>>;

/** The options of a kind with their defaults, what their numbers come down to, in that order, and the axes it needs. */
type Kind = readonly [options: Options, plan: (...numbers: number[]) => Plan, ranks?: Ranks];

const fans: Words = { avg: 2, in: 0, out: 1 };
const kernels: Ranks = [3, 5];
const matrices: Ranks = [2, Infinity];

const scaling = (scale: number, mode: number, form: number): Plan => [
  codes.varianceScaling + 4 * mode + form,
  scale,
  0,
];
const bare = (...plan: Plan): Kind => [{}, () => plan];
const simple = (code: number, options: Options, ranks: Ranks): Kind => [
  options,
  (a = 0, b = 0) => [code, a, b] as const,
  ranks,
];

const kinds: Readonly<Record<string, Kind>> = {
  zeros: bare(codes.constant, 0, 0),
  ones: bare(codes.constant, 1, 0),
  constant: [{ value: 0 }, (value) => [codes.constant, value, 0]],
  uniform: [{ low: -0.05, high: 0.05 }, (low, high) => [codes.uniform, low, high]],
  normal: [{ mean: 0, std: 0.05 }, (mean, std) => [codes.normal, mean, std]],
  truncatedNormal: [
    { mean: 0, std: 0.05, low: -2, high: 2, absolute: { false: 0, true: 1 } },
    (mean, std, low, high, absolute) => [
      codes.cutNormal,
      mean,
      std,
      ...[low, high].map((bound) => (absolute ? bound : mean + bound * std)),
    ],
  ],
  varianceScaling: [
    {
      scale: 1,
      mode: { fanIn: 0, fanOut: 1, fanAvg: 2, weightFanIn: 3 },
      distribution: { truncatedNormal: 1, uniform: 0, untruncatedNormal: 2 },
    },
    (scale, mode, form) => scaling(scale, mode, form),
  ],
  glorotUniform: bare(codes.varianceScaling + 8, 1, 0),
  glorotNormal: bare(codes.varianceScaling + 9, 1, 0),
  heUniform: bare(codes.varianceScaling, 2, 0),
  heNormal: bare(codes.varianceScaling + 1, 2, 0),
  lecunUniform: bare(codes.varianceScaling, 1, 0),
  lecunNormal: bare(codes.varianceScaling + 1, 1, 0),
  xavier: [
    { rndType: { uniform: 0, gaussian: 2 }, factorType: fans, magnitude: 3 },
    (form, mode, magnitude) => scaling(magnitude / (form ? 1 : 3), mode, form),
    matrices,
  ],
  msraPrelu: [{ factorType: fans, slope: 0.25 }, (mode, slope) => scaling(2 / (1 + slope ** 2), mode, 2), matrices],
  orthogonal: simple(codes.orthogonal, { gain: 1 }, matrices),
  deltaOrthogonal: simple(codes.deltaOrthogonal, { gain: 1 }, kernels),
  identity: simple(codes.identity, { gain: 1 }, [2, 2]),
  dirac: simple(codes.dirac, { groups: 1 }, kernels),
  bilinear: simple(codes.bilinear, {}, [4, 4]),
  lstmBias: simple(codes.lstmBias, { forgetBias: 1 }, [1, 1]),
  sparse: simple(codes.sparse, { sparsity: NaN, std: 0.01 }, [2, 2]),
};

/** The plain code that a plan comes down to. */
const familyOf = ([code]: Plan): number =>
  code === codes.cutNormal
    ? codes.truncatedNormal
    : code < codes.varianceScaling
      ? code
      : [codes.uniform, codes.truncatedNormal, codes.normal][code & 3]!;

/** A name without what differs between frameworks: `random_normal` is `normal`, `he_uniform` is `heUniform`. */
const plain = (name: string): string => name.replace(/^random_?|_|initializer$/gi, '').toLowerCase();

const fail = (what: string): never => {
  throw new InputError('option', 'initialize', what);
};

/** Refuses options that nothing reads, besides the seed that all take. `of` says whose they are. */
export function checkOptions(given: object, others: readonly string[], of = ''): void {
  const known = ['seed', ...others];
  for (const name in given) {
    if (!known.includes(name)) fail(`unknown option '${name}'${of}; it takes ${known.join(', ')}`);
  }
}

/** Numbers that an option must keep to, besides being one. */
const limits: readonly (readonly [option: RegExp, expects: string, holds: (value: number, kind: string) => boolean])[] =
  [
    [/std|scale|magnitude/, 'positive', (value, kind) => value > 0 || (value === 0 && /^(normal|sparse)$/.test(kind))],
    [/sparsity/, 'from 0 to 1', (value) => value >= 0 && value <= 1],
    [/groups/, 'an integer of at least 1', (value) => value >= 1 && Number.isInteger(value)],
  ];

/** The numbers of options, with the defaults for those left out. */
function numbersOf(kind: string, defaults: Options, given: Readonly<Record<string, unknown>>): number[] {
  const known = Object.keys(defaults);
  checkOptions(given, known, ` of ${kind}`);
  // Options of the model's own kinds may have any name, and take any number.
  const limited = kinds[kind] ? limits : [];
  return known.map((name) => {
    const fallback = defaults[name]!;
    const words = typeof fallback === 'number' ? undefined : Object.keys(fallback);
    const value = given[name] ?? words?.[0] ?? fallback;
    const number = (words ? (fallback as Words)[value as string] : value) as number;
    const single = Math.fround(number);
    const expects = !Number.isFinite(number)
      ? words
        ? `one of ${words.join(', ')}`
        : 'a number'
      : Number.isFinite(single)
        ? limited.find(([option, , holds]) => option.test(name) && !holds(single, kind))?.[1]
        : 'a 32-bit float';
    if (expects) fail(`${name} must be ${expects}, got ${named(value)}`);
    return number;
  });
}

/** What a kind comes down to. */
function planOf(kind: string, given: Readonly<Record<string, unknown>>): Plan {
  const [defaults, plan] = kinds[kind]!;
  const numbers = numbersOf(kind, defaults, given);
  const keys = Object.keys(defaults);
  const [low, high] = ['low', 'high'].map((name) => numbers[keys.indexOf(name)]!);
  if (low! > high! || (low === high && kind === 'truncatedNormal')) {
    fail(`low must ${kind === 'uniform' ? 'not be above' : 'be below'} high, got ${low} and ${high}`);
  }
  if (kind === 'uniform' && Math.fround(high! - low!) === Infinity) fail('high - low must be a 32-bit float');
  return plan(...numbers);
}

/**
 * What an initializer is to `initializeParameter`, for a variable of this name.
 *
 * @throws InputError for what is no initializer · VariableError for a kind that the module does not carry
 */
export function drawOf(initializer: unknown, variable: string, manifest: Manifest): Draw {
  if (typeof initializer === 'function') {
    return { kind: initializer.name, plan: OWN.plan, host: initializer as HostInitializer };
  }
  const {
    kind: name,
    seed,
    ...given
  } = (
    typeof initializer === 'number'
      ? { kind: 'constant', value: initializer }
      : typeof initializer === 'string'
        ? { kind: initializer }
        : Object(initializer)
  ) as Readonly<Record<string, unknown>>;
  if (name === 'mixed') {
    const rules = given['rules'] as readonly (readonly [string, unknown])[] | undefined;
    const rule = rules?.find(([pattern]) => variable.search(pattern) >= 0);
    return rule ? drawOf(rule[1], variable, manifest) : fail(`no rule of mixed is found in '${variable}'`);
  }
  const { initializers: carries, custom = [] } = manifest;
  const own = custom.findIndex((entry) => entry.name === name);
  const seeded = (draw: Draw): Draw => {
    if (seed === undefined) return draw;
    const [code, ...numbers] = draw.plan;
    return { ...draw, plan: [code + codes.ownSeed, ...numbers] as unknown as Plan, seed: readSeed(seed) };
  };
  if (own >= 0) {
    const numbers = numbersOf(String(name), custom[own]!.options, given);
    return seeded({ kind: String(name), plan: [codes.custom + own, 0, 0, ...numbers] });
  }
  const word = plain(String(name));
  const names = Object.keys(kinds);
  const kind = names.find((known) => plain(known) === word);
  if (!kind) {
    const all = [...names, ...custom.map((entry) => entry.name)];
    return fail(`unknown initializer ${named(name ?? initializer)}${didYouMean(word, all)}`);
  }
  const plan = planOf(kind, given);
  const families = carries.map((carried) =>
    kinds[carried] ? familyOf(planOf(carried, carried === 'sparse' ? { sparsity: 0 } : {})) : -1,
  );
  if (!families.includes(familyOf(plan))) notCarried(kind, manifest);
  return seeded({ kind, plan, ranks: kinds[kind]![2] });
}

export function notCarried(kind: string, { initializers }: Manifest): never {
  const carries = initializers.filter((name) => name !== 'bits').join(', ') || 'none';
  const wanted = kind === 'bits' ? `'all'` : `['${kind}']`;
  const text = `the module does not carry '${kind}' (it carries ${carries}); compile with initializers: ${wanted}`;
  throw new VariableError('initializer', 'initialize', text);
}

/** A seed as 64 bits; `'random'` draws one. */
export function readSeed(seed: unknown): bigint {
  if (seed === 'random') return crypto.getRandomValues(new BigUint64Array(1))[0]!;
  const digits = String(seed);
  const isExact = typeof seed !== 'number' || Number.isSafeInteger(seed);
  if (isExact && /^\d{1,20}$/.test(digits) && BigInt(digits) >> 64n === 0n) return BigInt(digits);
  return fail(`seed must be a whole number from 0 to 2^64 - 1 or 'random', got ${named(seed)}`);
}
