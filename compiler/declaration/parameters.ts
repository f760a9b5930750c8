import { show } from '../show.js';
import { didYouMean } from '../suggest.js';
import { parseInitializer } from './initializers.js';
import { isFields, type Fields, type Place } from './issues.js';
import type { NestedNumbers } from '../layers/parameter-value.js';
import type { Scope } from './scope.js';
import type { ParsedInitializer } from './types.js';

export type ParsedFill = ParsedInitializer | NestedNumbers | { readonly tensor: string };

const FORMS = 'an initializer, a number, values or {tensor}';

/** What fills a variable: everything a parameter takes but `false` and sharing. */
export function parseFill(value: unknown, place: Place, scope: Scope): ParsedFill | undefined {
  if (Array.isArray(value)) return parseValues(value, place);
  if (isFields(value) && 'tensor' in value) return parseTensor(value, place, scope);
  if (typeof value === 'number' || typeof value === 'string' || (isFields(value) && 'kind' in value)) {
    return parseInitializer(value, place, scope);
  }
  place.report('value', `must be ${FORMS}, got ${show(value)}`);
  return undefined;
}

function parseTensor(fields: Fields, place: Place, { tensors }: Scope): { readonly tensor: string } | undefined {
  const name = fields['tensor'];
  if (typeof name !== 'string' || !onlyKeys(fields, ['tensor'])) {
    place.report('tensor', `must be {tensor: name}, got ${show(fields)}`);
    return undefined;
  }
  if (tensors !== undefined && !tensors.includes(name)) {
    place.at('tensor').report('tensor', `tensor '${name}' is not among the tensors given${didYouMean(name, tensors)}`);
    return undefined;
  }
  return { tensor: name };
}

export const onlyKeys = (fields: Fields, keys: readonly string[]): boolean =>
  Object.keys(fields).every((key) => keys.includes(key));

/** Nested arrays of one shape, copied. */
function parseValues(value: readonly unknown[], place: Place): NestedNumbers | undefined {
  const shape: number[] = [];
  for (let part: unknown = value; Array.isArray(part); part = part[0]) shape.push(part.length);
  const fault = faultOfValues(value, shape, []);
  if (fault === undefined) return structuredClone(value) as NestedNumbers;
  place.report('values', fault);
  return undefined;
}

function faultOfValues(value: unknown, shape: readonly number[], path: readonly number[]): string | undefined {
  const where = path.map((index) => `[${index}]`).join('');
  const depth = path.length;
  if (!Array.isArray(value)) {
    if (depth < shape.length) return `values must have one shape, but ${where} is ${show(value)}, not a list`;
    return Number.isFinite(value) ? undefined : `values must be finite numbers, got ${show(value)} at ${where}`;
  }
  if (depth === shape.length) return `values must have one shape, but ${where} is a list, not a number`;
  if (value.length === 0) return 'values must not be empty';
  if (value.length !== shape[depth]) {
    const first = '[0]'.repeat(depth);
    return `values must have one shape, but ${first} has ${shape[depth]!} elements and ${where} ${value.length}`;
  }
  for (const [index, part] of value.entries()) {
    const fault = faultOfValues(part, shape, [...path, index]);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
