import { oneOf } from '../attributes.js';
import { rngs } from '../ir.js';
import { show } from '../show.js';
import { didYouMean } from '../suggest.js';
import { parseDefaults, readWord } from './defaults.js';
import { parseReference } from './edges.js';
import { parseEntries } from './entries.js';
import { parseFunctions } from './functions.js';
import { parseInputs } from './inputs.js';
import { givenKeys, isFields, Place, readFields, readList } from './issues.js';
import { Layers } from './layers.js';
import { Namespace, readName } from './names.js';
import type { Scope } from './scope.js';
import type { GraphDeclaration, OutputDeclaration, Tensors } from './types.js';
import { completeVariable, parseVariables } from './variables.js';

const FIELDS = [
  ...['nacre', 'name', 'rng', 'initializers', 'functions', 'inputs'],
  ...['defaults', 'variables', 'layers', 'outputs'],
];
const rngAttribute = oneOf(...rngs);

export interface ParseOptions {
  /** What `{tensor}` refers to. Without it, such names are taken on trust. */
  readonly tensors?: Tensors;
}

/**
 * Checks a declaration, of version 1, and writes out what it leaves to aliases and defaults. Parsing the result again
 * gives the same.
 *
 * @param source what people write (`GraphSource`), or its JSON text
 * @throws DeclarationError with all faults at once
 */
export function parseDeclaration(source: unknown, options: ParseOptions = {}): GraphDeclaration {
  const root = Place.root('declaration');
  const fields = readFields(typeof source === 'string' ? readJson(source, root) : source, root, 'a declaration');
  const declaration = fields && parseFields(fields, root, options.tensors && Object.keys(options.tensors));
  root.throwIfAny();
  return deepFreeze(declaration!);
}

function readJson(text: string, root: Place): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    root.report('json', `is not valid JSON: ${(error as Error).message}`);
    root.throwIfAny();
    return undefined;
  }
}

function parseFields(
  fields: Readonly<Record<string, unknown>>,
  root: Place,
  tensors: readonly string[] | undefined,
): GraphDeclaration {
  checkVersion(fields['nacre'], root);
  for (const key of givenKeys(fields)) {
    if (!FIELDS.includes(key)) root.at(key).report('unknown-field', `unknown field '${key}'${didYouMean(key, FIELDS)}`);
  }
  const { name } = fields;
  if (name !== undefined && (typeof name !== 'string' || name === '')) {
    root.at('name').report('name', `name must be a text that is not empty, got ${show(name)}`);
  }
  const scope: Scope = {
    tensors,
    initializers: parseEntries(fields['initializers'], root.at('initializers')),
    rng: readWord(fields, 'rng', rngAttribute, root) ?? 'philox',
  };
  const namespace = new Namespace();
  const inputs = parseInputs(fields['inputs'], root, namespace);
  const defaults = parseDefaults(fields['defaults'], root.at('defaults').as('defaults'), scope);
  const parsed = parseVariables(fields['variables'], root.at('variables'), new Namespace(), scope);
  const functions = parseFunctions(fields['functions'], root.at('functions'));
  const layers = new Layers(inputs, namespace, parsed, defaults, scope, functions);
  const declared = layers.parse(fields['layers'], root, namespace);
  const variables = parsed.map((variable) => completeVariable(variable, defaults, scope));
  return {
    nacre: 1,
    ...(typeof name === 'string' && { name }),
    rng: scope.rng,
    initializers: [...scope.initializers.values()],
    inputs,
    defaults,
    ...(functions.size > 0 && { functions: [...functions.values()].filter((entry) => entry !== undefined) }),
    variables: variables.filter((variable) => variable !== undefined),
    layers: declared,
    outputs: parseOutputs(fields['outputs'], root, layers),
  };
}

function checkVersion(version: unknown, root: Place): void {
  if (version === 1) return;
  const isNewer = typeof version === 'number' && version > 1;
  if (version === undefined) root.report('version', `needs 'nacre', the version of the declaration, which is 1`);
  else
    root
      .at('nacre')
      .report('version', `nacre must be 1, got ${show(version)}${isNewer ? '; a later nacre reads it' : ''}`);
}

function parseOutputs(value: unknown, root: Place, layers: Layers): OutputDeclaration[] {
  if (value === undefined) {
    root.report('missing', `needs 'outputs', a list of at least 1`);
    return [];
  }
  const list = readList(value, root.at('outputs'), 'outputs');
  if (Array.isArray(value) && list.length === 0) root.at('outputs').report('missing', 'outputs must not be empty');
  const names = new Namespace();
  return list.flatMap((output, index) => {
    const place = root.at('outputs').at(index).as(`outputs[${index}]`);
    const parsed = parseOutput(output, place, names, layers);
    return parsed ? [parsed] : [];
  });
}

function parseOutput(value: unknown, place: Place, names: Namespace, layers: Layers): OutputDeclaration | undefined {
  if (typeof value !== 'string' && !isFields(value)) {
    place.report('type', `an output must be a name or {name, from}, got ${show(value)}`);
    return undefined;
  }
  const fields = typeof value === 'string' ? { name: value, from: value } : value;
  for (const key of givenKeys(fields)) {
    if (key === 'name' || key === 'from') continue;
    place.at(key).report('unknown-field', `unknown field '${key}'${didYouMean(key, ['name', 'from'])}`);
  }
  const name = readName(fields.name, place);
  if (name !== undefined) names.take(name, place.subject, place);
  const { from } = fields;
  if (typeof from !== 'string') {
    if (from === undefined) place.report('missing', `needs 'from'`);
    else place.at('from').report('edge', `from must be a name, got ${show(from)}`);
    return undefined;
  }
  const reference = parseReference(
    from,
    (typeof value === 'string' ? place : place.at('from')).as(name ?? place.subject),
    layers,
  );
  return name === undefined || reference === undefined ? undefined : { name, from: reference };
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}
