import { InputError, VariableError } from './errors.js';
import { named } from './feed.js';
import * as codes from './initializer-codes.js';
import type { Manifest } from './manifest.js';
import { didYouMean } from './suggest.js';

/** A code of `initializeParameter` and the two numbers that it takes. */
type Plan = readonly [code: number, a: number, b: number];

/** What fills a variable. */
export interface Draw {
  readonly plan: Plan;
  /** The variable's own, whatever seed is in use. */
  readonly seed?: bigint;
  /** The kind, where it fills only variables of two axes or more. */
  readonly matrices?: string | undefined;
}

/** The variable's own initializer or values. */
export const OWN: Draw = { plan: [codes.own, 0, 0] };

/** The numbers of an option's words, the default first. */
type Words = Readonly<Record<string, number>>;
type Options = Readonly<Record<string, number | Words>>;

/** The options of a kind with their defaults, and what their numbers come down to, in that order. */
type Kind = readonly [options: Options, plan: (a: number, b: number, c: number) => Plan];

const fans: Words = { avg: 2, in: 0, out: 1 };

const scaling = (scale: number, mode: number, form: number): Plan => [
  codes.varianceScaling + 4 * mode + form,
  scale,
  0,
];
const bare = (...plan: Plan): Kind => [{}, () => plan];

const kinds: Readonly<Record<string, Kind>> = {
  zeros: bare(codes.constant, 0, 0),
  ones: bare(codes.constant, 1, 0),
  constant: [{ value: 0 }, (value) => [codes.constant, value, 0]],
  uniform: [{ low: -0.05, high: 0.05 }, (low, high) => [codes.uniform, low, high]],
  normal: [{ mean: 0, std: 0.05 }, (mean, std) => [codes.normal, mean, std]],
  truncatedNormal: [{ mean: 0, std: 0.05 }, (mean, std) => [codes.truncatedNormal, mean, std]],
  varianceScaling: [
    {
      scale: 1,
      mode: { fanIn: 0, fanOut: 1, fanAvg: 2 },
      distribution: { truncatedNormal: 1, uniform: 0, untruncatedNormal: 2 },
    },
    scaling,
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
  ],
  msraPrelu: [{ factorType: fans, slope: 0.25 }, (mode, slope) => scaling(2 / (1 + slope ** 2), mode, 2)],
};

/** The plain code that a plan comes down to. */
const familyOf = ([code]: Plan): number =>
  code < codes.varianceScaling ? code : [codes.uniform, codes.truncatedNormal, codes.normal][code & 3]!;

/** A name without what differs between frameworks: `random_normal` is `normal`, `he_uniform` is `heUniform`. */
const plain = (name: string): string => name.replace(/^random_?|_/g, '').toLowerCase();

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

/** What a kind comes down to, with its defaults for the options left out. */
function planOf(kind: string, given: Readonly<Record<string, unknown>>): Plan {
  const [defaults, plan] = kinds[kind]!;
  const known = Object.keys(defaults);
  checkOptions(given, known, ` of ${kind}`);
  const numbers = known.map((name) => {
    const fallback = defaults[name]!;
    const words = typeof fallback === 'number' ? undefined : Object.keys(fallback);
    const value = given[name] ?? words?.[0] ?? fallback;
    const number = (words ? (fallback as Words)[value as string] : value) as number;
    const expects = !Number.isFinite(number)
      ? words
        ? `one of ${words.join(', ')}`
        : 'a number'
      : /std|scale|magnitude/.test(name) && !(number > 0 || (number === 0 && kind === 'normal')) && 'positive';
    if (expects) fail(`${name} must be ${expects}, got ${named(value)}`);
    return number;
  });
  const [first, second, third] = numbers as [number, number, number];
  if (kind === 'uniform' && first > second) fail(`low must not be above high, got ${first} and ${second}`);
  return plan(first, second, third);
}

/**
 * What an initializer is to `initializeParameter`.
 *
 * @throws InputError for what is no initializer · VariableError for a kind that the module does not carry
 */
export function drawOf(initializer: unknown, manifest: Manifest): Draw {
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
  const word = plain(String(name));
  const names = Object.keys(kinds);
  const kind = names.find((known) => plain(known) === word);
  if (!kind) return fail(`unknown initializer ${named(name ?? initializer)}${didYouMean(word, names)}`);
  const plan = planOf(kind, given);
  const carries = manifest.initializers;
  if (!carries.some((carried) => kinds[carried] && familyOf(planOf(carried, {})) === familyOf(plan))) {
    const text = `the module does not carry '${kind}' (it carries ${carries.join(', ') || 'none'}); compile with initializers: ['${kind}']`;
    throw new VariableError('initializer', 'initialize', text);
  }
  const draw = { plan, matrices: 'factorType' in kinds[kind]![0] ? kind : undefined };
  return seed === undefined ? draw : { ...draw, seed: readSeed(seed) };
}

/** A seed as 64 bits; `'random'` draws one. */
export function readSeed(seed: unknown): bigint {
  if (seed === 'random') return crypto.getRandomValues(new BigUint64Array(1))[0]!;
  const value = typeof seed === 'bigint' ? seed : Number.isSafeInteger(seed) ? BigInt(seed as number) : -1n;
  if (value === BigInt.asUintN(64, value)) return value;
  return fail(`seed must be a whole number from 0 to 2^64 - 1 or 'random', got ${named(seed)}`);
}
