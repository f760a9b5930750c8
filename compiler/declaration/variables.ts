import { show } from '../show.js';
import { didYouMean } from '../suggest.js';
import { defaultFill, layoutAttribute, readWord } from './defaults.js';
import { chooseFor } from './initializers.js';
import { givenKeys, isFields, readFields, readList, type Place } from './issues.js';
import { isSize } from './inputs.js';
import { readName, type Namespace } from './names.js';
import { onlyKeys, parseFill, type ParsedFill } from './parameters.js';
import type { Scope } from './scope.js';
import type { DefaultsDeclaration, FillDeclaration, ParameterDeclaration, VariableDeclaration } from './types.js';

/** A declared variable, before its users are known. */
export interface ParsedVariable {
  readonly name: string;
  readonly place: Place;
  readonly shape: readonly (number | null)[] | undefined;
  /** The graph's where it is left out. */
  readonly layout: 'io' | 'oi' | undefined;
  /** What fills it if people said so, without fault. */
  readonly fill: ParsedFill | undefined;
  readonly isGiven: boolean;
  readonly users: User[];
}

export interface User {
  readonly parameter: string;
  readonly layerDefault: unknown;
  readonly transpose: boolean;
}

const FIELDS = ['name', 'shape', 'dtype', 'layout', 'initializer'];

export function parseVariables(value: unknown, place: Place, namespace: Namespace, scope: Scope): ParsedVariable[] {
  if (value === undefined) return [];
  return readList(value, place, 'variables')
    .map((variable, index) => parseVariable(variable, place.at(index).as(`variables[${index}]`), namespace, scope))
    .filter((variable) => variable !== undefined);
}

function parseVariable(value: unknown, place: Place, namespace: Namespace, scope: Scope): ParsedVariable | undefined {
  const fields = readFields(value, place, 'a variable');
  if (!fields) return undefined;
  const name = readName(fields['name'], place);
  const isNew = name !== undefined && namespace.take(name, place.subject, place);
  const named = place.as(isNew ? name : place.subject);
  for (const key of givenKeys(fields)) {
    if (!FIELDS.includes(key))
      named.at(key).report('unknown-field', `unknown field '${key}'${didYouMean(key, FIELDS)}`);
  }
  const { dtype = 'float32' } = fields;
  if (dtype !== 'float32') named.at('dtype').report('dtype', `dtype must be 'float32', got ${show(dtype)}`);
  const shape = fields['shape'] === undefined ? undefined : parseShape(fields['shape'], named.at('shape'));
  const layout = readWord(fields, 'layout', layoutAttribute, named);
  const { initializer } = fields;
  const fill = initializer === undefined ? undefined : parseFill(initializer, named.at('initializer'), scope);
  if (!isNew) return undefined;
  return { name, place: named, shape, layout, fill, isGiven: initializer !== undefined, users: [] };
}

function parseShape(value: unknown, place: Place): readonly (number | null)[] | undefined {
  const list = readList(value, place, 'shape');
  list.forEach((size, axis) => {
    if (size === null || isSize(size)) return;
    place.at(axis).report('shape', `shape[${axis}] must be an integer of at least 1 or null, got ${show(size)}`);
  });
  return [...(list as (number | null)[])];
}

/** A variable with what fills it: its own value, or what its users would have. */
export function completeVariable(
  variable: ParsedVariable,
  defaults: DefaultsDeclaration,
  scope: Scope,
): VariableDeclaration | undefined {
  const { name, place, shape, layout = defaults.layout, fill, isGiven, users } = variable;
  if (users.length === 0 && shape === undefined) place.report('missing', `needs 'shape', as no layer uses it`);
  if (users.length === 0 && !isGiven) place.report('missing', `needs 'initializer', as no layer uses it`);
  const initializer = isGiven
    ? fill && chosenFill(name, fill, place.at('initializer'), scope)
    : fillOfUsers(variable, defaults, scope);
  return initializer && { name, ...(shape && { shape }), dtype: 'float32', layout, initializer };
}

function fillOfUsers(
  { name, place, users }: ParsedVariable,
  defaults: DefaultsDeclaration,
  scope: Scope,
): FillDeclaration | undefined {
  const user = users.find(({ transpose }) => !transpose) ?? users[0];
  return user && defaultFill(name, user.parameter, user.layerDefault, defaults, place, scope);
}

/** `fill` for one variable: what chooses by name gives way to what it chooses. */
export function chosenFill(
  variable: string,
  fill: ParsedFill,
  place: Place,
  scope: Scope,
): FillDeclaration | undefined {
  if (!isFields(fill) || !('kind' in fill)) return fill as FillDeclaration;
  return chooseFor(variable, fill, place, scope);
}

/** What a slot above holds: a variable of its own, another's, or none. */
export type Slot =
  | { readonly kind: 'own'; readonly user: User }
  | { readonly kind: 'shared'; readonly variable: string; readonly transpose: boolean }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown' };

export interface Variables {
  readonly declared: ReadonlyMap<string, ParsedVariable>;
  /** By `layer.parameter`, of the layers above. */
  readonly slots: ReadonlyMap<string, Slot>;
  /** The layer a name stands for where that is applied again. */
  readonly reused: ReadonlyMap<string, string>;
}

/** `{variable, transpose}` as the variable it comes down to. Registers the user of a declared variable. */
export function parseSharing(
  fields: Readonly<Record<string, unknown>>,
  place: Place,
  variables: Variables,
  user: Omit<User, 'transpose'>,
): ParameterDeclaration | undefined {
  const { variable, transpose = false } = fields;
  if (typeof variable !== 'string' || typeof transpose !== 'boolean' || !onlyKeys(fields, ['variable', 'transpose'])) {
    place.report('variable', `must be {variable: name} with transpose: true or false, got ${show(fields)}`);
    return undefined;
  }
  const declared = variables.declared.get(variable);
  if (declared) {
    declared.users.push({ ...user, transpose });
    return { variable, transpose };
  }
  const slotName = throughReuse(variable, variables.reused);
  const slot = variables.slots.get(slotName);
  if (slot?.kind === 'own') return { variable: slotName, transpose };
  if (slot?.kind === 'shared') {
    const total = slot.transpose !== transpose;
    variables.declared.get(slot.variable)?.users.push({ ...user, transpose: total });
    return { variable: slot.variable, transpose: total };
  }
  if (slot?.kind === 'unknown') return undefined;
  const hint = didYouMean(variable, [...variables.declared.keys(), ...variables.slots.keys()]);
  place
    .at('variable')
    .report(
      'variable',
      slot?.kind === 'absent'
        ? `'${variable}' is left out there (false), so it cannot be shared`
        : `'${variable}' names no variable and no parameter of a layer above it${hint}`,
    );
  return undefined;
}

function throughReuse(slot: string, reused: ReadonlyMap<string, string>): string {
  const dot = slot.lastIndexOf('.');
  const layer = reused.get(slot.slice(0, Math.max(dot, 0)));
  return layer === undefined ? slot : layer + slot.slice(dot);
}
