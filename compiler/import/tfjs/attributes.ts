import { ImportError } from '../../errors.js';
import { show } from '../../show.js';
import type { Attribute, Shape } from './model.js';
import { typeName } from './types.js';

export type Json = Readonly<Record<string, unknown>>;

/** Axes beyond it are faults. */
const MOST_AXES = 64;

export function recordOf(value: unknown, subject: string, what: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new ImportError('graph', subject, `${what} must be an object, got ${show(value)}`);
}

/** What is left out counts as an empty list. */
export function listOf(value: unknown, subject: string, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw new ImportError('graph', subject, `${what} must be a list, got ${show(value)}`);
}

export function textOf(value: unknown, subject: string, what: string): string {
  if (typeof value === 'string') return value;
  throw new ImportError('graph', subject, `${what} must be a string, got ${show(value)}`);
}

/** An integer, which JSON of protocol buffers has as text when it has 64 bits. */
function integerOf(value: unknown, subject: string, what: string): number {
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number)) return number;
  throw new ImportError('attribute', subject, `${what} must be an integer, got ${show(value)}`);
}

const spelledFloats: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity };

function floatOf(value: unknown, subject: string, what: string): number {
  const number = typeof value === 'string' && Object.hasOwn(spelledFloats, value) ? spelledFloats[value] : value;
  if (typeof number === 'number') return number;
  throw new ImportError('attribute', subject, `${what} must be a number, got ${show(value)}`);
}

/** Text, which is kept as the base64 of its bytes, or as a list of them. */
function stringOf(value: unknown, subject: string, what: string): string {
  if (Array.isArray(value) && value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256)) {
    return new TextDecoder().decode(Uint8Array.from(value as number[]));
  }
  try {
    const bytes = atob(textOf(value, subject, what));
    return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  } catch {
    throw new ImportError('attribute', subject, `${what} must be text in base64, got ${show(value)}`);
  }
}

/** Sizes below 0 are open. */
export function shapeOf(value: unknown, subject: string, what: string): Shape | undefined {
  const shape = recordOf(value, subject, what);
  if (shape['unknownRank'] === true) return undefined;
  const dims = listOf(shape['dim'], subject, `${what} dim`);
  if (dims.length > MOST_AXES) {
    throw new ImportError('shape', subject, `${what} has ${dims.length} axes, the most are ${MOST_AXES}`);
  }
  return dims.map((dim) => {
    const size = integerOf(recordOf(dim, subject, `${what} dim`)['size'] ?? 0, subject, `${what} size`);
    if (size > Number.MAX_SAFE_INTEGER) throw new ImportError('shape', subject, `${what} has an axis of ${size}`);
    return size < 0 ? null : size;
  });
}

function typeOf(value: unknown, subject: string, what: string): string {
  if (typeof value === 'string' || typeof value === 'number') return typeName(value);
  throw new ImportError('attribute', subject, `${what} must be an element type, got ${show(value)}`);
}

function parseList(value: unknown, subject: string, what: string): Attribute {
  const lists = recordOf(value, subject, what);
  const [strings, ints, floats] = ['s', 'i', 'f'].map((key) => listOf(lists[key], subject, what));
  if (strings!.length > 0) return { kind: 'strings', value: strings!.map((each) => stringOf(each, subject, what)) };
  if (ints!.length > 0) return { kind: 'ints', value: ints!.map((each) => integerOf(each, subject, what)) };
  if (floats!.length > 0) return { kind: 'floats', value: floats!.map((each) => floatOf(each, subject, what)) };
  return { kind: 'list' };
}

/**
 * An attribute of a node.
 *
 * @throws ImportError for a value that is not of the kind it says
 */
export function parseAttribute(value: unknown, subject: string, name: string): Attribute {
  const what = `attribute ${name}`;
  const attribute = recordOf(value, subject, what);
  const has = (key: string): boolean => Object.hasOwn(attribute, key);
  if (has('s')) return { kind: 'string', value: stringOf(attribute['s'], subject, what) };
  if (has('i')) return { kind: 'int', value: integerOf(attribute['i'], subject, what) };
  if (has('f')) return { kind: 'float', value: floatOf(attribute['f'], subject, what) };
  if (has('b')) {
    if (typeof attribute['b'] === 'boolean') return { kind: 'bool', value: attribute['b'] };
    throw new ImportError('attribute', subject, `${what} must be true or false, got ${show(attribute['b'])}`);
  }
  if (has('type')) return { kind: 'type', value: typeOf(attribute['type'], subject, what) };
  if (has('shape')) return { kind: 'shape', value: shapeOf(attribute['shape'], subject, what) };
  if (has('list')) return parseList(attribute['list'], subject, what);
  if (has('func')) {
    const called = recordOf(attribute['func'], subject, what);
    return { kind: 'function', value: textOf(called['name'], subject, what) };
  }
  return { kind: 'other' };
}
