import { dataFormat, type Attribute, type Attributes, type JsonSchema } from './attributes.js';
import { layoutAttribute } from './declaration/defaults.js';
import { layerDefinitions, layerKinds } from './declaration/definitions.js';
import { choosingKinds, IDENTIFIER_PATTERN } from './declaration/entries.js';
import { OPTION_PATTERN } from './declaration/functions.js';
import { DIM_NAME_PATTERN } from './declaration/inputs.js';
import { NAME_PATTERN } from './declaration/names.js';
import { inputDTypes } from './declaration/types.js';
import { seed } from './initializers/define.js';
import { initializerDefinitions, initializerKinds, initializerNames } from './initializers/resolve.js';
import { rngs } from './ir.js';
import { activationSchema } from './layers/activation.js';
import type { LayerDefinition } from './layers/define.js';

const ref = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });
const list = (items: JsonSchema, minItems = 0): JsonSchema => ({
  type: 'array',
  items,
  ...(minItems > 0 && { minItems }),
});
const record = (properties: Readonly<Record<string, JsonSchema>>, required: readonly string[]): JsonSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

const attributeSchema = ({ schema, fallback }: Attribute): JsonSchema =>
  fallback === undefined ? schema : { ...schema, default: fallback };

const attributeSchemas = (attributes: Attributes): Readonly<Record<string, JsonSchema>> =>
  Object.fromEntries(Object.entries(attributes).map(([name, attribute]) => [name, attributeSchema(attribute)]));

const requiredOf = (attributes: Attributes): string[] =>
  Object.keys(attributes).filter((name) => attributes[name]!.required);

const rule = {
  type: 'array',
  prefixItems: [{ type: 'string', format: 'regex' }, ref('initializer')],
  minItems: 2,
  maxItems: 2,
};
const mixedSchema = record({ kind: { const: 'mixed' }, rules: list(rule) }, ['kind', 'rules']);
const loadSchema = record({ kind: { const: 'load' }, fallback: ref('initializer') }, ['kind']);

const initializerObject = (kind: keyof typeof initializerDefinitions): JsonSchema => {
  const names = initializerNames(kind);
  const properties = {
    kind: { enum: names },
    ...attributeSchemas(initializerDefinitions[kind].options),
    seed: seed().schema,
    default: { const: true },
  };
  return record(properties, ['kind', ...requiredOf(initializerDefinitions[kind].options)]);
};

const builtInNames = initializerKinds.flatMap(initializerNames);
/** Names that need no options. */
const bareNames = initializerKinds
  .filter((kind) => requiredOf(initializerDefinitions[kind].options).length === 0)
  .flatMap(initializerNames);
const identifier = { type: 'string', pattern: IDENTIFIER_PATTERN };
/** A name that no initializer of nacre's has. */
const ownName = { ...identifier, not: { enum: [...builtInNames, ...choosingKinds] } };

const initializerSchema = (): JsonSchema => ({
  anyOf: [
    { enum: bareNames },
    { type: 'number' },
    mixedSchema,
    loadSchema,
    ...initializerKinds.map(initializerObject),
    ref('ownKind'),
  ],
});

/** An initializer of the declaration's own, with the values of its options. */
const ownKindSchema = (): JsonSchema => {
  const object = {
    type: 'object',
    properties: { kind: ownName, seed: seed().schema, default: { const: true } },
    required: ['kind'],
    additionalProperties: { type: 'number' },
  };
  return { anyOf: [ownName, object] };
};

const entrySchema = (): JsonSchema => {
  const options = { type: 'object', propertyNames: identifier, additionalProperties: { type: 'number' } };
  return {
    anyOf: [
      record({ name: ownName, options, source: { type: 'string', pattern: '\\S' } }, ['name', 'source']),
      record({ name: ownName, host: { const: true } }, ['name', 'host']),
    ],
  };
};

/** Without `initializers`, a name that nacre does not have is a mistake. */
function withoutOwnKinds(): JsonSchema {
  const builtIn = { not: ref('ownKind') };
  const parameters = new Set(layerKinds.flatMap((kind) => Object.keys(layerDefinitions[kind].parameters)));
  const ruleWithout = { prefixItems: [true, builtIn], minItems: 2, maxItems: 2 };
  const layer = { properties: Object.fromEntries([...parameters].map((name) => [name, builtIn])) };
  return {
    properties: {
      layers: { items: layer },
      variables: { items: { properties: { initializer: builtIn } } },
      defaults: { properties: { rules: { items: ruleWithout }, initializer: builtIn } },
    },
  };
}

