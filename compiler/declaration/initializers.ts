import { initializerAliases, optionAliases } from '../aliases.js';
import { Refusal, type Attribute } from '../attributes.js';
import { seed } from '../initializers/define.js';
import {
  builtIn,
  initializerDefinitions,
  initializerKindOf,
  initializerKinds,
  initializerNames,
} from '../initializers/resolve.js';
import type { InitializerDeclaration, InitializerEntry, InitializerKind } from '../initializers/values.js';
import { show } from '../show.js';
import { didYouMean, hint } from '../suggest.js';
import { choosingKinds, isFloat32 } from './entries.js';
import { givenKeys, isFields, readList, type Fields, type Place } from './issues.js';
import type { Scope } from './scope.js';
import type { LoadDeclaration, MixedDeclaration, ParsedInitializer } from './types.js';

const seedOption = seed();
const names = [...initializerKinds, ...initializerKinds.flatMap(initializerNames), ...choosingKinds];

/** An initializer in any of its forms, with every option written out. Reports what is wrong and returns undefined. */
export function parseInitializer(value: unknown, place: Place, scope: Scope): ParsedInitializer | undefined {
  if (typeof value === 'number') return parseOptions('constant', { value }, place);
  if (typeof value === 'string') return parseKind(value, {}, place, scope);
  if (!isFields(value) || !('kind' in value)) {
    place.report('initializer', `must be an initializer or a number, got ${show(value)}`);
    return undefined;
  }
  return parseKind(value['kind'], value, place, scope);
}

function parseKind(name: unknown, fields: Fields, place: Place, scope: Scope): ParsedInitializer | undefined {
  if (name === 'mixed') return parseMixed(fields, place, scope);
  if (name === 'load') return parseLoad(fields, place, scope);
  const kind = initializerKindOf(name);
  if (kind !== undefined) return parseOptions(kind, fields, place);
  const entry = typeof name === 'string' ? scope.initializers.get(name) : undefined;
  if (entry) return parseOwn(entry, fields, place);
  const known = [...scope.initializers.keys(), ...names];
  place.report('initializer', `unknown initializer ${show(name)}${hint(name, known, initializerAliases)}`);
  return undefined;
}

/** The options of one initializer while they are read. */
class Options {
  readonly result: Record<string, unknown>;
  private readonly faults: number;

  constructor(
    kind: string,
    private readonly fields: Fields,
    private readonly place: Place,
    own: readonly string[],
  ) {
    this.result = { kind };
    this.faults = place.faults;
    const known = [...own, 'seed'];
    for (const key of givenKeys(fields)) {
      if (known.includes(key) || key === 'kind' || (key === 'default' && fields[key] === true)) continue;
      this.refuse(key, `${kind} has no option '${key}'${hint(key, known, optionAliases)}`);
    }
  }

  get isSound(): boolean {
    return this.place.faults === this.faults;
  }

  refuse(key: string, what: string): void {
    this.place.at(key).report('initializer', what);
  }

  take(key: string, option: Attribute): void {
    const given = this.fields[key];
    const read = given === undefined ? option.fallback : option.read(given);
    if (read instanceof Refusal) {
      const near = didYouMean(given, option.words ?? []);
      this.refuse(key, read.what ?? `${key} must be ${option.expects}, got ${show(given)}${near}`);
    } else if (read === undefined) {
      if (option.required) this.place.report('missing', `needs '${key}', ${option.expects}`);
    } else if (key !== 'seed' && typeof read === 'number' && option.read(Math.fround(read)) instanceof Refusal) {
      this.refuse(key, `${key} must be ${option.expects} as a 32-bit float too, got ${show(given)}`);
    } else this.result[key] = read;
  }

  /** With what every initializer may have; undefined if anything is at fault. */
  finish(): InitializerDeclaration | undefined {
    this.take('seed', seedOption);
    if (this.fields['default'] === true) this.result['default'] = true;
    return this.isSound ? (this.result as unknown as InitializerDeclaration) : undefined;
  }
}

function parseOptions(kind: InitializerKind, fields: Fields, place: Place): InitializerDeclaration | undefined {
  const definition = initializerDefinitions[kind];
  const options = new Options(kind, fields, place, Object.keys(definition.options));
  for (const [key, option] of Object.entries(definition.options)) options.take(key, option);
  const fault = options.isSound ? definition.check?.(options.result) : undefined;
  if (fault !== undefined) place.report('initializer', fault);
  return options.finish();
}

