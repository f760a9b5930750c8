import { alternatives, optional, quote, Refusal, type Attribute } from '../attributes.js';
import { snakeCase } from '../initializers/resolve.js';
import { show } from '../show.js';
import { didYouMean } from '../suggest.js';
import {
  activationAliases,
  activationOptions,
  activations,
  type Activation,
  type ActivationName,
  type ActivationSource,
} from './activation-functions.js';

const names = Object.keys(activations) as ActivationName[];

/** Every spelling of an activation's name. */
const spellings = (name: ActivationName): readonly string[] => [
  ...new Set([
    name,
    snakeCase(name),
    ...((activationAliases as Partial<Record<string, readonly string[]>>)[name] ?? []),
  ]),
];

const byName = new Map(names.flatMap((name) => spellings(name).map((spelling) => [spelling, name] as const)));

/** The function a layer ends with: a name, or `{ kind: 'relu', cap: 6 }`. */
export const activation = (fallback: ActivationSource = 'linear'): Attribute<ActivationSource, Activation, false> =>
  optional(requiredActivation, fallback);

const requiredActivation: Attribute<ActivationSource, Activation, true> = {
  required: true,
  schema: { $ref: '#/$defs/activation' },
  expects: alternatives(names.map(quote)),
  words: names,
  read(value) {
    if (typeof value === 'string') {
      const kind = byName.get(value);
      return kind ? read({ kind }) : new Refusal();
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Refusal();
    return read(value as Record<string, unknown>);
  },
};

function read(source: Readonly<Record<string, unknown>>): Activation | Refusal {
  const kind = source['kind'] as ActivationName;
  if (!names.includes(kind)) {
    return new Refusal(`activation has unknown kind ${show(kind)}${didYouMean(kind, names)}`);
  }
  const options = activationOptions(kind);
  for (const name of Object.keys(source)) {
    if (name === 'kind' || name in options) continue;
    return new Refusal(`activation ${kind} has no option ${quote(name)}${didYouMean(name, Object.keys(options))}`);
  }
  const resolved: Record<string, unknown> = { kind };
  for (const [name, option] of Object.entries(options)) {
    const given = source[name];
    const value = given === undefined ? option.fallback : option.read(given);
    if (value instanceof Refusal)
      return new Refusal(`activation ${kind}: ${name} must be ${option.expects}, got ${show(given)}`);
    if (value !== undefined) resolved[name] = value;
  }
  return Object.freeze(resolved);
}

/** The JSON schema of an activation. */
export const activationSchema = () => ({
  anyOf: [
    { enum: [...byName.keys()] },
    ...names.map((name) => ({
      type: 'object',
      properties: {
        kind: { const: name },
        ...Object.fromEntries(Object.entries(activationOptions(name)).map(([key, option]) => [key, option.schema])),
      },
      required: ['kind'],
      additionalProperties: false,
    })),
  ],
});
