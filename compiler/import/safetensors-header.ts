import { ImportError } from '../errors.js';
import { arrayTypes, elementCount, elementTypes, quote, type StoredDtype } from './stored-dtypes.js';

/** One tensor of the header; `begin` and `end` count bytes from the start of the data. */
export interface HeaderEntry {
  readonly name: string;
  readonly dtype: StoredDtype;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The limit of the reference implementation. */
const maxHeaderLength = 100_000_000;
const maxDepth = 3;
const fields = ['dtype', 'shape', 'data_offsets'];
const dtypes = new Map(Object.entries(elementTypes).map(([dtype, word]) => [word, dtype as StoredDtype]));

export interface Header {
  readonly entries: readonly HeaderEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Where data begins, in bytes from the start of the file. */
  readonly dataStart: number;
}

/** Parses and checks a whole header: afterwards the entries, in the order of their data, cover the data exactly. */
export function parseHeader(bytes: Uint8Array): Header {
  const dataStart = 8 + headerLength(bytes, bytes.length);
  return readHeader(bytes.subarray(8, dataStart), bytes.length);
}

/** The same of the header's own bytes, `header`, in a file of `size` bytes. */
export function readHeader(header: Uint8Array, size: number): Header {
  const text = headerText(header);
  const duplicate = scanKeys(text);
  const fields = parseObject(text);
  if (duplicate !== undefined) throw fail('duplicateKey', `the header has the key ${duplicate} twice`);
  const entries: HeaderEntry[] = [];
  let metadata: Readonly<Record<string, string>> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (name === '__metadata__') metadata = readMetadata(value);
    else entries.push(parseEntry(name, value));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  const dataStart = 8 + header.length;
  checkCoverage(entries, size - dataStart);
  return { entries, metadata, dataStart };
}

function fail(code: string, message: string): ImportError {
  return new ImportError(code, 'safetensors', message);
}

/** The length of the header of a file of `size` bytes, of which `bytes` are the first. */
export function headerLength(bytes: Uint8Array, size: number): number {
  if (bytes.length < 8) throw fail('truncated', `a file has at least 8 bytes, got ${bytes.length}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > maxHeaderLength) {
    throw fail('headerLength', `header of ${length} bytes is above the limit of ${maxHeaderLength}`);
  }
  if (length > size - 8) {
    throw fail('truncated', `header of ${length} bytes does not fit in the ${size - 8} that follow`);
  }
  return Number(length);
}

function headerText(header: Uint8Array): string {
  if (header[0] !== 0x7b) throw fail('headerSyntax', `the header must begin with '{'`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(header);
  } catch {
    throw fail('headerSyntax', 'the header is not UTF-8');
  }
}

/**
 * The first key that stands twice in one object, as JSON, which JSON.parse would hide. Also bounds the nesting, so it
 * comes before JSON.parse and must bear any text.
 */
function scanKeys(text: string): string | undefined {
  const open: Set<string>[] = [];
  let duplicate: string | undefined;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === '{' || char === '[') {
      if (open.push(new Set()) > maxDepth) {
        throw fail('headerSyntax', `the header is nested more than ${maxDepth} levels deep`);
      }
    } else if (char === '}' || char === ']') {
      open.pop();
    } else if (char === '"') {
      const end = stringEnd(text, i);
      if (followedByColon(text, end)) {
        const key = normalizeString(text.slice(i, end));
        const keys = open.at(-1);
        if (keys?.has(key)) duplicate ??= key;
        keys?.add(key);
      }
      i = end - 1;
    }
  }
  return duplicate;
}

/** The index after the closing quote of the string that opens at `start`. */
function stringEnd(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i + 1;
}

function followedByColon(text: string, start: number): boolean {
  let i = start;
  while (' \t\n\r'.includes(text[i] ?? ':')) i++;
  return text[i] === ':';
}

/** One spelling for all escapes of a string; text that is no JSON string stays as it is. */
function normalizeString(literal: string): string {
  try {
    return JSON.stringify(JSON.parse(literal));
  } catch {
    return literal;
  }
}

function parseObject(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    throw fail('headerSyntax', 'the header is not JSON');
  }
}

function readMetadata(metadata: unknown): Readonly<Record<string, string>> {
  const plain = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata);
  if (!plain || Object.values(metadata).some((value) => typeof value !== 'string')) {
    throw new ImportError('metadata', '__metadata__', 'must be an object of strings');
  }
  return metadata as Readonly<Record<string, string>>;
}

function parseEntry(name: string, value: unknown): HeaderEntry {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ImportError('entry', name, `must be an object with ${fields.join(', ')}`);
  }
  const entry = value as Record<string, unknown>;
  for (const field of fields) {
    if (!Object.hasOwn(entry, field)) throw new ImportError('entry', name, `has no '${field}'`);
  }
  const unknown = Object.keys(entry).find((field) => !fields.includes(field));
  if (unknown !== undefined) throw new ImportError('entry', name, `unknown field '${unknown}'`);
  const dtype = dtypes.get(entry['dtype'] as string);
  if (!dtype) {
    throw new ImportError(
      'dtype',
      name,
      `dtype ${quote(entry['dtype'])} is not one of ${[...dtypes.keys()].join(', ')}`,
    );
  }
  const count = elementCount(name, entry['shape']);
  const shape = entry['shape'] as number[];
  const [begin, end] = parseOffsets(name, entry['data_offsets']);
  const needed = count * arrayTypes[dtype].BYTES_PER_ELEMENT;
  if (end - begin !== needed) {
    const described = `${elementTypes[dtype]} of shape (${shape.join(', ')})`;
    throw new ImportError('byteCount', name, `${described} takes ${needed} bytes, data_offsets give ${end - begin}`);
  }
  return { name, dtype, shape, begin, end };
}

function parseOffsets(name: string, offsets: unknown): [begin: number, end: number] {
  if (Array.isArray(offsets) && offsets.length === 2) {
    const [begin, end] = offsets as [unknown, unknown];
    if (
      Number.isSafeInteger(begin) &&
      Number.isSafeInteger(end) &&
      0 <= Number(begin) &&
      Number(begin) <= Number(end)
    ) {
      return [Number(begin), Number(end)];
    }
  }
  throw new ImportError('offsets', name, `data_offsets must be integers begin ≤ end, got ${quote(offsets)}`);
}

/** Checks that sorted entries cover the `size` bytes of data without gap or overlap. */
function checkCoverage(entries: readonly HeaderEntry[], size: number): void {
  let position = 0;
  let previous = '';
  for (const { name, begin, end } of entries) {
    if (begin < position) throw new ImportError('overlap', name, `overlaps '${previous}'`);
    if (begin > position)
      throw new ImportError('gap', name, `begins at byte ${begin}, leaving a gap after ${position}`);
    if (end > size) throw new ImportError('truncated', name, `ends at byte ${end} of ${size} bytes of data`);
    position = end;
    previous = name;
  }
  if (position < size) throw fail('gap', `${size - position} bytes after the last tensor belong to none`);
}