function parseOwn(entry: InitializerEntry, fields: Fields, place: Place): InitializerDeclaration | undefined {
  const defaults = 'host' in entry ? {} : entry.options;
  const options = new Options(entry.name, fields, place, Object.keys(defaults));
  for (const [key, fallback] of Object.entries(defaults)) {
    const { [key]: given = fallback } = fields;
    if (isFloat32(given)) options.result[key] = given;
    else options.refuse(key, `${key} must be a finite number, got ${show(given)}`);
  }
  return options.finish();
}

function checkKeys(kind: string, fields: Fields, known: string, place: Place): void {
  for (const key of givenKeys(fields)) {
    if (key === 'kind' || key === known) continue;
    place.at(key).report('initializer', `${kind} has no option '${key}'${hint(key, [known], optionAliases)}`);
  }
}

function parseMixed(fields: Fields, place: Place, scope: Scope): MixedDeclaration | undefined {
  checkKeys('mixed', fields, 'rules', place);
  const rules = parseRules(fields['rules'], place.at('rules'), scope);
  return rules && { kind: 'mixed', rules };
}

function parseLoad(fields: Fields, place: Place, scope: Scope): LoadDeclaration | undefined {
  checkKeys('load', fields, 'fallback', place);
  if (fields['fallback'] === undefined) return { kind: 'load' };
  const fallback = parseInitializer(fields['fallback'], place.at('fallback'), scope);
  return fallback && { kind: 'load', fallback };
}

type Rule = MixedDeclaration['rules'][number];

/** `[pattern, initializer]` pairs; undefined if any is at fault. */
export function parseRules(value: unknown, place: Place, scope: Scope): readonly Rule[] | undefined {
  if (value === undefined) {
    place.report('missing', `needs 'rules', a list of [pattern, initializer]`);
    return undefined;
  }
  const list = readList(value, place, 'rules');
  const rules = list.map((rule, index) => parseRule(rule, place.at(index), index, scope));
  const sound = rules.filter((rule) => rule !== undefined);
  return Array.isArray(value) && sound.length === rules.length ? sound : undefined;
}

function parseRule(value: unknown, place: Place, index: number, scope: Scope): Rule | undefined {
  if (!Array.isArray(value) || value.length !== 2 || typeof value[0] !== 'string') {
    place.report('type', `rules[${index}] must be [pattern, initializer], got ${show(value)}`);
    return undefined;
  }
  const pattern: string = value[0];
  const isPattern = compile(pattern) !== undefined;
  if (!isPattern) place.at(0).report('pattern', `rules[${index}] ${show(pattern)} is not a regular expression`);
  const initializer = parseInitializer(value[1], place.at(1), scope);
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
export const chooseByRules = (rules: readonly Rule[], variable: string): ParsedInitializer | undefined =>
  rules.find(([pattern]) => new RegExp(pattern).test(variable))?.[1];

/**
 * What fills one variable: `mixed` and `load` give way to what they choose. Reports where they choose nothing, and an
 * initializer that the declaration's generator does not have.
 */
export function chooseFor(
  variable: string,
  initializer: ParsedInitializer,
  place: Place,
  scope: Scope,
): InitializerDeclaration | { readonly tensor: string } | undefined {
  if (isMixed(initializer)) {
    const chosen = chooseByRules(initializer.rules, variable);
    if (chosen) return chooseFor(variable, chosen, place, scope);
    place.report('initializer', `no rule of mixed is found in '${variable}'; add ['.*', …] as the last`);
    return undefined;
  }
  if (isLoad(initializer)) {
    const { fallback } = initializer;
    const isLoaded = scope.tensors?.includes(variable) ?? !fallback;
    if (isLoaded) return { tensor: variable };
    if (fallback) return chooseFor(variable, fallback, place, scope);
    const near = didYouMean(variable, scope.tensors ?? []);
    place.report('tensor', `load finds no tensor '${variable}'${near || '; give it a fallback'}`);
    return undefined;
  }
  const { rngs } = builtIn(initializer.kind) ?? {};
  if (rngs?.includes(scope.rng) ?? true) return initializer;
  place.report('rng', `rng '${scope.rng}' has no ${initializer.kind} initializer`);
  return undefined;
}

const isMixed = (initializer: ParsedInitializer): initializer is MixedDeclaration => initializer.kind === 'mixed';
const isLoad = (initializer: ParsedInitializer): initializer is LoadDeclaration => initializer.kind === 'load';
