import { alternatives, quote } from '../attributes.js';
import { show } from '../show.js';
import { didYouMean } from '../suggest.js';
import { givenKeys, isFields, readFields, readList, type Place } from './issues.js';
import { readName, type Namespace } from './names.js';
import { inputDTypes, type DimSource, type InputDeclaration, type InputDType } from './types.js';

const DIM_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
export const DIM_NAME_PATTERN = DIM_NAME.source;

export const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;
const isDimName = (value: unknown): value is string => typeof value === 'string' && DIM_NAME.test(value);

/** Inputs in order; those at fault are left out, but their names are taken. */
export function parseInputs(value: unknown, place: Place, namespace: Namespace): InputDeclaration[] {
  if (value === undefined) {
    place.report('missing', `needs 'inputs', a list of at least 1`);
    return [];
  }
  const list = readList(value, place.at('inputs'), 'inputs');
  if (Array.isArray(value) && list.length === 0) place.at('inputs').report('missing', 'inputs must not be empty');
  const inputs = list.map((input, index) =>
    parseInput(input, place.at('inputs').at(index).as(`inputs[${index}]`), namespace),
  );
  const sound = inputs.filter((input) => input !== undefined);
  checkLatches(sound, list, place.at('inputs'));
  return sound;
}

function parseInput(value: unknown, place: Place, namespace: Namespace): InputDeclaration | undefined {
  const fields = readFields(value, place, 'an input');
  if (!fields) return undefined;
  const name = readName(fields['name'], place);
  const isNew = name !== undefined && namespace.take(name, place.subject, place);
  const named = place.as(isNew ? name : place.subject);
  for (const key of givenKeys(fields)) {
    if (['name', 'shape', 'dtype'].includes(key)) continue;
    named.at(key).report('unknown-field', `unknown field '${key}'${didYouMean(key, ['name', 'shape', 'dtype'])}`);
  }
  const dtype = fields['dtype'] ?? 'float32';
  if (!inputDTypes.includes(dtype as InputDType)) {
    const words = alternatives(inputDTypes.map(quote));
    named.at('dtype').report('dtype', `dtype must be ${words}, got ${show(dtype)}${didYouMean(dtype, inputDTypes)}`);
  }
  const shape = parseShape(fields['shape'], named);
  return isNew && shape ? { name, shape, dtype: dtype as InputDType } : undefined;
}

function parseShape(value: unknown, place: Place): DimSource[] | undefined {
  if (value === undefined) {
    place.report('missing', `needs 'shape', the whole shape with the batch, such as ['batch', 10]`);
    return undefined;
  }
  const list = readList(value, place.at('shape'), 'shape');
  const dims = list.map((dim, axis) => parseDim(dim, place.at('shape').at(axis), axis));
  const sound = dims.filter((dim) => dim !== undefined);
  return Array.isArray(value) && sound.length === dims.length ? sound : undefined;
}

function parseDim(value: unknown, place: Place, axis: number): DimSource | undefined {
  if (value === null || isSize(value) || isDimName(value)) return value;
  if (isFields(value) && Object.keys(value).length === 1 && isDimName(value['latched']))
    return { latched: value['latched'] };
  const unknown = value === -1 ? '; null is a size not known yet' : '';
  place.report(
    'shape',
    `shape[${axis}] must be an integer of at least 1, a name, null or {latched: name}, got ${show(value)}${unknown}`,
  );
  return undefined;
}

/** A name is either free or latched, everywhere. */
function checkLatches(inputs: readonly InputDeclaration[], source: readonly unknown[], place: Place): void {
  const uses = new Map<string, { readonly isLatched: boolean; readonly input: string }>();
  for (const { name: input, shape } of inputs) {
    const index = source.findIndex((other) => isFields(other) && other['name'] === input);
    shape.forEach((dim, axis) => {
      if (dim === null || typeof dim === 'number') return;
      const isLatched = typeof dim === 'object';
      const name = isLatched ? dim.latched : dim;
      const first = uses.get(name);
      if (first === undefined) uses.set(name, { isLatched, input });
      else if (first.isLatched !== isLatched) {
        const [here, there] = isLatched ? ['latched', 'free'] : ['free', 'latched'];
        place
          .at(index)
          .at('shape')
          .at(axis)
          .as(input)
          .report('shape', `'${name}' is ${here} here and ${there} in ${first.input}`);
      }
    });
  }
}
