/** What is said of a model, in the query of its import and in the call of the plugin. */
import type { CompileOptions } from '../compile.js';
import { OptionError } from '../errors.js';
import { readCount, readDims, readSeed, readTolerance } from '../files/values.js';
import type { BoundInput } from '../import/bind.js';
import { show } from '../show.js';
import { didYouMean } from '../suggest.js';

type Compiling = Pick<
  CompileOptions,
  | 'weights'
  | 'storage'
  | 'tensorLayout'
  | 'seed'
  | 'rng'
  | 'parameters'
  | 'dims'
  | 'initializers'
  | 'maxMemory'
  | 'errorBudget'
>;

/** What an import may say of its model, behind the file's name as `?nacre&seed=7&target=both`. */
export interface ModelOptions extends Compiling {
  /** `baseline` (the default), `relaxed`, or `both`: the page loads the one that its engine runs. */
  readonly target?: NonNullable<CompileOptions['target']> | 'both';
  /** Values of inputs of an ONNX model or a graph-model that are known; a text is a .npy or .json file, from the model's folder. */
  readonly bind?: Readonly<Record<string, BoundInput | string>>;
  /** A .safetensors file whose tensors fill variables, from the model's folder. */
  readonly tensors?: string;
  /** Puts the module into the script that loads it, in base64: no file of its own, a third more bytes. */
  readonly inline?: boolean;
  /** `full` (the default) gives a `Model` of `nacre/runtime`, `forward` the smaller `ForwardModel` of `nacre/runtime/forward`. */
  readonly runtime?: 'full' | 'forward';
}

/** Where the output runs: it decides how a module is fetched. */
export type Platform = 'browser' | 'node' | 'cloudflare' | 'any';

export interface NacreOptions extends ModelOptions {
  /** Models to compile without `?nacre`: searched in the path, with slashes, of imports that have no query. */
  readonly include?: RegExp | readonly RegExp[];
  /** By default what the bundler builds for. */
  readonly platform?: Platform;
  /** The folder of compiled models, by default node_modules/.cache/nacre of the project; false keeps nothing. */
  readonly cache?: string | false;
  /** Writes the types of all models that are imported: into nacre-env.d.ts of the project, or the file that is named. */
  readonly types?: boolean | string;
}

interface Rule {
  readonly fromText: (text: string, subject: string) => unknown;
  /** Refuses what neither the compiler nor the file system would. */
  readonly check?: (value: unknown, subject: string) => void;
  /** May be given more than once. */
  readonly repeats?: true;
}

const fail = (subject: string, what: string): never => {
  throw new OptionError('option', subject, what);
};

function choice(...words: readonly string[]): Rule {
  const check = (value: unknown, subject: string): void => {
    if (words.includes(value as string)) return;
    const listed = words.map((word) => `'${word}'`);
    const last = listed.pop()!;
    fail(subject, `must be ${listed.join(', ')} or ${last}, got ${show(value)}${didYouMean(value, words)}`);
  };
  return {
    check,
    fromText: (text, subject) => {
      check(text, subject);
      return text;
    },
  };
}

const text: Rule = {
  fromText: (value, subject) => value || fail(subject, 'needs a value'),
  check: (value, subject) => {
    if (typeof value !== 'string' || value === '') fail(subject, `must be a path, got ${show(value)}`);
  },
};

const flag: Rule = {
  fromText: (value, subject) => {
    if (['', 'true', 'false'].includes(value)) return value !== 'false';
    return fail(subject, `must be true or false, got ${show(value)}`);
  },
  check: (value, subject) => {
    if (typeof value !== 'boolean') fail(subject, `must be true or false, got ${show(value)}`);
  },
};

/** `sr=16000` or `shape=[1,2]`, or a file. */
function readBind(entry: string, subject: string): Readonly<Record<string, BoundInput | string>> {
  const [, name, value] = /^([^=]+)=(.+)$/s.exec(entry) ?? [];
  if (name === undefined || value === undefined) return fail(subject, `must be NAME=VALUE, got ${show(entry)}`);
  if (/\.(npy|json)$/.test(value)) return { [name]: value };
  try {
    return { [name]: JSON.parse(value) as BoundInput };
  } catch {
    return fail(subject, `${show(value)} is no number, nested list or .npy or .json file`);
  }
}

