import { oneOf, Refusal } from '../attributes.js';
import { show } from '../show.js';
import { didYouMean } from '../suggest.js';
import type { InitializerDeclaration } from '../initializers/values.js';
import { chooseByName, chooseByRules, parseInitializer, parseRules, type ParsedInitializer } from './initializers.js';
import { givenKeys, readFields, type Place } from './issues.js';
import { isWeight } from './definitions.js';
import type { DefaultsDeclaration } from './types.js';

const dataFormats = oneOf('channelsLast', 'channelsFirst');
const FIELDS = ['dataFormat', 'rules', 'initializer'];

export function parseDefaults(value: unknown, place: Place): DefaultsDeclaration {
  const complete: DefaultsDeclaration = { dataFormat: 'channelsLast', rules: [] };
  if (value === undefined) return complete;
  const fields = readFields(value, place, 'defaults');
  if (!fields) return complete;
  for (const key of givenKeys(fields)) {
    if (!FIELDS.includes(key))
      place.at(key).report('unknown-field', `unknown field '${key}'${didYouMean(key, FIELDS)}`);
  }
  const format = dataFormats.read(fields['dataFormat'] ?? complete.dataFormat);
  if (format instanceof Refusal) {
    const given = fields['dataFormat'];
    const hint = didYouMean(given, dataFormats.words!);
    place.at('dataFormat').report('value', `dataFormat must be ${dataFormats.expects}, got ${show(given)}${hint}`);
  }
  const rules = fields['rules'] === undefined ? undefined : parseRules(fields['rules'], place.at('rules'));
  const initializer =
    fields['initializer'] === undefined ? undefined : parseInitializer(fields['initializer'], place.at('initializer'));
  return {
    dataFormat: format instanceof Refusal ? complete.dataFormat : format,
    rules: rules ?? [],
    ...(initializer && { initializer }),
  };
}

/**
 * What fills a variable nobody gave a value: the first rule found in its name, else for weights the graph's initializer,
 * else the layer's default. Reports a `mixed` without a rule for it.
 */
export function defaultFill(
  variable: string,
  parameter: string,
  layerDefault: unknown,
  defaults: DefaultsDeclaration,
  place: Place,
): InitializerDeclaration | undefined {
  const chosen = chooseByRules(defaults.rules, variable);
  if (chosen) return chosen;
  const general = isWeight(parameter) ? defaults.initializer : undefined;
  const initializer = chooseFor(variable, general ?? parseInitializer(layerDefault, place), place);
  return initializer && { ...initializer, default: true };
}

/** What an initializer is for one variable; reports a `mixed` without a rule for it. */
export function chooseFor(
  variable: string,
  initializer: ParsedInitializer | undefined,
  place: Place,
): InitializerDeclaration | undefined {
  if (initializer === undefined) return undefined;
  const chosen = chooseByName(initializer, variable);
  if (!chosen) place.report('initializer', `no rule of mixed is found in '${variable}'; add ['.*', …] as the last`);
  return chosen;
}
