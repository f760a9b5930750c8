import { attributeAliases, kindAliases } from '../aliases.js';
import { Refusal } from '../attributes.js';
import type { LayerDefinition } from '../layers/define.js';
import { show } from '../show.js';
import { didYouMean, hint } from '../suggest.js';
import { defaultFill } from './defaults.js';
import { layerDefinitions, layerKinds } from './definitions.js';
import { checkInputs, parseFrom, type Source } from './edges.js';
import { completeCall, type Functions } from './functions.js';
import { givenKeys, isFields, readFields, readList, type Fields, type Place } from './issues.js';
import { Namer, readName, type Namespace } from './names.js';
import { parseFill } from './parameters.js';
import type { Scope } from './scope.js';
import type {
  DefaultsDeclaration,
  InputDeclaration,
  LayerDeclaration,
  LayerKind,
  ParameterDeclaration,
} from './types.js';
import { chosenFill, parseSharing, type ParsedVariable, type Slot } from './variables.js';

interface Entry {
  readonly fields: Fields;
  readonly place: Place;
  /** Undefined where it is at fault. */
  readonly name: string | undefined;
}

/** What the layers above have settled. */
export class Layers {
  readonly above = new Map<string, Source>();
  readonly layers = new Map<string, string>();
  readonly slots = new Map<string, Slot>();
  readonly reused = new Map<string, string>();
  readonly declared: ReadonlyMap<string, ParsedVariable>;

  constructor(
    private readonly inputs: readonly InputDeclaration[],
    namespace: Namespace,
    variables: readonly ParsedVariable[],
    private readonly defaults: DefaultsDeclaration,
    private readonly scope: Scope,
    private readonly functions: Functions,
  ) {
    for (const name of namespace.names()) this.above.set(name, { kind: 'input' });
    this.declared = new Map(variables.map((variable) => [variable.name, variable]));
  }

  parse(value: unknown, place: Place, namespace: Namespace): LayerDeclaration[] {
    if (value === undefined) {
      place.report('missing', `needs 'layers', a list`);
      return [];
    }
    const entries = this.readEntries(readList(value, place.at('layers'), 'layers'), place.at('layers'), namespace);
    const parsed: LayerDeclaration[] = [];
    entries.forEach((entry, index) => {
      const previous = index === 0 ? this.onlyInput(entry) : entries[index - 1]?.name;
      const layer = entry && this.parseLayer(entry, previous === undefined ? undefined : [previous]);
      if (entry?.name !== undefined && !this.above.has(entry.name)) this.above.set(entry.name, { kind: 'unknown' });
      if (layer) parsed.push(layer);
    });
    return parsed;
  }

  /** What the first layer takes if it does not say. */
  private onlyInput(entry: Entry | undefined): string | undefined {
    const names = this.inputs.map((input) => input.name);
    if (names.length > 1 && entry !== undefined && entry.fields['from'] === undefined && takesInput(entry.fields)) {
      entry.place.report('missing', `needs 'from', as there are ${names.length} inputs (${names.join(', ')})`);
    }
    return names.length === 1 ? names[0] : undefined;
  }

  /** Names every layer, those without a name after their kind. */
  private readEntries(list: readonly unknown[], place: Place, namespace: Namespace): (Entry | undefined)[] {
    const given = list.flatMap((value) =>
      isFields(value) && typeof value['name'] === 'string' ? [value['name']] : [],
    );
    const namer = new Namer(new Set([...given, ...namespace.names()]));
    const kinds = new Map<string, string>();
    return list.map((value, index) => {
      const standing = `layers[${index}]`;
      const at = place.at(index).as(standing);
      const fields = readFields(value, at, 'a layer');
      if (!fields) return undefined;
      const kind = typeof fields['use'] === 'string' ? kinds.get(fields['use']) : fields['kind'];
      const isKnown = layerKinds.includes(kind as LayerKind);
      const own = fields['name'] === undefined ? undefined : readName(fields['name'], at);
      const isUnnamed = fields['name'] === undefined;
      const name = isKnown && (isUnnamed || own !== undefined) ? namer.next(kind as string, own) : own;
      if (name === undefined || !namespace.take(name, standing, at)) return { fields, place: at, name: undefined };
      kinds.set(name, String(kind));
      this.layers.set(name, standing);
      return { fields, place: at.as(name), name };
    });
  }

  private parseLayer(entry: Entry, implied: readonly string[] | undefined): LayerDeclaration | undefined {
    return entry.fields['use'] === undefined ? this.parseDefined(entry, implied) : this.parseReused(entry, implied);
  }

  private parseReused(
    { fields, place, name }: Entry,
    implied: readonly string[] | undefined,
  ): LayerDeclaration | undefined {
    for (const key of givenKeys(fields)) {
      if (!['name', 'use', 'from'].includes(key))
        place.at(key).report('attribute', `'${key}' cannot be set beside 'use'`);
    }
    const { use } = fields;
    const used = typeof use === 'string' ? this.above.get(use) : undefined;
    const from = parseFrom(fields, place, this, implied);
    if (used?.kind === 'unknown') return undefined;
    if (typeof use !== 'string' || used?.kind !== 'layer') {
      const layers = [...this.above].filter(([, source]) => source.kind === 'layer').map(([layer]) => layer);
      place.at('use').report('edge', `use ${show(use)} names no layer above it${didYouMean(use, layers)}`);
      return undefined;
    }
    const checked = from && checkInputs(used.definition, from, place);
    if (name === undefined || checked === undefined) return undefined;
    const original = this.reused.get(use) ?? use;
    this.above.set(name, used);
    this.reused.set(name, original);
    return { name, use: original, from: checked };
  }

