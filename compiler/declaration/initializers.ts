import { initializerAliases, optionAliases } from '../aliases.js';
import { Refusal, type Attribute } from '../attributes.js';
import { seed } from '../initializers/define.js';
import {
  initializerDefinitions,
  initializerKindOf,
  initializerKinds,
  initializerNames,
} from '../initializers/resolve.js';
import type { InitializerDeclaration, InitializerKind, Mixed } from '../initializers/values.js';
import { show } from '../show.js';
import { didYouMean, hint } from '../suggest.js';
import { givenKeys, isFields, readList, type Fields, type Place } from './issues.js';

export type ParsedInitializer = InitializerDeclaration | Mixed;

const seedOption = seed();
const names = [...initializerKinds, ...initializerKinds.flatMap(initializerNames), 'mixed'];

/** An initializer in any of its forms, with every option written out. Reports what is wrong and returns undefined. */
export function parseInitializer(value: unknown, place: Place): ParsedInitializer | undefined {
  if (typeof value === 'number') return parseOptions('constant', { value }, place);
  if (typeof value === 'string') return parseKind(value, {}, place);
  if (!isFields(value) || !('kind' in value)) {
    place.report('initializer', `must be an initializer or a number, got ${show(value)}`);
    return undefined;
  }
  return value['kind'] === 'mixed' ? parseMixed(value, place) : parseKind(value['kind'], value, place);
}

function parseKind(name: unknown, fields: Fields, place: Place): InitializerDeclaration | undefined {
  const kind = initializerKindOf(name);
  if (kind !== undefined) return parseOptions(kind, fields, place);
  place.report('initializer', `unknown initializer ${show(name)}${hint(name, names, initializerAliases)}`);
  return undefined;
}

function parseOptions(kind: InitializerKind, fields: Fields, place: Place): InitializerDeclaration | undefined {
  const definition = initializerDefinitions[kind];
  const result: Record<string, unknown> = { kind };
  const { faults } = place;
  const refuse = (key: string, what: string): void => place.at(key).report('initializer', what);
  const take = (key: string, option: Attribute): void => {
    const given = fields[key];
    const read = given === undefined ? option.fallback : option.read(given);
    if (read instanceof Refusal) {
      const near = didYouMean(given, option.words ?? []);
      refuse(key, read.what ?? `${key} must be ${option.expects}, got ${show(given)}${near}`);
    } else if (read !== undefined) result[key] = read;
  };
  const known = [...Object.keys(definition.options), 'seed'];
  for (const key of givenKeys(fields)) {
    if (known.includes(key) || key === 'kind' || (key === 'default' && fields[key] === true)) continue;
    refuse(key, `${kind} has no option '${key}'${hint(key, known, optionAliases)}`);
  }
  for (const [key, option] of Object.entries(definition.options)) take(key, option);
  take('seed', seedOption);
  if (fields['default'] === true) result['default'] = true;
  const fault = place.faults === faults ? definition.check?.(result) : undefined;
  if (fault !== undefined) place.report('initializer', fault);
  return place.faults === faults ? (result as unknown as InitializerDeclaration) : undefined;
}

function parseMixed(fields: Fields, place: Place): Mixed | undefined {
  for (const key of givenKeys(fields)) {
    if (key === 'kind' || key === 'rules') continue;
    place.at(key).report('initializer', `mixed has no option '${key}'${hint(key, ['rules'], optionAliases)}`);
  }
  const rules = parseRules(fields['rules'], place.at('rules'));
  return rules && { kind: 'mixed', rules };
}

/** `[pattern, initializer]` pairs; undefined if any is at fault. */
export function parseRules(
  value: unknown,
  place: Place,
): (readonly [string, ParsedInitializer & object])[] | undefined {
  if (value === undefined) {
    place.report('missing', `needs 'rules', a list of [pattern, initializer]`);
    return undefined;
  }
  const list = readList(value, place, 'rules');
  const rules = list.map((rule, index) => parseRule(rule, place.at(index), index));
  const sound = rules.filter((rule) => rule !== undefined);
  return Array.isArray(value) && sound.length === rules.length ? sound : undefined;
}

function parseRule(value: unknown, place: Place, index: number): readonly [string, ParsedInitializer] | undefined {
  if (!Array.isArray(value) || value.length !== 2 || typeof value[0] !== 'string') {
    place.report('type', `rules[${index}] must be [pattern, initializer], got ${show(value)}`);
    return undefined;
  }
  const pattern: string = value[0];
  const isPattern = compile(pattern) !== undefined;
  if (!isPattern) place.at(0).report('pattern', `rules[${index}] ${show(pattern)} is not a regular expression`);
  const initializer = parseInitializer(value[1], place.at(1));
  return isPattern && initializer ? [pattern, initializer] : undefined;
}

function compile(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern);
  } catch {
    return undefined;
  }
}

/** The initializer of the first rule whose pattern is found in the variable's name. */
export function chooseByRules(
  rules: readonly (readonly [string, unknown])[],
  variable: string,
): InitializerDeclaration | undefined {
  const rule = rules.find(([pattern]) => new RegExp(pattern).test(variable));
  return rule && chooseByName(rule[1] as ParsedInitializer, variable);
}

/** What an initializer is for the variable of this name; undefined where `mixed` has no rule for it. */
export const chooseByName = (initializer: ParsedInitializer, variable: string): InitializerDeclaration | undefined =>
  initializer.kind === 'mixed' ? chooseByRules(initializer.rules, variable) : initializer;
