import { initializerKindOf } from '../initializers/resolve.js';
import type { InitializerEntry } from '../initializers/values.js';
import { show } from '../show.js';
import { didYouMean } from '../suggest.js';
import { givenKeys, isFields, readFields, readList, type Fields, type Place } from './issues.js';
import { Namespace } from './names.js';

const FIELDS = ['name', 'options', 'source', 'host'];
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** What a name in `initializers` and that of an option are made of. */
export const IDENTIFIER_PATTERN = NAME.source;
/** What an initializer says beside its options. */
const RESERVED = ['kind', 'seed', 'default'];

/** Kinds that are no functions: they choose among initializers. */
export const choosingKinds = ['mixed', 'load'];

/** Whether `initializers` may define this name. */
export const isOwnName = (name: string): boolean =>
  NAME.test(name) && initializerKindOf(name) === undefined && !choosingKinds.includes(name);

/** The declaration's `initializers`, by name. An entry at fault that has a sound name is there too. */
export function parseEntries(value: unknown, place: Place): ReadonlyMap<string, InitializerEntry> {
  const entries = new Map<string, InitializerEntry>();
  if (value === undefined) return entries;
  const names = new Namespace();
  readList(value, place, 'initializers').forEach((entry, index) => {
    const at = place.at(index).as(`initializers[${index}]`);
    const fields = readFields(entry, at, 'an initializer');
    const name = fields && readOwnName(fields['name'], at);
    if (name === undefined || !names.take(name, at.subject, at)) return;
    entries.set(name, parseEntry(name, fields!, at.as(name)));
  });
  return entries;
}

function readOwnName(name: unknown, place: Place): string | undefined {
  if (name === undefined) place.report('missing', `needs 'name'`);
  else if (typeof name !== 'string' || !NAME.test(name)) {
    place.at('name').report('name', `name must be of letters, digits and '_', no digit first, got ${show(name)}`);
  } else if (isOwnName(name)) return name;
  else place.at('name').report('name', `the name '${name}' is taken by nacre's own initializer`);
  return undefined;
}

function parseEntry(name: string, fields: Fields, place: Place): InitializerEntry {
  for (const key of givenKeys(fields)) {
    if (!FIELDS.includes(key))
      place.at(key).report('unknown-field', `unknown field '${key}'${didYouMean(key, FIELDS)}`);
  }
  const { host, source, options } = fields;
  if (host !== undefined) {
    if (host !== true) place.at('host').report('value', `host must be true, got ${show(host)}`);
    for (const key of ['options', 'source']) {
      if (fields[key] !== undefined) place.at(key).report('value', `'${key}' cannot be set beside 'host'`);
    }
    return { name, host: true };
  }
  if (source === undefined) place.report('missing', `needs 'source', AssemblyScript, or host: true`);
  else if (typeof source !== 'string' || source.trim() === '') {
    place.at('source').report('value', `source must be a text that is not empty, got ${show(source)}`);
  }
  return { name, options: parseDefaultsOfOptions(options, place.at('options')), source: String(source) };
}

function parseDefaultsOfOptions(value: unknown, place: Place): Readonly<Record<string, number>> {
  const options: Record<string, number> = {};
  if (value === undefined) return options;
  if (!isFields(value)) place.report('type', `options must be an object, got ${show(value)}`);
  else {
    for (const key of givenKeys(value)) {
      const given = value[key];
      if (!NAME.test(key) || RESERVED.includes(key)) {
        place.at(key).report('name', `an option cannot be called ${show(key)}`);
      } else if (!isFloat32(given)) {
        place.at(key).report('value', `${key} must be a finite number, got ${show(given)}`);
      } else options[key] = given;
    }
  }
  return options;
}

/** Whether a value is a number that stays finite as a 32-bit float. */
export const isFloat32 = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(Math.fround(value));
