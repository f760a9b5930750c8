import { oneOf, Refusal, type Attribute } from '../attributes.js';
import { show } from '../show.js';
import { didYouMean } from '../suggest.js';
import { chooseByRules, chooseFor, parseInitializer, parseRules } from './initializers.js';
import { givenKeys, readFields, type Fields, type Place } from './issues.js';
import { isWeight } from './definitions.js';
import type { Scope } from './scope.js';
import type { DefaultsDeclaration, FillDeclaration } from './types.js';

const dataFormats = oneOf('channelsLast', 'channelsFirst');
/** Whether weights have their outputs last or, as in torch and Gluon, first. */
export const layoutAttribute = oneOf('io', 'oi');
const FIELDS = ['dataFormat', 'layout', 'rules', 'initializer'];

export function parseDefaults(value: unknown, place: Place, scope: Scope): DefaultsDeclaration {
  const complete: DefaultsDeclaration = { dataFormat: 'channelsLast', layout: 'io', rules: [] };
  if (value === undefined) return complete;
  const fields = readFields(value, place, 'defaults');
  if (!fields) return complete;
  for (const key of givenKeys(fields)) {
    if (!FIELDS.includes(key))
      place.at(key).report('unknown-field', `unknown field '${key}'${didYouMean(key, FIELDS)}`);
  }
  const { rules, initializer } = fields;
  const parsed = initializer === undefined ? undefined : parseInitializer(initializer, place.at('initializer'), scope);
  return {
    dataFormat: readWord(fields, 'dataFormat', dataFormats, place) ?? complete.dataFormat,
    layout: readWord(fields, 'layout', layoutAttribute, place) ?? complete.layout,
    rules: (rules === undefined ? undefined : parseRules(rules, place.at('rules'), scope)) ?? complete.rules,
    ...(parsed && { initializer: parsed }),
  };
}

/** A field that is one of some words; reports another value. */
export function readWord<W>(fields: Fields, key: string, words: Attribute<W, W>, place: Place): W | undefined {
  const given = fields[key];
  if (given === undefined) return undefined;
  const read = words.read(given);
  if (!(read instanceof Refusal)) return read;
  const hint = didYouMean(given, words.words ?? []);
  place.at(key).report('value', `${key} must be ${words.expects}, got ${show(given)}${hint}`);
  return undefined;
}

/**
 * What fills a variable nobody gave a value: the first rule found in its name, else for weights the graph's initializer,
 * else the layer's default.
 */
export function defaultFill(
  variable: string,
  parameter: string,
  layerDefault: unknown,
  defaults: DefaultsDeclaration,
  place: Place,
  scope: Scope,
): FillDeclaration | undefined {
  const ruled = chooseByRules(defaults.rules, variable);
  if (ruled) return chooseFor(variable, ruled, place, scope);
  const general = isWeight(parameter) ? defaults.initializer : undefined;
  const initializer = general ?? parseInitializer(layerDefault, place, scope);
  const chosen = initializer && chooseFor(variable, initializer, place, scope);
  return chosen && 'kind' in chosen ? { ...chosen, default: true } : chosen;
}
