import { createHash, type Hash } from 'node:crypto';

/** Thrown for what has no content that could be compared: functions, and objects of classes. */
export class NoContent extends Error {}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

function update(hash: Hash, value: unknown): void {
  if (ArrayBuffer.isView(value)) {
    hash.update(`<${value.constructor.name} ${value.byteLength}>`);
    hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  } else if (Array.isArray(value)) {
    hash.update(`[${value.length}]`);
    for (const part of value) update(hash, part);
  } else if (typeof value === 'object' && value !== null) {
    if (!isPlain(value)) throw new NoContent();
    const entries = Object.entries(value).filter(([, part]) => part !== undefined);
    hash.update(`{${entries.length}}`);
    for (const [name, part] of entries.sort(([left], [right]) => (left < right ? -1 : 1))) {
      update(hash, name);
      update(hash, part);
    }
  } else if (typeof value === 'function' || typeof value === 'symbol') {
    throw new NoContent();
  } else {
    const text = String(value);
    hash.update(`<${typeof value} ${text.length}>${text}`);
  }
}

/**
 * SHA-256 of plain data: the same for equal content, whatever the order of its fields.
 *
 * @throws NoContent for functions and objects of classes
 */
export function hashOf(value: unknown): string {
  const hash = createHash('sha256');
  update(hash, value);
  return hash.digest('hex');
}

export const hashBytes = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