  private parseDefined(
    { fields, place, name }: Entry,
    implied: readonly string[] | undefined,
  ): LayerDeclaration | undefined {
    const { kind } = fields;
    if (!layerKinds.includes(kind as LayerKind)) {
      if (kind === undefined) place.report('missing', `needs 'kind'`);
      else place.at('kind').report('kind', `unknown kind ${show(kind)}${hint(kind, layerKinds, kindAliases)}`);
      parseFrom(fields, place, this, implied);
      return undefined;
    }
    const definition = layerDefinitions[kind as LayerKind];
    const isSource = definition.inputs !== 'list' && definition.inputs.length === 0;
    const from = parseFrom(fields, place, this, isSource ? [] : implied);
    const checked = from && checkInputs(definition, from, place);
    for (const key of givenKeys(fields)) checkKey(key, definition, place);
    const own = this.parseAttributes(definition, fields, place);
    const attributes = own && (kind === 'elementwise' ? completeCall(own, this.functions, place) : own);
    const parameters = this.parseParameters(definition, fields, place, name);
    if (name === undefined) return undefined;
    if (attributes) this.above.set(name, { kind: 'layer', definition, outputs: outputNames(definition, attributes) });
    if (!checked || !attributes || !parameters) return undefined;
    return { name, kind: kind as LayerKind, from: checked, ...attributes, ...parameters };
  }

  private parseAttributes(definition: LayerDefinition, fields: Fields, place: Place): Fields | undefined {
    const result: Record<string, unknown> = {};
    const { faults } = place;
    for (const [key, attribute] of Object.entries(definition.attributes)) {
      const given = fields[key];
      const inherited = attribute.inherits && this.defaults[attribute.inherits];
      const value = given === undefined ? (inherited ?? attribute.fallback) : attribute.read(given);
      if (value instanceof Refusal) {
        const near = didYouMean(given, attribute.words ?? []);
        place.at(key).report('value', value.what ?? `${key} must be ${attribute.expects}, got ${show(given)}${near}`);
      } else if (value === undefined && attribute.required) {
        place.report('missing', `needs '${key}', ${attribute.expects}`);
      } else if (value !== undefined) result[key] = value;
    }
    return place.faults === faults ? result : undefined;
  }

  private parseParameters(
    definition: LayerDefinition,
    fields: Fields,
    place: Place,
    name: string | undefined,
  ): Readonly<Record<string, ParameterDeclaration | false>> | undefined {
    const result: Record<string, ParameterDeclaration | false> = {};
    for (const parameter of Object.keys(definition.parameters)) {
      const slot = `${name ?? place.subject}.${parameter}`;
      const value = this.parseParameter(definition, parameter, fields[parameter], slot, place.at(parameter).as(slot));
      if (value !== undefined) result[parameter] = value;
      if (name !== undefined) this.slots.set(slot, slotOf(value, definition, parameter));
    }
    return Object.keys(result).length === Object.keys(definition.parameters).length ? result : undefined;
  }

  private parseParameter(
    definition: LayerDefinition,
    parameter: string,
    value: unknown,
    slot: string,
    place: Place,
  ): ParameterDeclaration | false | undefined {
    const { optional, initializer } = definition.parameters[parameter]!;
    if (value === undefined) return defaultFill(slot, parameter, initializer, this.defaults, place, this.scope);
    if (value === false) {
      if (optional) return false;
      place.report('value', `cannot be false; every ${definition.kind} has it`);
      return undefined;
    }
    if (isFields(value) && 'variable' in value) {
      return parseSharing(value, place, this, { parameter, layerDefault: initializer });
    }
    const fill = parseFill(value, place, this.scope);
    return fill && chosenFill(slot, fill, place, this.scope);
  }
}

const takesInput = ({ kind }: Fields): boolean =>
  layerKinds.includes(kind as LayerKind) && layerDefinitions[kind as LayerKind].inputs.length > 0;

function slotOf(value: ParameterDeclaration | false | undefined, definition: LayerDefinition, parameter: string): Slot {
  if (value === undefined) return { kind: 'unknown' };
  if (value === false) return { kind: 'absent' };
  if ('variable' in value && typeof value.variable === 'string') {
    return { kind: 'shared', variable: value.variable, transpose: value.transpose as boolean };
  }
  return {
    kind: 'own',
    user: { parameter, layerDefault: definition.parameters[parameter]!.initializer, transpose: false },
  };
}

const outputNames = (definition: LayerDefinition, attributes: Fields): readonly string[] =>
  definition.outputs === 'list'
    ? Array.from({ length: definition.count?.(attributes) ?? 1 }, (_, index) => String(index))
    : definition.outputs;

const parameterWords = new Set(layerKinds.flatMap((kind) => Object.keys(layerDefinitions[kind].parameters)));
const isParameterWord = (word: string): boolean =>
  [word, ...attributeAliases(word)].some((meant) => parameterWords.has(meant));

/** Reports a field the kind does not have. */
function checkKey(key: string, definition: LayerDefinition, place: Place): void {
  const parameters = Object.keys(definition.parameters);
  const known = [...Object.keys(definition.attributes), ...parameters];
  if (known.includes(key) || ['name', 'kind', 'from'].includes(key)) return;
  const { kind } = definition;
  const meansAttribute = attributeAliases(key).some((meant) => known.includes(meant));
  if (!meansAttribute && isParameterWord(key) && parameters.length === 0) {
    place.at(key).report('attribute', `${kind} has no parameters, so '${key}' cannot be set`);
  } else {
    place.at(key).report('attribute', `unknown attribute '${key}'${hint(key, known, attributeAliases)}`);
  }
}
