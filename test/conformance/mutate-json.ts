/** Changes of what a JSON text says that leave it well formed, so that they reach what reads it. */
import type { Random } from './mutate.js';

type Json = null | boolean | number | string | Json[] | JsonObject;

interface JsonObject {
  [key: string]: Json;
}

interface Place {
  readonly parent: Json[] | JsonObject;
  readonly key: string | number;
}

function placesOf(value: Json, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    found.push({ parent: value, key });
    placesOf(read({ parent: value, key }), found);
  }
  return found;
}

const read = ({ parent, key }: Place): Json => (parent as Record<string | number, Json>)[key]!;
const write = ({ parent, key }: Place, value: Json): void => {
  (parent as Record<string | number, Json>)[key] = value;
};

const telling: readonly Json[] = [
  ...[null, true, false, '', 'constructor', '__proto__', 'toString', 'channels_first', 'same'],
  ...[0, -1, 1, 2, 3, 0.5, 64, 65_536, 2 ** 31, 2 ** 53, 1e300, -1e300],
  ...[[], {}, [0], [-1], [1, 1, 1, 1, 1], { class_name: 'Dense' }],
];

/** Lists in lists. */
function nested(value: Json, depth: number): Json {
  let inner = value;
  for (let level = 0; level < depth; level++) inner = level % 2 === 0 ? [inner] : { config: inner };
  return inner;
}

/** A copy of a JSON text with one to three values changed. */
export function mutateJson(text: string, random: Random): string {
  const root: Json[] = [JSON.parse(text) as Json];
  for (let count = 1 + random.below(3); count > 0; count--) {
    const places = placesOf(root);
    const place = places[random.below(places.length)]!;
    const other = places[random.below(places.length)]!;
    const value = read(place);
    const choice = random.below(9);
    if (choice === 0 && !Array.isArray(place.parent)) Reflect.deleteProperty(place.parent, place.key);
    else if (choice === 0 && Array.isArray(place.parent)) place.parent.splice(place.key as number, 1);
    else if (choice === 1 && Array.isArray(place.parent)) place.parent.push(structuredClone(value));
    else if (choice === 2) write(place, structuredClone(read(other)));
    else if (choice === 3) write(place, nested(structuredClone(value), [1, 2, 50, 3000][random.below(4)]!));
    else if (typeof value === 'number' && choice < 7) write(place, value + [1, -1, 2, 0.5, 1000][random.below(5)]!);
    else if (typeof value === 'boolean' && choice < 8) write(place, !value);
    else write(place, structuredClone(telling[random.below(telling.length)]!));
    if (root.length !== 1) root.length = 1;
  }
  return JSON.stringify(root[0]);
}