const rules: { readonly [Name in keyof Required<ModelOptions>]: Rule } = {
  target: choice('baseline', 'relaxed', 'both'),
  weights: choice('seed', 'embed', 'external'),
  storage: choice('f32', 'f16', 'int8'),
  tensors: text,
  tensorLayout: choice('io', 'oi'),
  seed: { fromText: readSeed },
  rng: choice('philox', 'jax', 'torch'),
  parameters: choice('editable', 'frozen'),
  dims: { fromText: (list, subject) => readDims([list], subject), repeats: true },
  bind: { fromText: readBind, repeats: true },
  initializers: { fromText: (list) => (list === 'all' || list === 'used' ? list : list.split(',')) },
  maxMemory: { fromText: (count, subject) => readCount(subject, count) },
  errorBudget: { fromText: (error, subject) => readTolerance(subject, error) },
  inline: flag,
  runtime: choice('full', 'forward'),
};

const modelOptions = Object.keys(rules);
const pluginOptions = ['include', 'platform', 'cache', 'types'];
const platforms = choice('browser', 'node', 'cloudflare', 'any');

const isModelOption = (name: string): name is keyof ModelOptions => Object.hasOwn(rules, name);

const unknown = (name: string, names: readonly string[]): string =>
  `unknown option '${name}' (there are ${names.join(', ')})${didYouMean(name, names)}`;

/** Whether a query asks for a model to be compiled: it has the word `nacre`. */
export const asksForModel = (query: string): boolean => /[?&]nacre(?:=?&|=?$)/.test(query);

/** `./model.onnx?seed=7&nacre` cut before the question mark. */
export function splitQuery(specifier: string): readonly [path: string, query: string] {
  const at = specifier.indexOf('?');
  return at < 0 ? [specifier, ''] : [specifier.slice(0, at), specifier.slice(at)];
}

function decode(part: string, subject: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return fail(subject, `${show(part)} is no text of a URL; write % as %25`);
  }
}

/**
 * Reads the options of a query, such as `?nacre&seed=7&dims=batch=1,time<=512&inline`.
 *
 * @param subject what the query belongs to, for errors
 * @throws OptionError for an option that does not exist, that is given twice, or has a value that it does not take
 */
export function parseQuery(query: string, subject: string): ModelOptions {
  const options: Record<string, unknown> = {};
  for (const part of query.replace(/^\?/, '').split('&')) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const [name, value] = at < 0 ? [part, ''] : [part.slice(0, at), decode(part.slice(at + 1), subject)];
    if (name === 'nacre' && value === '') continue;
    if (!isModelOption(name)) return fail(subject, unknown(name, modelOptions));
    const { fromText, repeats } = rules[name];
    const where = `${subject}: ${name}`;
    const before = options[name] as object | undefined;
    if (before !== undefined && !repeats) fail(where, 'is given twice');
    const read = fromText(value, where);
    if (before !== undefined) {
      const again = Object.keys(read as object).find((key) => Object.hasOwn(before, key));
      if (again !== undefined) fail(where, `${again} is given twice`);
    }
    options[name] = before === undefined ? read : { ...before, ...(read as object) };
  }
  return options;
}

/**
 * Checks what the plugin is called with. What the compiler checks itself is left to it.
 *
 * @throws OptionError for an option that does not exist or has a value that it does not take
 */
export function checkOptions(options: NacreOptions): NacreOptions {
  const names = [...modelOptions, ...pluginOptions];
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (!names.includes(name)) fail('nacre', unknown(name, names));
    if (value !== undefined && isModelOption(name)) rules[name].check?.(value, `nacre: ${name}`);
  }
  const { include = [], platform, cache, types } = options as Readonly<Record<keyof NacreOptions, unknown>>;
  const patterns: readonly unknown[] = Array.isArray(include) ? include : [include];
  if (!patterns.every((pattern) => pattern instanceof RegExp)) {
    fail('nacre: include', `must be a RegExp or a list of them, got ${show(include)}`);
  }
  if (platform !== undefined) platforms.check!(platform, 'nacre: platform');
  if (cache !== undefined && cache !== false && (typeof cache !== 'string' || cache === '')) {
    fail('nacre: cache', `must be a folder or false, got ${show(cache)}`);
  }
  if (types !== undefined && typeof types !== 'boolean' && (typeof types !== 'string' || !types.endsWith('.d.ts'))) {
    fail('nacre: types', `must be true, false or a file in .d.ts, got ${show(types)}`);
  }
  return options;
}

/** What holds for one model: what its import says comes before what the plugin was called with. */
export function settingsOf(options: NacreOptions, query: ModelOptions): ModelOptions {
  const given = Object.entries({ ...options, ...query }) as [string, unknown][];
  const known = given.filter(([name, value]) => value !== undefined && isModelOption(name));
  return Object.fromEntries(known.sort(([left], [right]) => (left < right ? -1 : 1)));
}
