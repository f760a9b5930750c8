import { show } from '../show.js';
import { didYouMean } from '../suggest.js';
import { givenKeys, isFields, readFields, readList, type Fields, type Place } from './issues.js';
import { Namespace, readName } from './names.js';
import type { FunctionDeclaration } from './types.js';

const OPTION = /^[A-Za-z_][A-Za-z0-9_]*$/;
export const OPTION_PATTERN = OPTION.source;

const FIELDS = ['name', 'options', 'source'];

/** Functions by name, as far as they are without fault; undefined for one that is not. */
export type Functions = ReadonlyMap<string, FunctionDeclaration | undefined>;

export function parseFunctions(value: unknown, place: Place): Functions {
  const functions = new Map<string, FunctionDeclaration | undefined>();
  if (value === undefined) return functions;
  const namespace = new Namespace();
  readList(value, place, 'functions').forEach((entry, index) => {
    const at = place.at(index).as(`functions[${index}]`);
    const fields = readFields(entry, at, 'a function');
    const name = fields && readName(fields['name'], at);
    const isNew = name !== undefined && namespace.take(name, at.subject, at);
    const parsed = fields && parseFunction(fields, isNew ? at.as(name) : at);
    if (isNew) functions.set(name, parsed && { name, ...parsed });
  });
  return functions;
}

function parseFunction(fields: Fields, place: Place): Omit<FunctionDeclaration, 'name'> | undefined {
  const { faults } = place;
  for (const key of givenKeys(fields)) {
    if (!FIELDS.includes(key))
      place.at(key).report('unknown-field', `unknown field '${key}'${didYouMean(key, FIELDS)}`);
  }
  const { source } = fields;
  const options = parseOptions(fields['options'], place.at('options'));
  if (source === undefined) place.report('missing', `needs 'source', AssemblyScript`);
  else if (typeof source !== 'string') place.at('source').report('type', `source must be text, got ${show(source)}`);
  return place.faults === faults ? { options, source: source as string } : undefined;
}

/** Options with their defaults, in order. */
function parseOptions(value: unknown, place: Place): Readonly<Record<string, number>> {
  if (value === undefined) return {};
  if (!isFields(value)) {
    place.report('type', `options must be numbers by name, got ${show(value)}`);
    return {};
  }
  for (const [name, number] of Object.entries(value)) {
    if (!OPTION.test(name)) {
      const form = `of letters, digits and '_', not a digit first`;
      place.at(name).report('name', `an option's name must be ${form}, got ${show(name)}`);
    } else if (!Number.isFinite(number)) {
      place.at(name).report('value', `${name} must be a finite number, got ${show(number)}`);
    }
  }
  return { ...(value as Readonly<Record<string, number>>) };
}

/** The attributes of a layer that calls a function, with all its options in their order. */
export function completeCall(attributes: Fields, functions: Functions, place: Place): Fields | undefined {
  const name = attributes['function'];
  if (typeof name !== 'string') return attributes;
  const known = functions.get(name);
  if (!known) {
    if (functions.has(name)) return undefined;
    const hint = didYouMean(name, [...functions.keys()]);
    place.at('function').report('function', `function '${name}' is not among the functions${hint}`);
    return undefined;
  }
  const given = attributes['options'] as Readonly<Record<string, number>>;
  const names = Object.keys(known.options);
  const unknown = Object.keys(given).filter((option) => !names.includes(option));
  for (const option of unknown) {
    const at = place.at('options').at(option);
    at.report('function', `${name} has no option '${option}'${didYouMean(option, names)}`);
  }
  if (unknown.length > 0) return undefined;
  return { ...attributes, options: Object.fromEntries(names.map((key) => [key, given[key] ?? known.options[key]])) };
}