function layerSchema({ kind, attributes, parameters }: LayerDefinition): JsonSchema {
  const slots = Object.entries(parameters).map(
    ([name, { optional }]) =>
      [name, optional ? { anyOf: [ref('parameter'), { const: false }] } : ref('parameter')] as const,
  );
  return record(
    {
      name: ref('name'),
      kind: { const: kind },
      from: ref('from'),
      ...attributeSchemas(attributes),
      ...Object.fromEntries(slots),
    },
    ['kind', ...requiredOf(attributes)],
  );
}

/** One layer: what a kind allows is decided by `kind`, so that a validator says what is wrong with that kind. */
function anyLayerSchema(): JsonSchema {
  const isKind = (kind: string): JsonSchema => ({ properties: { kind: { const: kind } }, required: ['kind'] });
  const reused = record({ name: ref('name'), use: ref('name'), from: ref('from') }, ['use']);
  return {
    type: 'object',
    if: { required: ['use'] },
    then: reused,
    else: { properties: { kind: { enum: layerKinds } }, required: ['kind'] },
    allOf: layerKinds.map((kind) => ({ if: isKind(kind), then: ref(`layer.${kind}`) })),
  };
}

/** The JSON schema, draft 2020-12, of a declaration of version 1 as people write it. */
export function declarationSchema(): JsonSchema {
  const dtype = { enum: inputDTypes, default: 'float32' };
  const size = { type: 'integer', minimum: 1 };
  const variable = {
    name: ref('name'),
    shape: list({ anyOf: [size, { type: 'null' }] }),
    dtype: { const: 'float32' },
    layout: layoutAttribute.schema,
    initializer: ref('fill'),
  };
  const defaults = {
    dataFormat: dataFormat().schema,
    layout: { ...layoutAttribute.schema, default: 'io' },
    rules: list(rule),
    initializer: ref('initializer'),
  };
  const options = {
    type: 'object',
    propertyNames: { pattern: OPTION_PATTERN },
    additionalProperties: { type: 'number' },
  };
  const output = { anyOf: [ref('name'), record({ name: ref('name'), from: ref('reference') }, ['name', 'from'])] };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'nacre graph declaration, version 1',
    ...record(
      {
        nacre: { const: 1 },
        name: { type: 'string', minLength: 1 },
        rng: { enum: rngs, default: 'philox' },
        initializers: list(entrySchema()),
        inputs: list(record({ name: ref('name'), shape: list(ref('dim')), dtype }, ['name', 'shape']), 1),
        defaults: record(defaults, []),
        functions: list(record({ name: ref('name'), options, source: { type: 'string' } }, ['name', 'source'])),
        variables: list(record(variable, ['name'])),
        layers: list(ref('layer')),
        outputs: list(output, 1),
      },
      ['nacre', 'inputs', 'layers', 'outputs'],
    ),
    if: { properties: { initializers: { minItems: 1 } }, required: ['initializers'] },
    else: withoutOwnKinds(),
    $defs: {
      name: { type: 'string', pattern: NAME_PATTERN },
      reference: { type: 'string', pattern: `${NAME_PATTERN.replace(/\$$/, '')}(:[A-Za-z0-9_]+)?$` },
      from: { anyOf: [ref('reference'), list({ anyOf: [ref('reference'), { type: 'null' }] })] },
      dimName: { type: 'string', pattern: DIM_NAME_PATTERN },
      dim: { anyOf: [size, ref('dimName'), { type: 'null' }, record({ latched: ref('dimName') }, ['latched'])] },
      values: list({ anyOf: [{ type: 'number' }, ref('values')] }, 1),
      initializer: initializerSchema(),
      ownKind: ownKindSchema(),
      fill: { anyOf: [ref('initializer'), ref('values'), record({ tensor: { type: 'string' } }, ['tensor'])] },
      parameter: {
        anyOf: [
          ref('fill'),
          record({ variable: { type: 'string' }, transpose: { type: 'boolean', default: false } }, ['variable']),
        ],
      },
      activation: activationSchema(),
      layer: anyLayerSchema(),
      ...Object.fromEntries(layerKinds.map((kind) => [`layer.${kind}`, layerSchema(layerDefinitions[kind])])),
    },
  };
}
