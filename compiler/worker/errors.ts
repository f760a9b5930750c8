/** Errors as data: of an error that is cloned only its message and its standard class are left. */
import {
  DeclarationError,
  ImportError,
  InternalError,
  NacreError,
  OptionError,
  ShapeError,
  type Issue,
} from '../errors.js';
import { InputError, ModuleError, VariableError } from '../../runtime/errors.js';

/** What an error says, in fields that can be posted. */
export interface ErrorRecord {
  /** The name of its class. */
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly code?: string;
  readonly subject?: string;
  /** Of a DeclarationError. */
  readonly issues?: readonly Issue[];
  /** Of a ShapeError. */
  readonly expected?: string | number | undefined;
  readonly got?: string | number | undefined;
  /** Of a VariableError. */
  readonly waitsFor?: string | undefined;
}

const fields = ['code', 'subject', 'issues', 'expected', 'got', 'waitsFor'] as const;

export function recordOf(error: unknown): ErrorRecord {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  if (!(error instanceof NacreError)) return { name, message, stack };
  const known = error as unknown as Readonly<Record<string, unknown>>;
  const details = fields.filter((field) => field in known).map((field) => [field, known[field]] as const);
  return { name, message, stack, ...Object.fromEntries(details) };
}

type Make = (code: string, subject: string, what: string, record: ErrorRecord) => NacreError;

const classes = new Map<string, Make>([
  ['DeclarationError', (_code, _subject, _what, { issues }) => new DeclarationError(Object.freeze(issues ?? []))],
  ['ImportError', (...given) => new ImportError(...head(given))],
  ['InputError', (...given) => new InputError(...head(given))],
  ['InternalError', (_code, _subject, what) => new InternalError(what)],
  ['ModuleError', (...given) => new ModuleError(...head(given))],
  ['NacreError', (...given) => new NacreError(...head(given))],
  ['OptionError', (...given) => new OptionError(...head(given))],
  ['ShapeError', (code, subject, what, { expected, got }) => new ShapeError(code, subject, what, expected, got)],
  ['VariableError', (code, subject, what, { waitsFor }) => new VariableError(code, subject, what, waitsFor)],
]);

const head = ([code, subject, what]: Parameters<Make>) => [code, subject, what] as const;

/** An error of the class, with the fields and the text that a record has. */
export function errorOf(record: ErrorRecord): Error {
  const { name, message, stack, code, subject } = record;
  const make = classes.get(name);
  const isOurs = make !== undefined && code !== undefined && subject !== undefined;
  const error = isOurs
    ? make(code, subject, message.slice(subject.length + 2), record)
    : Object.assign(new Error(message), { name });
  if (stack !== undefined) error.stack = stack;
  return error;
}
