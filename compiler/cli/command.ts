import { parseArgs, type ParseArgsConfig } from 'node:util';
import { OptionError } from '../errors.js';
import { didYouMean } from '../suggest.js';

export interface Stream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Where results and where progress and notes go. */
export interface Streams {
  readonly stdout: Stream;
  readonly stderr: Stream;
}

export interface OptionSpec {
  /** What the value is called in the help; a flag has none. */
  readonly value?: string;
  readonly short?: string;
  readonly multiple?: true;
  readonly help: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** Options that every command takes. */
export const commonOptions = {
  json: { help: 'print the result as JSON' },
  help: { short: 'h', help: 'show this text' },
} as const satisfies OptionSpecs;

export type Values<O extends OptionSpecs> = {
  readonly [K in keyof O]: O[K] extends { readonly multiple: true }
    ? readonly string[]
    : O[K] extends { readonly value: string }
      ? string | undefined
      : boolean;
};

type CommonValues = Values<typeof commonOptions>;

export interface Command<O extends OptionSpecs = OptionSpecs> {
  readonly name: string;
  /** What follows the name in the usage line. */
  readonly usage: string;
  readonly summary: string;
  /** Paragraphs of the help, one line each. */
  readonly details: readonly string[];
  /** Names of the arguments without a dash, all required. */
  readonly operands: readonly string[];
  readonly options: O;
  /** Command lines without the program's name. */
  readonly examples: readonly string[];
  run(operands: readonly string[], values: Values<O> & CommonValues, streams: Streams): Promise<void>;
}

export const defineCommand = <const O extends OptionSpecs>(command: Command<O>): Command => command;

const fail = (command: string, what: string): never => {
  throw new OptionError('arguments', command, `${what}; see nacre ${command} --help`);
};

/**
 * Splits the arguments of a command.
 *
 * @throws OptionError for an unknown option, a missing value or operand, or one too many
 */
export function parseCommandLine(
  command: Command,
  argv: readonly string[],
): { readonly operands: readonly string[]; readonly values: Values<OptionSpecs> & CommonValues } {
  const { name: subject, operands: wanted } = command;
  const specs: OptionSpecs = { ...command.options, ...commonOptions };
  const flags = Object.keys(specs).map((name) => `--${name}`);
  const { tokens } = parseArgs({ args: [...argv], options: toNode(specs), strict: false, tokens: true });
  const operands: string[] = [];
  const values: Record<string, unknown> = Object.fromEntries(
    Object.entries(specs).map(([name, { value, multiple }]) => [name, multiple ? [] : value ? undefined : false]),
  );
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (!spec) return fail(subject, `unknown option '${rawName}'${didYouMean(rawName, flags)}`);
    if (spec.value === undefined) {
      if (inlineValue) fail(subject, `${rawName} takes no value`);
      values[name] = true;
      continue;
    }
    if (value === undefined || value === '' || (!inlineValue && flags.includes(value))) {
      return fail(subject, `${rawName} needs ${spec.value}`);
    }
    if (spec.multiple) (values[name] as string[]).push(value);
    else if (values[name] === undefined) values[name] = value;
    else fail(subject, `${rawName} is given twice`);
  }
  if (!values['help']) {
    const missing = wanted[operands.length];
    if (missing !== undefined) fail(subject, `${missing} is missing`);
    const extra = operands[wanted.length];
    if (extra !== undefined) fail(subject, `unexpected argument '${extra}'`);
  }
  return { operands, values: values as Values<OptionSpecs> & CommonValues };
}

const toNode = (specs: OptionSpecs): NonNullable<ParseArgsConfig['options']> =>
  Object.fromEntries(
    Object.entries(specs).map(([name, { value, short }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short && { short }) },
    ]),
  );
