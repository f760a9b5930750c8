import { ImportError } from '../../compiler/errors.js';
import {
  openSafetensors,
  readSafetensors,
  writeSafetensors,
  type StoredDtype,
  type StoredTensor,
} from '../../compiler/import/safetensors.js';
import { arrayTypes, elementTypes } from '../../compiler/import/stored-dtypes.js';
import type { Random } from './mutate.js';

const dtypes = Object.keys(arrayTypes) as StoredDtype[];
const names = ['a', 'b.weight', '__proto__', '10', '{', '"', 'é', ''];

function soundFile(random: Random): Uint8Array {
  const tensors: Record<string, StoredTensor> = Object.create(null) as object as Record<string, StoredTensor>;
  for (let count = random.below(4); count >= 0; count--) {
    const dtype = dtypes[random.below(dtypes.length)]!;
    const shape = Array.from({ length: random.below(4) }, () => random.below(4));
    const data = new arrayTypes[dtype](shape.reduce((product, size) => product * size, 1));
    tensors[names[random.below(names.length)]!] = { dtype, shape, data } as StoredTensor;
  }
  return writeSafetensors(tensors, random.below(2) === 0 ? { format: 'pt' } : {});
}

const words = Object.values(elementTypes);
const numbers = ['0', '1', '4', '-1', '1e9', '4294967296', '9007199254740993', '1e400', '0.5', 'null', '"1"'];

/** One change of a header's text: a number, a word, a bracket, a part that is doubled, left out or nested. */
const changes: readonly ((text: string, random: Random) => string)[] = [
  (text, random) => replaceOne(text, /-?\d+/g, numbers[random.below(numbers.length)]!, random),
  (text, random) => replaceOne(text, /"[A-Z]\w+"/g, `"${words[random.below(words.length)]!}"`, random),
  (text, random) => replaceOne(text, /"[A-Z]\w+"/g, '"F8_E5M2"', random),
  (text, random) => replaceOne(text, /"(dtype|shape|data_offsets|__metadata__)"/g, '"other"', random),
  (text, random) => replaceOne(text, /\[[^\]]*\]/g, '['.repeat(random.below(9)) + ']'.repeat(random.below(9)), random),
  (text, random) => replaceOne(text, /\{[^{}]*\}/g, '{'.repeat(1 + random.below(2000)), random),
  (text, random) => replaceOne(text, /"[^"]*":\{[^{}]*\}/g, (part) => `${part},${part}`, random),
  (text, random) => replaceOne(text, /./g, String.fromCharCode(random.below(256)), random),
  (text, random) => text.slice(0, random.below(text.length + 1)),
];

function replaceOne(text: string, pattern: RegExp, by: string | ((part: string) => string), random: Random): string {
  const found = [...text.matchAll(pattern)];
  const match = found[random.below(Math.max(1, found.length))];
  if (!match) return text;
  const part = typeof by === 'string' ? by : by(match[0]);
  return text.slice(0, match.index) + part + text.slice(match.index + match[0].length);
}

/** A file with a header that was changed in a few places, or bytes that were. */
export function damagedFile(random: Random): Uint8Array {
  const file = soundFile(random);
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  let text = new TextDecoder().decode(file.subarray(8, 8 + length));
  for (let count = random.below(4); count > 0; count--) text = changes[random.below(changes.length)]!(text, random);
  const header = new TextEncoder().encode(text);
  const damaged = new Uint8Array(8 + header.length + file.length - 8 - length);
  damaged.set(header, 8);
  damaged.set(file.subarray(8 + length), 8 + header.length);
  const view = new DataView(damaged.buffer);
  const isHuge = random.below(8) === 0;
  view.setBigUint64(0, isHuge ? 2n ** BigInt(random.below(65)) - 1n : BigInt(header.length), true);
  if (random.below(4) === 0) damaged[random.below(damaged.length)] = random.below(256);
  return random.below(8) === 0 ? damaged.slice(0, random.below(damaged.length + 1)) : damaged;
}

/** What a read comes to: the error's code, or the tensors. */
async function outcomeOf(read: () => Promise<Record<string, StoredTensor>> | Record<string, StoredTensor>) {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ImportError && /: ./s.test(error.message)) return `${error.name} ${error.message}`;
    throw error;
  }
}

const shown = (outcome: string | object): string => (typeof outcome === 'string' ? outcome : 'read');

async function readParts(file: Uint8Array): Promise<Record<string, StoredTensor>> {
  const tensors = Object.create(null) as Record<string, StoredTensor>;
  const read = (begin: number, end: number) => Promise.resolve(file.subarray(begin, end));
  for await (const [name, tensor] of await openSafetensors({ size: file.length, read })) tensors[name] = tensor;
  return tensors;
}

/**
 * Reads a damaged file whole and in parts. Both must come to the same: a typed error, or tensors that take no more memory
 * than the file has.
 *
 * @returns what is wrong, if anything, and whether the file was refused
 */
export async function attemptSafetensors(file: Uint8Array): Promise<{ fault?: string; refused: boolean }> {
  try {
    const [whole, parts] = [await outcomeOf(() => readSafetensors(file)), await outcomeOf(() => readParts(file))];
    if (typeof whole === 'string' || typeof parts === 'string') {
      return whole === parts
        ? { refused: true }
        : { refused: true, fault: `whole ${shown(whole)}, in parts ${shown(parts)}` };
    }
    const bytes = Object.values(whole).reduce((sum, { data }) => sum + data.buffer.byteLength, 0);
    if (bytes > file.length) return { refused: false, fault: `${bytes} bytes of a file of ${file.length}` };
    const isSame = Object.keys(whole).join() === Object.keys(parts).join();
    return isSame ? { refused: false } : { refused: false, fault: 'other tensors in parts' };
  } catch (error) {
    return { refused: false, fault: String(error) };
  }
}
