import { InputError, ShapeError, VariableError } from './errors.js';
import { fixed, named, show } from './feed.js';
import * as codes from './initializer-codes.js';
import type { Manifest, ManifestVariable } from './manifest.js';
import { didYouMean } from './suggest.js';

/** What fills a variable: its code, the two numbers that it takes, and a seed of the variable's own. */
export interface Draw {
  readonly code: number;
  readonly a: number;
  readonly b: number;
  readonly seed?: bigint;
  /** The kind, where it fills only variables of two axes or more. */
  readonly matrices?: string;
}

/** The variable's own initializer or values. */
export const OWN: Draw = { code: codes.own, a: 0, b: 0 };

type Options = Readonly<Record<string, number | string>>;

/** A kind: its code, its options with their defaults, and for a kind without options the number it stands for. */
type Kind = readonly [code: number, options: Options, value?: number];

/** The words that options take, in the order of their numbers. */
const words: Readonly<Record<string, readonly string[]>> = {
  mode: ['fanIn', 'fanOut', 'fanAvg'],
  distribution: ['uniform', 'truncatedNormal', 'untruncatedNormal'],
  factorType: ['in', 'out', 'avg'],
  rndType: ['uniform', 'gaussian'],
};

const scaling = (mode: number, form: number): number => codes.varianceScaling + 4 * mode + form;

const kinds: Readonly<Record<string, Kind>> = {
  zeros: [codes.constant, {}, 0],
  ones: [codes.constant, {}, 1],
  constant: [codes.constant, { value: 0 }],
  uniform: [codes.uniform, { low: -0.05, high: 0.05 }],
  normal: [codes.normal, { mean: 0, std: 0.05 }],
  truncatedNormal: [codes.truncatedNormal, { mean: 0, std: 0.05 }],
  varianceScaling: [codes.varianceScaling, { scale: 1, mode: 'fanIn', distribution: 'truncatedNormal' }],
  glorotUniform: [scaling(2, 0), {}, 1],
  glorotNormal: [scaling(2, 1), {}, 1],
  heUniform: [scaling(0, 0), {}, 2],
  heNormal: [scaling(0, 1), {}, 2],
  lecunUniform: [scaling(0, 0), {}, 1],
  lecunNormal: [scaling(0, 1), {}, 1],
  xavier: [scaling(2, 0), { rndType: 'uniform', factorType: 'avg', magnitude: 3 }],
  msraPrelu: [scaling(2, 2), { factorType: 'avg', slope: 0.25 }],
};

type Numbers = Readonly<Record<string, number>>;

/** The code and the number of kinds whose options are other ones. */
const derived: Readonly<Record<string, (options: Numbers) => readonly [code: number, a: number]>> = {
  varianceScaling: ({ mode = 0, distribution = 0, scale = 0 }) => [scaling(mode, distribution), scale],
  xavier: ({ rndType = 0, factorType = 0, magnitude = 0 }) => [
    scaling(factorType, 2 * rndType),
    rndType ? magnitude : magnitude / 3,
  ],
  msraPrelu: ({ factorType = 0, slope = 0 }) => [scaling(factorType, 2), 2 / (1 + slope ** 2)],
};

/** The plain code that a code comes down to. */
const familyOf = (code: number): number =>
  code < codes.varianceScaling ? code : [codes.uniform, codes.truncatedNormal, codes.normal][code & 3]!;

/** A name without what differs between frameworks: `random_normal` is `normal`, `he_uniform` is `heUniform`. */
const plain = (name: string): string => name.replace(/^random_?|_/g, '').toLowerCase();

const fail = (what: string): never => {
  throw new InputError('initializer', 'initialize', what);
};

/** Refuses options that nothing reads. `of` says whose they are. */
export function checkOptions(given: object, known: readonly string[], of = ''): void {
  for (const name in given) {
    if (!known.includes(name)) fail(`unknown option '${name}'${of}; it takes ${known.join(', ') || 'none'}`);
  }
}

/** The options of a kind, with its defaults for those left out, words as numbers. */
function readOptions(kind: string, defaults: Options, given: Readonly<Record<string, unknown>>): Numbers {
  const known = Object.keys(defaults);
  checkOptions(given, known, ` of ${kind}`);
  const read = (name: string): [string, number] => {
    const value = given[name] ?? defaults[name]!;
    const choices = words[name];
    const expects = choices
      ? !choices.includes(value as string) && `one of ${choices.join(', ')}`
      : !Number.isFinite(value)
        ? 'a number'
        : /std|scale|magnitude/.test(name) &&
          !((value as number) > 0 || (value === 0 && kind === 'normal')) &&
          'positive';
    if (expects) fail(`${name} must be ${expects}, got ${named(value)}`);
    return [name, choices ? choices.indexOf(value as string) : (value as number)];
  };
  const options: Numbers = Object.fromEntries(known.map(read));
  const { low = 0, high = 0 } = options;
  if (low > high) fail(`low must not be above high, got ${low} and ${high}`);
  return options;
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
  const kind = Object.keys(kinds).find((kind) => plain(kind) === plain(String(name)));
  if (!kind)
    return fail(
      `unknown initializer ${named(name ?? initializer)}${didYouMean(plain(String(name)), Object.keys(kinds))}`,
    );
  const [code, defaults, value] = kinds[kind]!;
  const options = readOptions(kind, defaults, given);
  const [draw, a = value!, b = 0] = derived[kind]?.(options) ?? [code, ...Object.values(options)];
  const carries = manifest.initializers;
  if (!carries.some((carried) => familyOf(kinds[carried]![0]) === familyOf(draw))) {
    const text = `the module does not carry '${kind}' (it carries ${carries.join(', ') || 'none'}); compile with initializers: ['${kind}']`;
    throw new VariableError('initializer', 'initialize', text);
  }
  return {
    ...{ code: draw, a, b },
    ...('factorType' in defaults && { matrices: kind }),
    ...(seed !== undefined && { seed: readSeed(seed) }),
  };
}

/** Refuses a variable of fewer axes than its initializer needs. */
export function checkRank({ matrices }: Draw, { name, shape }: ManifestVariable): void {
  if (matrices === undefined || shape.length >= 2) return;
  const got = show(fixed(shape));
  throw new ShapeError('initializer', name, `${matrices} needs at least 2 axes, got ${got}`, 'at least 2 axes', got);
}

/** A seed as 64 bits; `'random'` draws one. */
export function readSeed(seed: unknown): bigint {
  if (seed === 'random') return crypto.getRandomValues(new BigUint64Array(1))[0]!;
  const value = typeof seed === 'bigint' ? seed : Number.isSafeInteger(seed) ? BigInt(seed as number) : -1n;
  if (value === BigInt.asUintN(64, value)) return value;
  const text = `seed must be a whole number from 0 to 2^64 - 1 or 'random', got ${named(seed)}`;
  throw new InputError('seed', 'initialize', text);
}
